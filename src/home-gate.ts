import { join } from 'node:path';

import { BelljarError } from './errors.ts';
import { LivePolicy } from './live-policy/index.ts';
import {
  addClient,
  type Advisories,
  announceGate,
  Approvals,
  configuredSource,
  findRunningGates,
  Gate,
  isLoopback,
  makeToken,
  nameSource,
  type NewClient,
  PackageCache,
  PackageSources,
  PlannedLocks,
  PlanStore,
  readClients,
  recordEvents,
  removeClient,
  requireLongToken,
  type RunningGate,
  type StoredClient,
  toHostName,
  watchAdvisories,
} from './packages/index.ts';
import { type AuditRecord, openHomeRecord } from './record/index.ts';
import { readSettings } from './settings/index.ts';
import { cacheFolder, type Database, ensureHome, resolveHome } from './storage/index.ts';
import { formatProblem } from './yaml/index.ts';

export interface OpenGateOptions {
  /** Where BELLJAR_HOME, BELLJAR_POLICY and the indexes are looked up; the process's own where left out. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly home?: string | undefined;
  readonly policyFile?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Without it only loopback addresses are taken. */
  readonly isOpenToNetwork?: boolean | undefined;
  /** What else clients call this host, with the port where they name it. */
  readonly names?: readonly string[] | undefined;
  /** The token of this run; one is made where it is left out. */
  readonly token?: string | undefined;
  readonly view?: StoredClient['view'] | undefined;
  /** Told, in plain words, of what its operator should know while it is open. */
  readonly onNotice?: ((notice: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultPort = 8461;
const lookAgainMs = 1000;
const reloadAdvisoriesMs = 60_000;
const evictEveryMs = 10 * 60_000;

/** Where a home keeps the clients of its gates, and which gates are open. */
export function gateFolder(home: string): string {
  return join(home, 'gate');
}

export function clientsFolder(home: string): string {
  return join(gateFolder(home), 'clients');
}

/** The gates of a home that are open. */
export function findHomeGates(home: string): Promise<RunningGate[]> {
  return findRunningGates(gateFolder(home));
}

/** A gate on its own: the index that pip, uv and poetry are pointed at. */
export class HomeGate implements AsyncDisposable {
  readonly gate: Gate;
  readonly policy: LivePolicy;
  readonly advisories: Advisories;
  /** The beginning of all addresses, without a token. */
  readonly origin: string;
  /** The address of the index for the client of this run; whoever knows it is that client. */
  readonly indexUrl: string;
  readonly #opened: AsyncDisposableStack;

  constructor(
    parts: Pick<HomeGate, 'gate' | 'policy' | 'advisories' | 'origin' | 'indexUrl'>,
    opened: AsyncDisposableStack,
  ) {
    this.gate = parts.gate;
    this.policy = parts.policy;
    this.advisories = parts.advisories;
    this.origin = parts.origin;
    this.indexUrl = parts.indexUrl;
    this.#opened = opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}

/**
 * Opens a gate on a home's policy, record and caches, for clients other than ours.
 *
 * @throws USAGE, ADDRESS_UNUSABLE, HOME_UNUSABLE, POLICY_INVALID, INDEX_UNAVAILABLE and what the database throws.
 */
export async function openHomeGate(options: OpenGateOptions = {}): Promise<HomeGate> {
  const { env = process.env, signal, host = '127.0.0.1', view = 'strict' } = options;
  refuseNetwork(options);
  const token = options.token === undefined ? makeToken() : requireLongToken(options.token);
  const home = await ensureHome(options.home ?? resolveHome(env));
  await using opened = new AsyncDisposableStack();
  const policy = opened.use(await LivePolicy.open({ file: options.policyFile, env, home }));
  const { record, database } = opened.use(await openHomeRecord(home, signal === undefined ? {} : { signal }));
  const settings = await readSettings({ home, env });
  const advisoriesFrom = configuredSource(env, settings.advisories.url);
  const currentPolicy = () => policy.current;
  const sources = opened.use(
    new PackageSources({
      ...{ cacheFolder: cacheFolder(home), database, record, env, currentPolicy, signal },
      readSettings: () => Promise.resolve({ indexes: settings.indexes, freshMs: settings.gate.fresh }),
    }),
  );
  const { folder, upstream, advisories, inspections, inspector } = await sources.open(signal);
  const clients = await readClients(clientsFolder(home));
  const locks = new PlannedLocks({
    plans: new PlanStore(database),
    approvals: new Approvals({ database, record, currentPolicy }),
    currentPolicy,
  });
  const gate = opened.use(
    new Gate({
      upstream,
      policy: currentPolicy,
      advisories: () => advisories.current,
      inspections,
      inspect: (wheel, closing) => inspector.inspect({ ...wheel, signal: closing }),
      findLock: (digest) => locks.find(digest),
      clients,
      pagesFolder: join(folder, 'ready'),
      hosts: hostsOf(options),
      onEvent: recordEvents(record),
    }),
  );
  const { port } = await gate.listen({ host, port: options.port ?? defaultPort });
  const origin = `http://${toHostName(host)}:${port}`;
  const { path } = gate.admit({ id: 'default', view, token });
  const operator = gate.admit({ id: 'operator', view: 'strict', seesAll: true });
  const running = { pid: process.pid, url: `${origin}${operator.path}`, token: operator.token };
  opened.use(await announceGate(gateFolder(home), running));
  opened.use(followChanges({ gate, advisories, home, clients }));
  const cache = new PackageCache(cacheFolder(home), () => upstream.listArtifacts());
  opened.use(keepWithin({ cache, database, maxBytes: settings.packages.cache.maxBytes }));
  const details = { host, port, view, advisories: advisoriesFrom === undefined ? null : nameSource(advisoriesFrom) };
  await record.append({ action: 'gate.opened', policyHash: policy.current.hash, details });
  const { refresh: everyMs } = settings.advisories;
  opened.use(
    watchAdvisories({
      advisories,
      database,
      record,
      currentPolicy,
      source: advisoriesFrom,
      everyMs,
      onNotice: options.onNotice,
    }),
  );
  tellOfPolicy({ policy, record, onNotice: options.onNotice });
  return new HomeGate({ gate, policy, advisories, origin, indexUrl: `${origin}${path}/simple/` }, opened.move());
}

interface Telling extends Pick<OpenGateOptions, 'onNotice'> {
  readonly policy: LivePolicy;
  readonly record: AuditRecord;
}

/** Nobody waits for the record: what cannot be written stops what comes next. */
function tellOfPolicy({ policy, record, onNotice }: Telling): void {
  policy.on('broken', (problems) => {
    const [first = '', ...more] = problems.map(formatProblem);
    onNotice?.(`the policy is broken, and the one before it stays in force: ${first}`);
    const details = { problems: [first, ...more].slice(0, 20) };
    record.append({ action: 'policy.broken', policyHash: policy.current.hash, details }).catch(() => undefined);
  });
  policy.on('changed', ({ hash, source }) => {
    record.append({ action: 'policy.changed', policyHash: hash, details: { source } }).catch(() => undefined);
  });
}

function refuseNetwork({ host = '127.0.0.1', isOpenToNetwork = false }: OpenGateOptions): void {
  if (isOpenToNetwork || isLoopback(host)) return;
  throw new BelljarError('USAGE', `${host} can be reached by other machines`, {
    hint: 'Say --open-to-network if that is what you want: tokens and packages then travel unencrypted.',
  });
}

function hostsOf({ host = '127.0.0.1', names = [] }: OpenGateOptions): string[] {
  return (isLoopback(host) ? names : [host, ...names]).map(toHostName);
}

interface Followed {
  readonly gate: Gate;
  readonly advisories: Advisories;
  readonly home: string;
  readonly clients: readonly StoredClient[];
}

/** Takes over what other processes changed: clients that came or went, advisories that were imported. */
function followChanges({ gate, advisories, home, clients }: Followed): Disposable {
  let known = clients;
  const look = async (): Promise<void> => {
    const now = await readClients(clientsFolder(home));
    if (JSON.stringify(now) === JSON.stringify(known)) return;
    gate.replaceClients(known, now);
    known = now;
  };
  // A file that cannot be read changes nothing; the next look may find it whole.
  const timers = [
    setInterval(() => void look().catch(() => undefined), lookAgainMs),
    setInterval(() => void advisories.reload().catch(() => undefined), reloadAdvisoriesMs),
  ];
  for (const timer of timers) timer.unref();
  return { [Symbol.dispose]: () => timers.forEach((timer) => clearInterval(timer)) };
}

interface KeptCache {
  readonly cache: PackageCache;
  readonly database: Database;
  readonly maxBytes: number;
}

/** Removes the files that were not asked for longest, where there are more than may be kept. */
function keepWithin({ cache, database, maxBytes }: KeptCache): Disposable {
  const keep = async (): Promise<void> => {
    // Whoever serves an index builds no environment, and loads what does so no sooner than here.
    const { readWheelsOfBuilds } = await import('./environments/index.ts');
    await cache.keepWithin({ maxBytes, stays: await readWheelsOfBuilds(database) });
  };
  // What cannot be removed now is tried again the next time.
  const timer = setInterval(() => void keep().catch(() => undefined), evictEveryMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Gives a client of a home's gates a token of its own; it is told once. @throws USAGE */
export function addGateClient(home: string, client: NewClient): Promise<string> {
  return addClient(clientsFolder(home), client);
}

/** The clients that have tokens of their own. @throws INPUT_UNREADABLE */
export function listGateClients(home: string): Promise<StoredClient[]> {
  return readClients(clientsFolder(home));
}

/** Resolves to whether there was one. @throws INPUT_UNREADABLE */
export function removeGateClient(home: string, id: string): Promise<boolean> {
  return removeClient(clientsFolder(home), id);
}
