import { constants } from 'node:os';
import type { Duplex, Readable, Writable } from 'node:stream';

import { BelljarError } from '../errors.ts';
import type { RunLimits } from '../policy/index.ts';
import type { CapabilityName, Sandbox, SandboxExit } from '../sandbox/index.ts';
import type { ProgramEnd, ProgramOutcome } from './outcome.ts';
import { ProgramClocks } from './program-clocks.ts';
import type { Command, ProgramLine, ToldEnd } from './program-line.ts';

export interface ProgramParts {
  readonly sandbox: Sandbox;
  readonly line: ProgramLine;
  readonly command: Command;
  readonly limits: RunLimits;
  readonly isLasting: boolean;
  /** The key of its environment; null for the plain interpreter. */
  readonly environment: string | null;
  readonly notEnforced: readonly CapabilityName[];
  /** Told once, when nothing of it is left; it has ended when that is done. */
  readonly onEnded: (end: ProgramEnd) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** Between being asked to end, or telling the end, and the end. */
const graceMs = 1000;

type Verdict = Extract<ProgramOutcome, { status: 'timeout' | 'cancelled' | 'output' }>;

/**
 * A program behind glass. All that comes out of it is untrusted, and so is what it says of its end. What it prints has to
 * be read, or it waits: only so much of it is held as a pipe would.
 */
export class Program implements AsyncDisposable {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when nothing of it is left. Never rejects. */
  readonly ended: Promise<ProgramEnd>;
  readonly environment: string | null;
  /** What does not hold for it, as the policy allows. */
  readonly notEnforced: readonly CapabilityName[];
  readonly #parts: ProgramParts;
  readonly #clocks: ProgramClocks;
  #verdict: Verdict | undefined;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(parts: ProgramParts) {
    const { line, sandbox, limits, isLasting, environment, notEnforced, signal } = parts;
    this.#parts = parts;
    this.stdin = line.stdin.on('error', ignore);
    this.stdout = line.stdout.on('error', ignore);
    this.stderr = line.stderr.on('error', ignore);
    this.environment = environment;
    this.notEnforced = notEnforced;
    this.#clocks = new ProgramClocks({ sandbox, limits, isLasting, onUsedUp: (why) => this.#climb(why) });
    this.#clocks.start();
    const onAbort = (): void => this.#climb({ status: 'cancelled' });
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    this.ended = this.#awaitEnd().finally(() => signal?.removeEventListener('abort', onAbort));
  }

  /** To the command and what it started, as a terminal does it. What has ended already is not told. */
  signal(name: NodeJS.Signals): void {
    if (!Object.hasOwn(constants.signals, name)) throw new BelljarError('USAGE', `there is no signal “${name}”`);
    this.#parts.line.signal(name);
  }

  /**
   * A stream to a unix socket that one of its processes listens on, by its path inside.
   *
   * @throws FILE_NOT_FOUND where there is none, FILE_REFUSED where nobody takes it, SESSIONS_EXHAUSTED, SESSION_CLOSED, USAGE.
   */
  async dial(path: string): Promise<Duplex> {
    return (await this.#parts.line.dial(path)).on('error', ignore);
  }

  /** Lets its time on the processors and what it prints count anew, as at the start of a run. */
  async restartClocks(): Promise<void> {
    this.#parts.line.restartOutput();
    await this.#clocks.restart();
  }

  /** Ends it at once, with all that it started. */
  async close(): Promise<void> {
    this.#verdict ??= { status: 'cancelled' };
    this.#parts.sandbox.kill('its user');
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** It printed more than it may: whoever reads it has a part, so it must not look as if it were all. */
  printedTooMuch(): void {
    this.#verdict ??= { status: 'output', limitBytes: this.#parts.limits.outputBytes };
    this.#parts.sandbox.kill('the bound on its output');
  }

  /** Asks it to end, then does not ask. */
  #climb(verdict: Verdict): void {
    if (this.#verdict !== undefined) return;
    this.#verdict = verdict;
    this.#parts.line.signal('SIGTERM');
    this.#killTimer = setTimeout(() => this.#parts.sandbox.kill('its time'), graceMs);
  }

  async #awaitEnd(): Promise<ProgramEnd> {
    const { sandbox, line, onEnded } = this.#parts;
    const { told, violation } = await line.ended;
    if (told === undefined) sandbox.kill('a broken line');
    // What tells its end is untrusted, and may stay: nothing else bounds the time of what lasts.
    const late = setTimeout(() => sandbox.kill('its end'), graceMs);
    const exit = await sandbox.exited;
    clearTimeout(late);
    this.#clocks.stop();
    clearTimeout(this.#killTimer);
    const outcome = this.#explain({ told, violation, exit });
    const end = { outcome, usage: exit.usage, outputBytes: line.outputBytes };
    await onEnded(end);
    return end;
  }

  #explain({ told, violation, exit }: Ending): ProgramOutcome {
    const { why, usage } = exit;
    const { limits, command } = this.#parts;
    if (why.kind === 'memory') return { status: 'memory', limitBytes: why.limitBytes };
    if (why.kind === 'disk') return { status: 'disk', what: why.what, limit: why.limit, used: why.used };
    if (why.kind === 'cpuTime') return { status: 'timeout', clock: 'cpu', limitMs: limits.cpuTimeMs };
    if (this.#verdict !== undefined) return this.#verdict;
    if (told === undefined) return { status: 'broken', message: violation ?? describeLoss(exit) };
    if (told.how === 'unstarted') return explainUnstarted(command.argv[0], told.errno);
    if (told.how === 'exited') return { status: 'exited', code: told.code };
    if (told.signal === constants.signals.SIGKILL && usage.memoryKills > 0) {
      return { status: 'memory', limitBytes: limits.memoryBytes };
    }
    return { status: 'signalled', signal: told.signal };
  }
}

interface Ending {
  readonly told: ToldEnd | undefined;
  readonly violation: string | undefined;
  readonly exit: SandboxExit;
}

function describeLoss({ diagnostics }: SandboxExit): string {
  const said = diagnostics.trim().slice(-500);
  return `what served it ended first${said === '' ? '' : `: ${said}`}`;
}

function explainUnstarted(command: string, errno: number): ProgramOutcome {
  const { ENOENT, ENOTDIR, EACCES, ENOEXEC } = constants.errno;
  if (errno === ENOENT || errno === ENOTDIR) {
    return { status: 'unstarted', command, code: 127, problem: 'there is no such command inside' };
  }
  const known = new Map([
    [EACCES, 'it may not be started'],
    [ENOEXEC, 'it is no program for this machine'],
  ]);
  return { status: 'unstarted', command, code: 126, problem: known.get(errno) ?? `error ${errno}` };
}

/** A stream that breaks is told by how the program ended. */
function ignore(): void {
  // nothing to add
}
