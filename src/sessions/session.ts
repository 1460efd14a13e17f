import { setTimeout as delay } from 'node:timers/promises';

import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import { essentialCapabilities } from '../policy/index.ts';
import type { CapabilityName, Sandbox, SandboxExit } from '../sandbox/index.ts';
import { formatBytes } from '../units.ts';
import { FrameViolation, type RunnerFrame, encodeFrame, protocolVersion, readFrames } from './frames.ts';
import { Courtesy } from './courtesy.ts';
import type { RunJournal } from './journal.ts';
import {
  type DoneFrame,
  Run,
  type RunLimitsInForce,
  type RunOptions,
  type RunRequest,
  type RunResult,
  checkRequest,
} from './run.ts';
import { since } from './usage.ts';

export interface SessionLimits extends RunLimitsInForce {
  readonly memoryBytes: number;
  readonly cpus: number;
}

export interface SessionOptions {
  /** Told of every run before it starts and after it has ended. */
  readonly journal?: RunJournal;
  /** The way out, which ends with the session. */
  readonly network?: { close(): Promise<void> } | undefined;
  readonly signal?: AbortSignal | undefined;
}

const readyTimeoutMs = 15_000;

/** The end of what the program said is where it says why it failed. */
const maxQuotedCharacters = 2000;

/** How long the sandbox may take to end by itself once its stream has; its own reason is worth the wait. */
const exitPatienceMs = 1000;

/** What a run comes to that was given up before it began. */
const nothingRun: RunResult = {
  outcome: { status: 'cancelled' },
  usage: { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0, memoryKills: 0, refusedForks: 0 },
  outputBytes: 0,
  cutBytes: 0,
};

/** A Python behind glass that takes runs, one at a time. */
export class Session {
  readonly #sandbox: Sandbox;
  readonly #limits: SessionLimits;
  readonly #journal: RunJournal | undefined;
  readonly #courtesy: Courtesy;
  readonly #network: SessionOptions['network'];
  readonly #ready = Promise.withResolvers<string>();
  /** Resolves when the stream has ended and the sandbox with it. */
  readonly #ended: Promise<SandboxExit>;
  #violation: string | undefined;
  #exit: SandboxExit | undefined;
  #tellExit: ((exit: SandboxExit) => void) | undefined;
  #current: Run | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #runs = 0;
  #isReady = false;
  #isOver = false;

  private constructor(sandbox: Sandbox, limits: SessionLimits, { journal, network }: SessionOptions) {
    this.#sandbox = sandbox;
    this.#limits = limits;
    this.#journal = journal;
    this.#courtesy = new Courtesy(sandbox, limits);
    this.#network = network;
    this.#ended = this.#serve();
  }

  /**
   * Takes over a sandbox in which the runner was started, and waits until it says it is ready.
   *
   * @throws SANDBOX_LAUNCH_FAILED where it does not.
   */
  static async over(sandbox: Sandbox, limits: SessionLimits, options: SessionOptions = {}): Promise<Session> {
    const session = new Session(sandbox, limits, options);
    try {
      await session.#awaitReady(options.signal);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /**
   * Runs code to its end. What the code does is in the result.
   *
   * @throws SESSION_CLOSED where an earlier run or its end took the session with it; USAGE; what its reader throws.
   */
  run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
    const result = this.#queue.then(() => this.#runNow(checkRequest(request), options));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** What is essential and does not hold here: the policy lets code run without it. */
  get notEnforced(): readonly CapabilityName[] {
    return essentialCapabilities.filter((name) => !this.#sandbox.enforced.includes(name));
  }

  /** Resolves when nothing is left of the session, whoever ended it. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  /** Ends the session and waits until nothing is left of its sandbox. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#current?.giveUp();
    const networkClosed = this.#network?.close();
    this.#sandbox.kill('the session was closed');
    await networkClosed;
    await this.#ended;
    await this.#queue; // the run that was under way has its end on the record
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #awaitReady(signal: AbortSignal | undefined): Promise<void> {
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
    const tooLate = delay(readyTimeoutMs, undefined, { signal: either });
    try {
      const winner = await Promise.race([this.#ready.promise, this.#ended, tooLate.catch(() => undefined)]);
      if (typeof winner === 'string') return;
      refuseWhenCancelled(signal);
      if (winner?.why.kind === 'memory') throw tooLittleMemory(winner.why.limitBytes);
      const said = this.#violation ?? winner?.diagnostics.trim().slice(-maxQuotedCharacters) ?? '';
      const reason = winner === undefined ? 'did not become ready in time' : `ended before it was ready`;
      throw new BelljarError('SANDBOX_LAUNCH_FAILED', `the sandbox ${reason}${said === '' ? '' : `: ${said}`}`, {
        details: { exit: winner?.why ?? 'timeout', violation: this.#violation ?? null },
      });
    } finally {
      stop.abort();
    }
  }

  async #runNow(request: RunRequest, options: RunOptions): Promise<RunResult> {
    if (this.#isOver) throw new BelljarError('SESSION_CLOSED', 'the session has ended');
    if (options.signal?.aborted === true) return nothingRun;
    this.#runs += 1;
    const run = new Run(String(this.#runs), this.#limits, options);
    await this.#journal?.start(run.id, request);
    // It may have been closed while the record was written to.
    const result = this.#hasEnded() ? nothingRun : await this.#finish(run, request);
    await this.#journal?.end(run.id, result);
    if (run.readerFailure !== undefined) throw run.readerFailure.thrown;
    return result;
  }

  async #finish(run: Run, request: RunRequest): Promise<RunResult> {
    const { control } = this.#sandbox;
    const before = await this.#sandbox.usage();
    this.#current = run;
    this.#courtesy.runBegan(before.cpuMs);
    control.write(encodeFrame({ ...request, type: 'run', run: run.mark, outputBytes: this.#limits.outputBytes }));
    const stopLadder = run.startLadder({
      interrupt: () => control.write(encodeFrame({ type: 'interrupt', run: run.mark })),
      kill: () => this.#sandbox.kill('the run went on after its end'),
    });
    let usedMs: number | undefined;
    try {
      const end = await this.#endOf(run);
      const usage = since(before, 'why' in end ? end.usage : await this.#sandbox.usage());
      usedMs = usage.cpuMs;
      const outcome =
        'why' in end
          ? run.outcomeOfExit(end, this.#violation)
          : run.outcomeOfDone(end, usage, this.#limits.memoryBytes);
      return { outcome, usage, outputBytes: run.outputBytes, cutBytes: run.cutBytes };
    } finally {
      stopLadder();
      this.#courtesy.runEnded(usedMs);
      this.#current = undefined;
    }
  }

  #hasEnded(): boolean {
    return this.#isOver;
  }

  /** Not a race with the session's own end, which would keep every run in memory until then. */
  #endOf(run: Run): Promise<DoneFrame | SandboxExit> {
    if (this.#exit !== undefined) return Promise.resolve(this.#exit);
    return new Promise((resolve) => {
      this.#tellExit = resolve;
      void run.done.then(resolve);
    });
  }

  async #serve(): Promise<SandboxExit> {
    try {
      for await (const frame of readFrames(this.#sandbox.control)) await this.#dispatch(frame);
    } catch (error) {
      this.#violation = error instanceof FrameViolation ? error.message : `the channel broke: ${String(error)}`;
      this.#sandbox.kill(this.#violation);
    }
    const stop = new AbortController();
    const patience = delay(exitPatienceMs, undefined, { signal: stop.signal }).catch(() => undefined);
    await Promise.race([this.#sandbox.exited, patience]);
    stop.abort();
    this.#sandbox.kill('the control stream ended');
    this.#isOver = true;
    this.#courtesy.close();
    const exit = await this.#sandbox.exited;
    await this.#network?.close();
    this.#exit = exit;
    this.#tellExit?.(exit);
    return exit;
  }

  async #dispatch(frame: RunnerFrame): Promise<void> {
    if (frame.type === 'ready') {
      if (frame.protocol !== protocolVersion) {
        throw new FrameViolation(`the runner speaks protocol ${frame.protocol}, not ${protocolVersion}`);
      }
      if (this.#isReady) throw new FrameViolation('the runner was ready before');
      this.#isReady = true;
      this.#courtesy.becameReady();
      this.#ready.resolve(frame.python);
    } else if (this.#current?.mark === frame.run) {
      const run = this.#current;
      if (frame.type === 'done') this.#current = undefined;
      await run.accept(frame);
    } else {
      // After its end an honest runner has nothing to say of a run; a flood of such frames would cost only the host.
      throw new FrameViolation('a frame belongs to no run that is under way');
    }
  }
}

function tooLittleMemory(limitBytes: number): BelljarError {
  const message = `${formatBytes(limitBytes)} of memory is too little to start Python`;
  return new BelljarError('SANDBOX_LAUNCH_FAILED', message, { hint: 'Give it at least 16MB.' });
}
