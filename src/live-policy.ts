import { EventEmitter } from 'node:events';
import { type FSWatcher, type Stats, unwatchFile, watch, watchFile } from 'node:fs';
import { access, open, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { BelljarError, toBelljarError } from './errors.ts';
import {
  defaultPolicyName,
  formatProblem,
  parseDefaultPolicy,
  parsePolicy,
  type Policy,
  type PolicyProblem,
  type PolicyReading,
} from './policy/index.ts';

export const policyFileName = 'belljar.policy.yaml';

/** Where a policy was named: on the call, in BELLJAR_POLICY, by lying in the home; or nowhere. */
export type PolicyOrigin = 'option' | 'environment' | 'home' | 'built-in';

export interface PolicyPlace {
  readonly origin: PolicyOrigin;
  /** Undefined for the built-in policy. */
  readonly path: string | undefined;
}

/** The policy that holds. */
export interface CurrentPolicy {
  readonly policy: Policy;
  readonly hash: string;
  /** The path of the file, or what the built-in policy is called. */
  readonly source: string;
  readonly origin: PolicyOrigin;
}

export interface FindPolicyOptions {
  readonly file?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly home?: string | undefined;
}

interface LivePolicyEvents {
  changed: [current: CurrentPolicy, previous: CurrentPolicy];
  broken: [problems: readonly PolicyProblem[]];
}

/** How long to wait for an editor to finish with a file. */
const settleMs = 50;
const pollMs = 2000;
const maxBytes = 1024 * 1024;

/**
 * The policy in force, read again whenever its file changes. A file that is broken changes nothing: the policy before it
 * holds until the file is mended.
 *
 * @example
 * using live = await LivePolicy.open({ home });
 * live.on('changed', ({ hash }) => { console.log(`the policy is now ${hash}`); });
 * live.on('broken', (problems) => { console.error(problems.map(formatProblem).join('\n')); });
 */
export class LivePolicy extends EventEmitter<LivePolicyEvents> implements Disposable {
  #current: CurrentPolicy;
  #problems: readonly PolicyProblem[] = [];
  #reading: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #watchers: FSWatcher[] = [];
  readonly #path: string | undefined;
  readonly #onPoll = (): void => this.#readSoon();

  private constructor(current: CurrentPolicy, path: string | undefined) {
    super();
    this.#current = current;
    this.#path = path;
  }

  /**
   * Finds the policy, reads it and watches it. The current folder is never looked at.
   *
   * @throws INPUT_UNREADABLE where a file that was named cannot be read; POLICY_INVALID where it is no policy, or where
   * others may write to it.
   */
  static async open(options: FindPolicyOptions = {}): Promise<LivePolicy> {
    const place = await findPolicy(options);
    const current = await loadPolicy(place);
    // The built-in policy gives way to a file that appears in the home.
    const watched = place.path ?? (options.home === undefined ? undefined : join(options.home, policyFileName));
    const live = new LivePolicy(current, watched);
    if (watched !== undefined) await live.#watch(watched);
    return live;
  }

  get current(): CurrentPolicy {
    return this.#current;
  }

  /** What is wrong with the file now; empty where the policy in force is what the file says. */
  get problems(): readonly PolicyProblem[] {
    return this.#problems;
  }

  /** Reads the file again now; resolves when events have been given. */
  reload(): Promise<void> {
    // One after the other, so that an older content never follows a newer one.
    this.#reading = this.#reading.then(() => this.#readAgain());
    return this.#reading;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    if (this.#path !== undefined) unwatchFile(this.#path, this.#onPoll);
    this.removeAllListeners();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #readAgain(): Promise<void> {
    if (this.#isClosed || this.#path === undefined) return;
    const isBuiltIn = this.#current.origin === 'built-in';
    if (isBuiltIn && !(await exists(this.#path))) return;
    const reading = await readForReload(this.#path);
    if (!reading.ok) {
      if (!this.#wasClosed() && !sameProblems(reading.problems, this.#problems)) this.emit('broken', reading.problems);
      this.#problems = reading.problems;
      return;
    }
    const isMended = this.#problems.length > 0;
    this.#problems = [];
    if (reading.hash === this.#current.hash && !isMended && !isBuiltIn) return;
    const previous = this.#current;
    const origin = isBuiltIn ? 'home' : previous.origin;
    this.#current = { policy: reading.policy, hash: reading.hash, source: this.#path, origin };
    if (!this.#wasClosed()) this.emit('changed', this.#current, previous);
  }

  /** Reads anew what another turn may have set. */
  #wasClosed(): boolean {
    return this.#isClosed;
  }

  /** Editors put a new file in the place of the old one, so it is the folder that has to be watched. */
  async #watch(path: string): Promise<void> {
    const target = await realpath(path).catch(() => path);
    for (const folder of new Set([dirname(path), dirname(target)])) {
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#readSoon());
        watcher.on('error', () => this.#poll(path));
        this.#watchers.push(watcher);
      } catch {
        // The folder is missing, or the kernel has no watches left: look now and then instead.
        this.#poll(path);
      }
    }
  }

  #poll(path: string): void {
    if (!this.#isClosed) watchFile(path, { persistent: false, interval: pollMs }, this.#onPoll);
  }

  #readSoon(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.reload(), settleMs);
    this.#timer.unref();
  }
}

/** Finds the policy that holds: the one that is named, else BELLJAR_POLICY, else the home's, else the built-in one. */
export async function findPolicy({ file, env = process.env, home }: FindPolicyOptions): Promise<PolicyPlace> {
  if (file !== undefined) return { origin: 'option', path: resolve(file) };
  const named = env['BELLJAR_POLICY'];
  if (named !== undefined && named !== '') return { origin: 'environment', path: resolve(named) };
  const path = home === undefined ? undefined : join(home, policyFileName);
  return path !== undefined && (await exists(path))
    ? { origin: 'home', path }
    : { origin: 'built-in', path: undefined };
}

/**
 * Reads the policy at a place.
 *
 * @throws INPUT_UNREADABLE, POLICY_INVALID
 */
export async function loadPolicy({ origin, path }: PolicyPlace): Promise<CurrentPolicy> {
  if (path === undefined) return { ...parseDefaultPolicy(), source: defaultPolicyName, origin };
  const reading = await readPolicyFile(path, { mustBeGuarded: true });
  if (reading.ok) return { policy: reading.policy, hash: reading.hash, source: path, origin };
  const { problems } = reading;
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new BelljarError('POLICY_INVALID', `${first === undefined ? path : formatProblem(first)}${more}`, {
    hint: `Mend the lines that are named; all of them: belljar policy check ${path}`,
    details: { problems },
  });
}

/**
 * Reads and parses one policy file. Where it must be guarded, it is refused when others than its owner may write to it.
 *
 * @throws INPUT_UNREADABLE, POLICY_INVALID
 */
export async function readPolicyFile(path: string, { mustBeGuarded = false } = {}): Promise<PolicyReading> {
  const { bytes, stats } = await readBytes(path);
  if (mustBeGuarded) requireGuarded(path, stats);
  if (bytes === undefined) return broken(path, `the file is larger than ${maxBytes} bytes`);
  try {
    // A byte order mark is kept, so that it can be named as what is wrong.
    return parsePolicy(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), path);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    return broken(path, 'the file is not UTF-8 text');
  }
}

/** Permissions and content are those of one open file: it cannot be changed for another in between. */
async function readBytes(path: string): Promise<{ bytes: Buffer | undefined; stats: Stats }> {
  try {
    await using handle = await open(path, 'r');
    const stats = await handle.stat();
    if (!stats.isFile()) throw new BelljarError('INPUT_UNREADABLE', `the policy ${path} is not a file`);
    return { bytes: stats.size > maxBytes ? undefined : await handle.readFile(), stats };
  } catch (cause) {
    if (cause instanceof BelljarError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new BelljarError('INPUT_UNREADABLE', `cannot read the policy ${path}: ${code}`, { cause });
  }
}

function requireGuarded(path: string, { mode }: Stats): void {
  if ((mode & 0o022) === 0) return;
  throw new BelljarError('POLICY_INVALID', `others than its owner may write to the policy ${path}`, {
    hint: `Run: chmod go-w ${path}`,
  });
}

/** What keeps the file from being read is a problem of the file, as a wrong line is: the old policy holds. */
async function readForReload(path: string): Promise<PolicyReading> {
  try {
    return await readPolicyFile(path, { mustBeGuarded: true });
  } catch (thrown) {
    const { message, hint } = toBelljarError(thrown);
    return broken(path, `${message}. ${hint}`);
  }
}

function broken(file: string, message: string): PolicyReading {
  return { ok: false, problems: [{ file, line: 1, column: 1, path: '', message }] };
}

function sameProblems(problems: readonly PolicyProblem[], others: readonly PolicyProblem[]): boolean {
  return problems.map(formatProblem).join('\n') === others.map(formatProblem).join('\n');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
