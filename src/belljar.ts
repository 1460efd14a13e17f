import { join } from 'node:path';

import { type Interpreter, findInterpreter } from './environments/index.ts';
import { BelljarError } from './errors.ts';
import { LivePolicy } from './live-policy.ts';
import { nearestOf } from './nearest.ts';
import { type Role, type RunLimits, roleNames } from './policy/index.ts';
import { type AuditRecord, openRecord } from './record/index.ts';
import { ProcessBackend } from './sandbox/index.ts';
import { Sessions, describeBundles } from './sessions/index.ts';
import { type Database, ensureHome, openDatabase, resolveHome } from './storage/index.ts';

export { BelljarError, type ErrorCode, errorTable } from './errors.ts';
export { type Actor, type Role, parseByteSize, parseDurationMs } from './policy/index.ts';
export { type InspectOptions, type MachineReport, inspectMachine } from './inspect.ts';
export type { BackendReport, CapabilityReport } from './sandbox/index.ts';
export {
  type OpenSessionOptions,
  type RunEvent,
  type RunOutcome,
  type RunRequest,
  type RunResult,
  type Session,
  describeOutcome,
  exitCodeOf,
} from './sessions/index.ts';

export type RequestedLimits = Partial<RunLimits>;

export interface OpenOptions {
  /** Where BELLJAR_HOME, BELLJAR_POLICY and BELLJAR_PYTHON are looked up; the process's own where left out. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly home?: string | undefined;
  readonly policyFile?: string | undefined;
  readonly python?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface BelljarParts {
  readonly home: string;
  readonly database: Database;
  readonly record: AuditRecord;
  readonly policy: LivePolicy;
  readonly sessions: Sessions;
}

/**
 * Belljar in this process, on the local store.
 *
 * @example
 * await using belljar = await Belljar.open();
 * const session = await belljar.sessions.open({ actor: { id: 'user-1', kind: 'user' }, role: 'owner' });
 * const { outcome } = await session.run({ name: 'hello.py', code: 'print("hello")', args: [] });
 * await session.close();
 */
export class Belljar implements AsyncDisposable {
  readonly home: string;
  readonly record: AuditRecord;
  readonly policy: LivePolicy;
  readonly sessions: Sessions;
  readonly #database: Database;

  private constructor({ home, database, record, policy, sessions }: BelljarParts) {
    this.home = home;
    this.record = record;
    this.policy = policy;
    this.sessions = sessions;
    this.#database = database;
  }

  /**
   * Opens the home, making it where it is missing.
   *
   * @throws HOME_UNUSABLE, POLICY_INVALID, PYTHON_NOT_FOUND and what the database throws.
   */
  static async open(options: OpenOptions = {}): Promise<Belljar> {
    const { env = process.env, signal } = options;
    const home = await ensureHome(options.home ?? resolveHome(env));
    const [interpreter, policy] = await Promise.all([
      findInterpreter({ named: options.python, env, ...(signal === undefined ? {} : { signal }) }),
      LivePolicy.open({ file: options.policyFile, env, home }),
    ]);
    const database = await openDatabase({
      path: join(home, 'belljar.sqlite'),
      ...(signal === undefined ? {} : { signal }),
    });
    const record = openRecord({ database, keyFolder: join(home, 'keys') });
    const backend = makeBackend(interpreter);
    const sessions = new Sessions({ backend, interpreter, record, currentPolicy: () => policy.current });
    return new Belljar({ home, database, record, policy, sessions });
  }

  async close(): Promise<void> {
    this.policy.close();
    await this.#database.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function makeBackend(interpreter: Interpreter): ProcessBackend {
  return new ProcessBackend(describeBundles(interpreter.parts));
}

/** @throws USAGE with the nearest known one. */
export function parseRole(text: string): Role {
  const role = roleNames.find((name) => name === text);
  if (role !== undefined) return role;
  const nearest = nearestOf(text, roleNames);
  throw new BelljarError('USAGE', `there is no role “${text}”`, {
    hint: nearest === undefined ? `The roles are ${roleNames.join(', ')}.` : `Did you mean “${nearest}”?`,
  });
}
