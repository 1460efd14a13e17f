import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';

import { z } from 'zod';

import { BelljarError } from '../errors.ts';
import { optionsReader, signalOption, timerMs } from '../options.ts';
import type { SandboxExit, SandboxUsage } from '../sandbox/index.ts';
import { type RunnerFrame, minPieceBytes } from './frame-schemas.ts';
import { FrameViolation } from './frames.ts';
import type { CallInputs } from './call-inputs.ts';
import { watchCpu } from './cpu-clock.ts';
import type { Artifact, Survived } from './events.ts';
import type { RunOutcome } from './outcome.ts';

const requestSchema = z.strictObject({
  /** The file's name inside, without folders. */
  name: z
    .string()
    .regex(
      /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_. ()+,=-]{0,99}$/u,
      'must be a file name of letters, digits and a few signs',
    ),
  code: z.string(),
  /** What the code sees as sys.argv[1:]. */
  args: z.array(z.string()).readonly(),
});

export type RunRequest = Readonly<z.input<typeof requestSchema>>;

/** @throws USAGE where the request is not one. */
export function checkRequest(request: RunRequest): RunRequest {
  const { success, data, error } = requestSchema.safeParse(request);
  if (success) return data;
  throw new BelljarError('USAGE', `this is not a run: ${z.prettifyError(error)}`, {
    hint: 'A run has a name, code and args.',
  });
}

/** What is asked of the runner for a run: a script with its arguments, a cell, or a call with its inputs. */
export type Work =
  | { readonly kind: 'script'; readonly request: RunRequest }
  | { readonly kind: 'cell'; readonly request: RunRequest }
  | { readonly kind: 'call'; readonly request: RunRequest; readonly inputs: CallInputs };

export type StreamName = 'stdout' | 'stderr';

export interface StreamEvent {
  readonly type: 'stream';
  readonly name: StreamName;
  readonly bytes: Uint8Array;
}

/** What is printed. */
export type RunEvent =
  | StreamEvent
  /** Told once: what is printed from here on is counted and thrown away. */
  | { readonly type: 'cut'; readonly limitBytes: number };

/** Told by a run of either kind. */
export type ToldEvent = RunEvent | TellFrame;

export interface RunOptions<E = RunEvent> {
  /**
   * Awaited before more is read, so that a slow reader slows the code and costs no memory. A reader that throws ends the
   * run, and is what run() rejects with.
   */
  readonly onEvent?: ((event: E) => unknown) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws USAGE where there are others among them. */
export const readScriptOptions = optionsReader<RunOptions>('a run of a script', {
  onEvent: z
    .custom<NonNullable<RunOptions['onEvent']>>((value) => typeof value === 'function', 'must be a function')
    .optional(),
  signal: signalOption,
});

export interface RunLimitsInForce {
  readonly wallTimeMs: number;
  readonly cpuTimeMs: number;
  readonly cpus: number;
  readonly outputBytes: number;
}

export interface RunResult {
  readonly outcome: RunOutcome;
  readonly usage: SandboxUsage;
  readonly outputBytes: number;
  readonly cutBytes: number;
  /** What is left of the session's state after it. */
  readonly survived: Survived;
  /** Files that it left, changed or removed: the first hundred, as they are described inside. */
  readonly artifacts?: readonly Artifact[] | undefined;
  /** How many there were besides. */
  readonly moreArtifacts?: number | undefined;
}

/** A frame that belongs to a run. */
export type RunFrame = Exclude<RunnerFrame, { type: 'ready' | 'reply' | 'lost' }>;
/** What only a cell tells: not printed, but said by the interpreter. */
export type TellFrame = Exclude<RunFrame, { type: 'done' | 'cut' | 'stream' }>;
export type DoneFrame = Extract<RunnerFrame, { type: 'done' }>;
/** What a run that has ended may have left somebody to tell. */
export type BetweenFrame = Exclude<RunFrame, { type: 'done' | 'cut' }>;
type StreamFrame = Extract<RunnerFrame, { type: 'stream' }>;

type LadderVerdict = Extract<RunOutcome, { status: 'timeout' | 'cancelled' }>;

/** What the ladder does on its steps: ask, then no longer ask. */
export interface LadderSteps {
  interrupt(): void;
  /** The CPU time used since the run began; undefined where nobody counts. */
  usedCpuMs(): Promise<number | undefined>;
  /** Ends the interpreter, where that is not all there is: files survive. */
  killInside?(): void;
  kill(): void;
}

/** Time between the interrupt, which the code may use to clean up, and the end. */
const graceMs = 1000;

/** For the supervisor to tell that an interpreter is gone: on a busy machine that takes as long as all else does. */
const tellGraceMs = 3000;

const maxErrorCharacters = 2000;

/** What the supervisor adds to what the interpreter tells. */
const markCharacters = 64;

/** What an honest runner may send beyond the limit: the rest of a character, of each stream. */
const slackBytes = 1024;

/** A script is a process of its own, a cell runs in the session's interpreter. */
export type RunKind = 'script' | 'cell';

export interface RunIdentity {
  readonly id: string;
  readonly kind: RunKind;
}

/** One execution of code: its clock, its output, its end. */
export class Run {
  readonly id: string;
  /** By this the frames name it: not to be guessed, so that nothing said before it was asked for can be an answer. */
  readonly mark = randomUUID();
  readonly #limits: RunLimitsInForce;
  readonly #options: RunOptions<ToldEvent>;
  readonly #kind: RunKind;
  readonly #done = Promise.withResolvers<DoneFrame>();
  #verdict: LadderVerdict | undefined;
  /** Once deaf, nothing is told any more and nobody is waited for. */
  #isDeaf = false;
  #stopWaiting: (() => void) | undefined;
  #readerFailure: { readonly thrown: unknown } | undefined;
  #climb: ((verdict: LadderVerdict) => void) | undefined;
  #outputBytes = 0;
  #charged = 0;
  #cutBytes = 0;
  #isCut = false;
  /** What a cell raised last. */
  #error: { readonly name: string; readonly value: string } | undefined;

  constructor({ id, kind }: RunIdentity, limits: RunLimitsInForce, options: RunOptions<ToldEvent>) {
    this.id = id;
    this.#kind = kind;
    this.#limits = limits;
    this.#options = options;
  }

  get done(): Promise<DoneFrame> {
    return this.#done.promise;
  }

  get outputBytes(): number {
    return this.#outputBytes;
  }

  get cutBytes(): number {
    return this.#cutBytes;
  }

  /** What the reader threw; undefined while it has not. */
  get readerFailure(): { readonly thrown: unknown } | undefined {
    return this.#readerFailure;
  }

  /** The session is being closed: nobody waits, and it was not the code that ended it. */
  giveUp(): void {
    this.#verdict ??= { status: 'cancelled' };
    this.goDeaf();
  }

  /** Nothing is told from here on, so that a reader who stalls cannot hold up the end. */
  goDeaf(): void {
    this.#isDeaf = true;
    this.#stopWaiting?.();
  }

  /**
   * Takes a frame of this run; the caller reads no further before it resolves.
   *
   * @throws FrameViolation where the runner sends more than it was asked for.
   */
  async accept(frame: RunFrame, characters: number): Promise<void> {
    if (frame.type === 'done') {
      this.#cutBytes = frame.cut;
      this.#done.resolve(frame);
    } else if (frame.type === 'cut') {
      if (this.#isCut) throw new FrameViolation('the runner told twice that output is cut');
      this.#isCut = true;
      await this.#deliver({ type: 'cut', limitBytes: this.#limits.outputBytes });
    } else if (frame.type === 'stream') {
      await this.#tell(decodeStream(frame));
    } else {
      if (this.#kind === 'script') throw new FrameViolation('a script tells nothing but what it prints');
      if (frame.type === 'error') this.#error = { name: sound(frame.name), value: sound(frame.value) };
      this.#charge(Math.max(0, characters - markCharacters));
      await this.#deliver(frame);
    }
  }

  /** Starts the clock. Returns what stops it. */
  startLadder(steps: LadderSteps): () => void {
    const { signal } = this.#options;
    const { wallTimeMs } = this.#limits;
    let killTimer: NodeJS.Timeout | undefined;
    const climb = (verdict: LadderVerdict): void => {
      if (this.#verdict !== undefined) return;
      this.#verdict = verdict;
      steps.interrupt();
      const kill = (): void => {
        this.goDeaf();
        steps.kill();
      };
      const killInside = (): void => {
        steps.killInside?.();
        killTimer = setTimeout(kill, tellGraceMs);
      };
      killTimer = setTimeout(steps.killInside === undefined ? kill : killInside, graceMs);
    };
    this.#climb = climb;
    const onWall = (): void => climb({ status: 'timeout', clock: 'wall', limitMs: wallTimeMs });
    const wallTimer = setTimeout(onWall, timerMs(wallTimeMs));
    const { cpuTimeMs: limitMs } = this.#limits;
    const onUsedUp = (): void => climb({ status: 'timeout', clock: 'cpu', limitMs });
    const stopCpuClock = watchCpu(this.#limits, () => steps.usedCpuMs(), onUsedUp);
    const onAbort = (): void => climb({ status: 'cancelled' });
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort(); // before we listened
    return () => {
      clearTimeout(wallTimer);
      stopCpuClock();
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', onAbort);
    };
  }

  outcomeOfDone(frame: DoneFrame, usage: SandboxUsage, memoryLimitBytes: number): RunOutcome {
    if (this.#verdict !== undefined) return this.#verdict;
    if (frame.how === 'finished') return this.#outcomeOfCell(frame);
    if (frame.how === 'exited') return { status: 'exited', code: frame.code };
    if (frame.signal === constants.signals.SIGKILL && usage.memoryKills > 0) {
      return { status: 'memory', limitBytes: memoryLimitBytes };
    }
    return { status: 'signalled', signal: frame.signal };
  }

  #outcomeOfCell({ status, code = 0 }: Extract<DoneFrame, { how: 'finished' }>): RunOutcome {
    if (status === 'exited') return { status, code };
    return status === 'ok' ? { status } : { status, ...(this.#error ?? { name: 'KeyboardInterrupt', value: '' }) };
  }

  /** The sandbox ended before the runner could tell how the run did. */
  outcomeOfExit({ why }: SandboxExit, violation: string | undefined): RunOutcome {
    if (why.kind === 'memory') return { status: 'memory', limitBytes: why.limitBytes };
    if (why.kind === 'disk') return { status: 'disk', what: why.what, limit: why.limit, used: why.used };
    if (why.kind === 'cpuTime') return { status: 'timeout', clock: 'cpu', limitMs: this.#limits.cpuTimeMs };
    if (this.#verdict !== undefined) return this.#verdict;
    return { status: 'broken', message: violation ?? 'the runner ended before the code did' };
  }

  async #tell(event: StreamEvent): Promise<void> {
    this.#charge(event.bytes.length);
    await this.#deliver(event);
  }

  #charge(bytes: number): void {
    this.#outputBytes += bytes;
    this.#charged += Math.max(bytes, minPieceBytes);
    if (this.#charged > this.#limits.outputBytes + slackBytes) {
      throw new FrameViolation('the runner sent more output than was asked for');
    }
  }

  async #deliver(event: ToldEvent): Promise<void> {
    if (this.#isDeaf) return;
    try {
      const taken = this.#options.onEvent?.(event);
      if (taken instanceof Promise) {
        if (this.#hasGoneDeaf())
          taken.catch(() => undefined); // while it was being called
        else await this.#waitFor(taken);
      }
    } catch (thrown) {
      this.#readerFailure = { thrown };
      this.goDeaf();
      this.#climb?.({ status: 'cancelled' });
    }
  }

  #hasGoneDeaf(): boolean {
    return this.#isDeaf;
  }

  /** Not a race: one promise that is raced again and again keeps every loser in memory. */
  #waitFor(taken: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = resolve;
      taken.then(() => resolve(), reject);
    });
  }
}

/** Of what the code chose: so much that it can be kept with the outcome, and no half of a character. */
function sound(text: string): string {
  return text.slice(0, maxErrorCharacters).toWellFormed();
}

export function decodeStream({ name, text, base64 }: StreamFrame): StreamEvent {
  const bytes = base64 === undefined ? Buffer.from(text ?? '', 'utf8') : Buffer.from(base64, 'base64');
  return { type: 'stream', name, bytes };
}
