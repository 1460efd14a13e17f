import { EventEmitter } from 'node:events';

import { FileWatch } from './file-watch.ts';
import { findPolicy, type FindPolicyOptions, isThere, placeToLook } from './find-policy.ts';
import { type CurrentPolicy, loadPolicy, readChangedPolicy } from './read-policy.ts';
import { type FileProblem, formatProblem } from '../yaml/index.ts';

interface LivePolicyEvents {
  changed: [current: CurrentPolicy, previous: CurrentPolicy];
  broken: [problems: readonly FileProblem[]];
}

/** A file and what notices its changes. */
interface Watched {
  readonly path: string;
  readonly changes: FileWatch;
}

/**
 * The policy in force, read again whenever its file changes. A file that is broken changes nothing: the policy before it
 * holds until the file is mended. A listener that throws keeps neither the others nor the next change from being heard;
 * what it threw becomes a warning of the process.
 *
 * @example
 * using live = await LivePolicy.open({ home });
 * live.on('changed', ({ hash }) => { console.log(`the policy is now ${hash}`); });
 * live.on('broken', (problems) => { console.error(problems.map(formatProblem).join('\n')); });
 */
export class LivePolicy extends EventEmitter<LivePolicyEvents> implements Disposable {
  #current: CurrentPolicy;
  #problems: readonly FileProblem[] = [];
  #reading: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  readonly #watched: Watched | undefined;

  private constructor(current: CurrentPolicy, watched: Watched | undefined) {
    super();
    this.#current = current;
    this.#watched = watched;
    watched?.changes.listen(() => void this.reload());
  }

  /**
   * Finds the policy, reads it and watches it. The current folder is never looked at.
   *
   * @throws INPUT_UNREADABLE where a file that was named cannot be read; POLICY_INVALID where it is no policy, or where
   * others own it, may write to it or may replace it.
   */
  static async open(options: FindPolicyOptions = {}): Promise<LivePolicy> {
    // The built-in policy gives way to a file that appears in the home.
    const { path } = placeToLook(options);
    if (path === undefined) return new LivePolicy(await loadPolicy(await findPolicy(options)), undefined);
    // Watched first: what changes while it is read is noticed.
    const changes = await FileWatch.start(path);
    try {
      return new LivePolicy(await loadPolicy(await findPolicy(options)), { path, changes });
    } catch (error) {
      changes.close();
      throw error;
    }
  }

  get current(): CurrentPolicy {
    return this.#current;
  }

  /** What is wrong with the file now; empty where the policy in force is what the file says. */
  get problems(): readonly FileProblem[] {
    return this.#problems;
  }

  /** Reads the file again now; resolves when events have been given. */
  async reload(): Promise<void> {
    // One after the other, so that an older content never follows a newer one.
    const reading = this.#reading.then(() => this.#readAgain());
    this.#reading = reading.catch(() => undefined);
    const tell = await reading;
    if (!this.#isClosed) tell?.();
  }

  close(): void {
    this.#isClosed = true;
    this.#watched?.changes.close();
    this.removeAllListeners();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Resolves to what tells the listeners, where there is something to tell. */
  async #readAgain(): Promise<(() => void) | undefined> {
    if (this.#isClosed || this.#watched === undefined) return undefined;
    const { path } = this.#watched;
    const isBuiltIn = this.#current.origin === 'built-in';
    if (isBuiltIn && !(await isThere(path))) return undefined;
    const reading = await readChangedPolicy(path);
    const before = this.#problems;
    this.#problems = reading.ok ? [] : reading.problems;
    if (!reading.ok) {
      return sameProblems(reading.problems, before) ? undefined : () => this.#tell('broken', reading.problems);
    }
    if (reading.hash === this.#current.hash && before.length === 0 && !isBuiltIn) return undefined;
    const previous = this.#current;
    const origin = isBuiltIn ? 'home' : previous.origin;
    const current = { policy: reading.policy, hash: reading.hash, source: path, origin };
    this.#current = current;
    return () => this.#tell('changed', current, previous);
  }

  #tell<Name extends keyof LivePolicyEvents>(name: Name, ...event: LivePolicyEvents[Name]): void {
    for (const listener of this.rawListeners(name)) {
      try {
        Reflect.apply(listener, this, event);
      } catch (thrown) {
        const why = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
        process.emitWarning(`a listener of the policy threw at “${name}”: ${why}`);
      }
    }
  }
}

function sameProblems(problems: readonly FileProblem[], others: readonly FileProblem[]): boolean {
  return problems.map(formatProblem).join('\n') === others.map(formatProblem).join('\n');
}
