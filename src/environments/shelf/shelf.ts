import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import type { AuditRecord } from '../../record/index.ts';
import { type Database, sql } from '../../storage/index.ts';
import { explainUnkept } from '../sealed/unkept.ts';
import { type Collected, type CollectOptions, collect } from './collect.ts';
import type { BuildEnvironment } from './construct.ts';
import { estimateBytes, keepMeasured } from './estimate.ts';
import { forgetTheDead, Holder } from './holder.ts';
import { type TreeReport, type VerifyTree, lookAt } from './integrity.ts';
import { type EnvironmentSpec, environmentKey } from './key.ts';
import { environmentFolder } from './layout.ts';
import { Leases, type Taken } from './leases.ts';
import { type ShelfUsage, measureShelf } from './measure.ts';
import { readOccupants, readWheelsOfBuilds } from './occupants.ts';
import type { Occupant } from './plan-collection.ts';
import { discardStored, type StoredPart } from './stored-part.ts';
import { type MakeRoom, withRoom } from './make-room.ts';
import { type ShelvedEnvironment, asEnvironments, selectEnvironments } from './rows.ts';
import { sweepShelf } from './sweep.ts';
import { type BuildOptions, type Origin, Workshop } from './workshop.ts';

export interface ShelfOptions {
  /** The folder of all environments. */
  readonly folder: string;
  readonly database: Database;
  readonly record: AuditRecord;
  /** Looks at the files of a tree; its folder alone is looked at where left out. */
  readonly verifyTree?: VerifyTree | undefined;
  /** After so long without a word from a builder another takes over. */
  readonly expiryMs?: number | undefined;
  /** So long a lease that nobody needs is kept for the next who does. */
  readonly lingerMs?: number | undefined;
  /** Asked before a build, and when one finds the disk full. */
  readonly makeRoom?: MakeRoom | undefined;
}

/** An environment that stays on the shelf until this is disposed of. */
export interface EnvironmentLease extends Disposable {
  readonly environment: ShelvedEnvironment;
  /** The root of its tree, on the host. */
  readonly folder: string;
  /** Whether it was built for this. */
  readonly isNew: boolean;
}

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly origin?: Origin | undefined;
  /** How many files of how many were read. */
  readonly onFile?: ((done: number, total: number) => void) | undefined;
}

/** What an environment draws from the stores: wheels by sha256, bytecode by `build/sha256`. */
export type EnvironmentParts = Pick<Occupant, 'wheels' | 'bytecode'>;

const defaultExpiryMs = 60_000;
const defaultLingerMs = 5_000;

/**
 * The environments of a home: each built once, by one process, sealed, leased in milliseconds, and removed when nobody
 * needs them.
 *
 * @example
 * using lease = await shelf.obtain(spec, (folder, tools) => assemble({ ...parts, folder, ...tools }));
 */
export class Shelf implements AsyncDisposable {
  readonly folder: string;
  readonly #options: ShelfOptions;
  readonly #holder: Holder;
  readonly #leases: Leases;
  readonly #workshop: Workshop;
  #swept: Promise<void> | undefined;

  constructor(options: ShelfOptions) {
    const { database, record, folder, expiryMs = defaultExpiryMs, lingerMs = defaultLingerMs } = options;
    this.folder = folder;
    this.#options = options;
    this.#holder = new Holder({ database, expiryMs, renew: () => this.#leases.renewals() });
    this.#leases = new Leases({ database, holder: this.#holder, lingerMs });
    this.#workshop = new Workshop({ environments: folder, database, record, holder: this.#holder });
  }

  /**
   * The environment of a spec: the one that is there, else the one that somebody builds now, else it is built here.
   *
   * @throws CANCELLED, BUILD_FAILED and what building throws, whoever built it; the codes of the database.
   */
  async obtain(spec: EnvironmentSpec, build: BuildEnvironment, options: BuildOptions = {}): Promise<EnvironmentLease> {
    const key = environmentKey(spec);
    for (;;) {
      refuseWhenCancelled(options.signal);
      const lease = await this.lease(key, options);
      if (lease !== undefined) return lease;
      const made = await this.#workshop.make(key, spec, { ...options, build: withRoom(build, this.#options.makeRoom) });
      if (made === undefined) continue;
      return this.#leaseOf(this.#leases.adopt(made), true);
    }
  }

  /** Undefined where it is not there, or not whole any more; the latter is on the record then. */
  async lease(key: string, { origin }: BuildOptions = {}): Promise<EnvironmentLease | undefined> {
    await this.#sweepOnce();
    const taken = await this.#leases.take(key);
    if (taken === undefined) return undefined;
    const { problems } = await this.#look(taken.environment, false);
    if (problems.length === 0) return this.#leaseOf(taken, false);
    taken.release();
    await this.#condemn(taken.environment, problems, origin);
    return undefined;
  }

  /** All that are there, those used last first. */
  async list(): Promise<ShelvedEnvironment[]> {
    await forgetTheDead(this.#options.database);
    return this.#options.database.read(selectEnvironments(sql`true order by used desc, key`), asEnvironments);
  }

  async find(key: string): Promise<ShelvedEnvironment | undefined> {
    const [found] = await this.#options.database.read(selectEnvironments(sql`key = ${key}`), asEnvironments);
    return found;
  }

  /** Where the tree of one lies on the host. */
  folderOf(key: string): string {
    return environmentFolder(this.folder, key);
  }

  /** Those whose keys begin so. */
  async match(beginning: string): Promise<ShelvedEnvironment[]> {
    const which = sql`substr(key, 1, ${beginning.length}) = ${beginning} order by key`;
    return this.#options.database.read(selectEnvironments(which), asEnvironments);
  }

  /** One that is pinned is never removed to make room; resolves to whether there is such a one. */
  async pin(key: string, isPinned = true, origin?: Origin): Promise<boolean> {
    const { database, record } = this.#options;
    const pinned = isPinned ? 1 : 0;
    const changed = await database.write(
      sql`update environments set pinned = ${pinned} where key = ${key} and pinned <> ${pinned}`,
    );
    if (changed === 0) return (await this.find(key)) !== undefined;
    const action = isPinned ? 'environment.pinned' : 'environment.unpinned';
    await record.append({ action, subject: `environment ${key}`, ...origin });
    return true;
  }

  /**
   * Looks at all files of an environment. One that is not whole is never leased again, but built anew.
   *
   * @throws ENVIRONMENT_MISSING, also where it makes room meanwhile; CANCELLED
   */
  async verify(key: string, { signal, origin, onFile }: VerifyOptions = {}): Promise<TreeReport> {
    await this.#sweepOnce();
    for (;;) {
      const found = await this.find(key);
      if (found === undefined) {
        throw new BelljarError('ENVIRONMENT_MISSING', `there is no environment ${key}`, { details: { key } });
      }
      const report = await this.#look(found, true, { signal, onFile });
      if (report.problems.length === 0) return report;
      // To write waits for whoever takes it away now: what is gone is not damaged.
      await this.#condemn(found, report.problems, origin);
      if ((await this.find(key))?.made === found.made) return report;
    }
  }

  /** What lies there, each file counted once however many environments share it. */
  async usage(signal?: AbortSignal): Promise<ShelfUsage> {
    await this.#sweepOnce();
    const usage = await measureShelf(this.folder, signal);
    await keepMeasured(this.folder, usage.totalBytes);
    return usage;
  }

  /** At most so much lies there, told without counting; undefined where nobody counted yet. */
  async estimate(): Promise<number | undefined> {
    return estimateBytes(this.folder, this.#options.database);
  }

  /** What each environment is made of, by its key. */
  async parts(): Promise<ReadonlyMap<string, EnvironmentParts>> {
    const occupants = await readOccupants(this.#options.database);
    return new Map(occupants.map(({ key, wheels, bytecode }) => [key, { wheels, bytecode }]));
  }

  /** The sha256 of the wheels that are being built with now. */
  async wheelsOfBuilds(): Promise<ReadonlySet<string>> {
    return readWheelsOfBuilds(this.#options.database);
  }

  /** Takes what is damaged out of a store, so that it is made anew when it is wanted next. */
  async discard(store: StoredPart, problems: readonly string[], origin?: Origin): Promise<void> {
    const { database, record } = this.#options;
    if (!(await discardStored({ environments: this.folder, database }, store))) return;
    const details = { kind: store.kind, problems: shorten(problems) };
    await record.append({
      action: 'environment.store-damaged',
      subject: `${store.kind} ${store.name}`,
      details,
      ...origin,
    });
  }

  /** Makes room: removes what nobody needs, then what was not used longest; never what is leased or pinned. */
  async collect(options: CollectOptions): Promise<Collected> {
    await this.#sweepOnce();
    await this.#leases.settle();
    const { database, record } = this.#options;
    return collect({ environments: this.folder, database, record }, options);
  }

  /** Gives back all leases. */
  async close(): Promise<void> {
    await this.#leases.settle();
    await this.#holder.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #leaseOf({ environment, release }: Taken, isNew: boolean): EnvironmentLease {
    const opened = new DisposableStack();
    opened.defer(release);
    const folder = environmentFolder(this.folder, environment.key);
    return { environment, folder, isNew, [Symbol.dispose]: () => opened.dispose() };
  }

  #look({ key, treeDigest }: ShelvedEnvironment, full: boolean, how: VerifyOptions = {}): Promise<TreeReport> {
    const { signal, onFile: onProgress } = how;
    const options = { full, treeDigest, onProgress, ...(signal === undefined ? {} : { signal }) };
    return lookAt(this.folderOf(key), options, this.#options.verifyTree);
  }

  async #condemn(
    { key, made }: ShelvedEnvironment,
    problems: readonly string[],
    origin: Origin | undefined,
  ): Promise<void> {
    const { database, record } = this.#options;
    const changed = await database.write(
      sql`update environments set state = ${'damaged'} where key = ${key} and state = ${'whole'} and made = ${made}`,
    );
    this.#leases.forget(key);
    if (changed === 0) return;
    const details = { problems: shorten(problems) };
    await record.append({ action: 'environment.damaged', subject: `environment ${key}`, details, ...origin });
  }

  /** Once: makes the folders, and removes what the dead left. */
  #sweepOnce(): Promise<void> {
    this.#swept ??= sweepShelf(this.folder, this.#options.database).catch((error: unknown) => {
      this.#swept = undefined;
      throw explainUnkept(error, 'the folder of all environments');
    });
    return this.#swept;
  }
}

function shorten(problems: readonly string[]): string[] {
  return problems.slice(0, 20).map((problem) => problem.slice(0, 500));
}
