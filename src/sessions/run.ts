import { constants } from 'node:os';

import type { SandboxExit, SandboxUsage } from '../sandbox/index.ts';
import type { RunnerFrame } from './frames.ts';
import type { RunOutcome } from './outcome.ts';

export interface RunRequest {
  /** The file's name inside, without folders. */
  readonly name: string;
  readonly code: string;
  /** What the code sees as sys.argv[1:]. */
  readonly args: readonly string[];
}

export type StreamName = 'stdout' | 'stderr';

export type RunEvent =
  | { readonly type: 'stream'; readonly name: StreamName; readonly bytes: Uint8Array }
  /** Told once: from here on output is counted and thrown away. */
  | { readonly type: 'cut'; readonly limitBytes: number };

export interface RunOptions {
  /** Awaited before more is read, so that a slow reader slows the code and costs no memory. */
  readonly onEvent?: (event: RunEvent) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

export interface RunLimitsInForce {
  readonly wallTimeMs: number;
  readonly outputBytes: number;
}

export interface RunResult {
  readonly outcome: RunOutcome;
  readonly usage: SandboxUsage;
  readonly outputBytes: number;
  readonly cutBytes: number;
}

type DoneFrame = Extract<RunnerFrame, { type: 'done' }>;
type StreamFrame = Extract<RunnerFrame, { type: 'stream' }>;

type LadderVerdict = Extract<RunOutcome, { status: 'timeout' | 'cancelled' }>;

/** What the ladder does on its steps: ask, then no longer ask. */
export interface LadderSteps {
  interrupt(): void;
  kill(): void;
}

/** Time between the interrupt, which the code may use to clean up, and the end. */
const graceMs = 1000;

/** One execution of code: its clock, its output, its end. */
export class Run {
  readonly id: string;
  readonly #limits: RunLimitsInForce;
  readonly #options: RunOptions;
  readonly #done = Promise.withResolvers<DoneFrame>();
  #verdict: LadderVerdict | undefined;
  #outputBytes = 0;
  #cutBytes = 0;

  constructor(id: string, limits: RunLimitsInForce, options: RunOptions) {
    this.id = id;
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

  /** Takes a frame of this run; the caller reads no further before it resolves. */
  async accept(frame: DoneFrame | StreamFrame): Promise<void> {
    if (frame.type === 'done') this.#done.resolve(frame);
    else await this.#tell(frame.name, decodeStream(frame));
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
      killTimer = setTimeout(() => steps.kill(), graceMs);
    };
    const wallTimer = setTimeout(() => climb({ status: 'timeout', clock: 'wall', limitMs: wallTimeMs }), wallTimeMs);
    const onAbort = (): void => climb({ status: 'cancelled' });
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    return () => {
      clearTimeout(wallTimer);
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', onAbort);
    };
  }

  outcomeOfDone(frame: DoneFrame, usage: SandboxUsage, memoryLimitBytes: number): RunOutcome {
    if (this.#verdict !== undefined) return this.#verdict;
    if (frame.how === 'exited') return { status: 'exited', code: frame.code };
    if (frame.signal === constants.signals.SIGKILL && usage.memoryKills > 0) {
      return { status: 'memory', limitBytes: memoryLimitBytes };
    }
    return { status: 'signalled', signal: frame.signal };
  }

  /** The sandbox ended before the runner could tell how the run did. */
  outcomeOfExit({ why }: SandboxExit, violation: string | undefined): RunOutcome {
    if (why.kind === 'memory') return { status: 'memory', limitBytes: why.limitBytes };
    if (why.kind === 'cpuTime') return { status: 'timeout', clock: 'cpu', limitMs: why.limitMs };
    if (this.#verdict !== undefined) return this.#verdict;
    return { status: 'broken', message: violation ?? 'the runner ended before the code did' };
  }

  async #tell(name: StreamName, bytes: Uint8Array): Promise<void> {
    const room = this.#limits.outputBytes - this.#outputBytes;
    const shown = bytes.length <= room ? bytes : bytes.subarray(0, Math.max(room, 0));
    this.#outputBytes += shown.length;
    if (shown.length > 0) await this.#options.onEvent?.({ type: 'stream', name, bytes: shown });
    const cut = bytes.length - shown.length;
    if (cut > 0 && this.#cutBytes === 0) {
      await this.#options.onEvent?.({ type: 'cut', limitBytes: this.#limits.outputBytes });
    }
    this.#cutBytes += cut;
  }
}

function decodeStream({ text, base64 }: StreamFrame): Uint8Array {
  return base64 === undefined ? Buffer.from(text ?? '', 'utf8') : Buffer.from(base64, 'base64');
}
