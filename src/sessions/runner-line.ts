import { setTimeout as delay } from 'node:timers/promises';

import type { StateDetails } from '../record/index.ts';
import type { CapabilityName, Sandbox, SandboxExit } from '../sandbox/index.ts';
import { Asks } from './asks.ts';
import { BetweenRuns } from './between-runs.ts';
import { Courtesy } from './courtesy.ts';
import { EventLog } from './event-log.ts';
import type { Survived } from './events.ts';
import type { HostFrame } from './frame-schemas.ts';
import { FrameViolation, type ReadFrame, encodeFrame, maxFrameBytesFor, readFrames } from './frames.ts';
import { IdleClock } from './idle-clock.ts';
import type { RunJournal } from './journal.ts';
import { Readiness } from './readiness.ts';
import {
  type DoneFrame,
  Run,
  type RunLimitsInForce,
  type RunOptions,
  type RunResult,
  type ToldEvent,
  type Work,
} from './run.ts';
import { sessionClosed } from './session-closed.ts';
import { type SessionEnd, endByClosing, endByIdleness, endOfExit, isWanted } from './session-end.ts';
import { Turns } from './turns.ts';
import { since } from './usage.ts';

export interface SessionLimits extends RunLimitsInForce {
  readonly memoryBytes: number;
  /** What the files of the workspace may take. */
  readonly diskBytes?: number | undefined;
}

export interface LineOptions {
  /** Told of every run before it starts and after it has ended. */
  readonly journal?: RunJournal | undefined;
  /** The way out, which ends with the session. */
  readonly network?: { close(): Promise<void> } | undefined;
  /** It ends when for so long nobody has wanted anything of it; what its code does by itself does not keep it. */
  readonly idleTimeoutMs?: number | undefined;
}

/** How long the sandbox may take to end by itself once its stream has; its own reason is worth the wait. */
const exitPatienceMs = 1000;

/** What a run comes to that was given up before it began. */
const nothingRun: RunResult = {
  outcome: { status: 'cancelled' },
  usage: { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0, memoryKills: 0, refusedForks: 0 },
  outputBytes: 0,
  cutBytes: 0,
  survived: 'all',
};

/** What a session remembers of what it told, beside the longest that one run may tell. */
const rememberedBytes = 8 * 1024 * 1024;

/** What else happens in a run's turn. */
export interface TurnOptions extends RunOptions<ToldEvent> {
  readonly timeoutMs?: number | undefined;
  readonly onTurn?: () => Promise<void>;
  /** When the run has ended, and its session can be asked again. */
  readonly onFinished?: () => Promise<void>;
  /** Asked for what the run left, where it may have left something. */
  readonly findArtifacts?: () => Promise<Artifacts>;
}

export type Artifacts = Required<Pick<RunResult, 'artifacts' | 'moreArtifacts'>>;

/** The one line to a runner: runs are sent by it one at a time, and what comes back is taken by whom it belongs to. */
export class RunnerLine {
  readonly log: EventLog;
  readonly asks: Asks;
  readonly #sandbox: Sandbox;
  readonly #limits: SessionLimits;
  #journal: RunJournal | undefined;
  readonly #courtesy: Courtesy;
  #network: LineOptions['network'];
  #idleClock: IdleClock | undefined;
  readonly #readiness = new Readiness();
  readonly #between: BetweenRuns;
  readonly #turns = new Turns(() => this.#idleClock?.touch());
  /** Resolves when the stream has ended and the sandbox with it. */
  readonly ended: Promise<SandboxExit>;
  #end: SessionEnd | undefined;
  #violation: string | undefined;
  #exit: SandboxExit | undefined;
  #tellExit: ((exit: SandboxExit) => void) | undefined;
  #current: Run | undefined;
  /** What is still to be told of runs that have ended. */
  readonly #tellings = new Set<Promise<unknown>>();
  /** What is being written to the record. */
  #noting: Promise<unknown> = Promise.resolve();
  #runs = 0;
  #hasLostNames = false;
  #isOver = false;

  /**
   * Takes over a sandbox in which the runner was started, and waits until it says it is ready.
   *
   * @throws SANDBOX_LAUNCH_FAILED where it does not.
   */
  static async open(
    sandbox: Sandbox,
    limits: SessionLimits,
    { signal, ...options }: LineOptions & { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<RunnerLine> {
    const line = new RunnerLine(sandbox, limits, options);
    try {
      await line.#becomeReady(signal);
      return line;
    } catch (error) {
      await line.close();
      throw error;
    }
  }

  private constructor(sandbox: Sandbox, limits: SessionLimits, options: LineOptions) {
    this.#sandbox = sandbox;
    this.#limits = limits;
    this.#courtesy = new Courtesy(sandbox, limits);
    this.log = new EventLog(rememberedBytes + limits.outputBytes);
    this.#between = new BetweenRuns(this.log);
    this.asks = new Asks((frame) => this.send(frame));
    this.ended = this.#serve();
    this.belongTo(options);
  }

  /** Has it be somebody's from now on: what runs is on their record, and what goes out goes their way. */
  belongTo({ journal, network, idleTimeoutMs }: LineOptions): void {
    this.#journal = journal;
    this.#network = network;
    this.#courtesy.becameReady();
    if (idleTimeoutMs === undefined) return;
    const isBusy = (): boolean => this.#turns.isBusy || this.asks.isBusy;
    this.#idleClock = new IdleClock({ timeoutMs: idleTimeoutMs, isBusy, onIdle: () => this.#endIdle(idleTimeoutMs) });
  }

  /** Whether it is as it was when it became ready: nothing has run, and the interpreter is still the first one. */
  get isUntouched(): boolean {
    return this.#runs === 0 && !this.#hasLostNames && !this.#isOver;
  }

  get limits(): SessionLimits {
    return this.#limits;
  }

  get enforced(): readonly CapabilityName[] {
    return this.#sandbox.enforced;
  }

  /** The name that the frames of the run under way bear. */
  get currentMark(): string | undefined {
    return this.#current?.mark;
  }

  /** A number for a run, which is its turn too. */
  nextId(): string {
    this.#runs += 1;
    return String(this.#runs);
  }

  /** Runs when all that was asked for before has ended. */
  enqueue(work: Work, options: TurnOptions, id: string): Promise<RunResult> {
    const { signal } = options;
    const early = Promise.withResolvers<RunResult>();
    const giveUp = (): void => early.resolve(nothingRun);
    signal?.addEventListener('abort', giveUp, { once: true });
    const turn = this.takeTurn(async () => {
      signal?.removeEventListener('abort', giveUp);
      if (this.#isOver) throw sessionClosed();
      if (signal?.aborted === true) return nothingRun;
      await options.onTurn?.();
      return this.#runNow(work, options, id);
    });
    return Promise.race([turn, early.promise]);
  }

  /** Does what the interpreter has to do with when all that was asked for before has ended. */
  takeTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(work);
  }

  /** Ends the sandbox: what runs inside does not let go of it. */
  kill(by: string): void {
    this.#endFor({ why: 'unresponsive', message: by });
  }

  /** Why it ended; undefined while it has not. */
  get end(): SessionEnd | undefined {
    return this.#end;
  }

  /** Has the session tell its own end after this, which never rejects. */
  tellFirst(telling: Promise<unknown>): void {
    this.#tellings.add(telling);
    void telling.finally(() => this.#tellings.delete(telling));
  }

  send(frame: HostFrame): void {
    this.#idleClock?.touch();
    this.#sandbox.control.write(encodeFrame(frame));
  }

  async close(end = endByClosing('asked')): Promise<void> {
    this.#isOver = true;
    this.#current?.giveUp();
    const networkClosed = this.#network?.close();
    this.#endFor(end);
    await networkClosed;
    await this.ended;
    await this.#turns.ended();
    await this.#noting; // the run that was under way has its end on the record
  }

  /** @throws SANDBOX_LAUNCH_FAILED where the runner does not become ready. */
  async #becomeReady(signal: AbortSignal | undefined): Promise<void> {
    await this.#readiness.wait({ ended: this.ended, findViolation: () => this.#violation, signal });
  }

  async #runNow(work: Work, options: TurnOptions, id: string): Promise<RunResult> {
    const { wallTimeMs } = this.#limits;
    const limits = { ...this.#limits, wallTimeMs: Math.min(wallTimeMs, options.timeoutMs ?? wallTimeMs) };
    const run = new Run({ id, kind: work.kind === 'script' ? 'script' : 'cell' }, limits, options);
    const isNoted = this.#note(this.#journal?.start(run.id, work));
    isNoted.catch(() => undefined); // it is asked for below; until then nobody listens
    if (work.kind === 'script') await isNoted;
    // It may have been closed while the record was written to.
    const { mayHaveLeftFiles, ...ended } = this.#hasEnded()
      ? await this.#endUnbegun(run)
      : await this.#finish(run, work);
    await options.onFinished?.();
    const result = { ...ended, ...(mayHaveLeftFiles && (await options.findArtifacts?.())) };
    await isNoted; // nobody is told how a cell ended that is not on the record
    const isEndNoted = this.#note(this.#journal?.end(run.id, result));
    if (work.kind === 'script') await isEndNoted;
    else isEndNoted.catch(() => undefined); // the next run is told that the session has ended
    if (run.readerFailure !== undefined) throw run.readerFailure.thrown;
    return result;
  }

  /** Puts on the record what was saved or brought back: whoever asked is told when it is there. */
  async noteState(action: 'state.saved' | 'state.restored', details: StateDetails): Promise<void> {
    await this.#note(this.#journal?.noteState(action, details));
  }

  /** What cannot be put on the record does not go on. */
  async #note(writing: Promise<void> | undefined): Promise<void> {
    if (writing === undefined) return;
    const noted = writing.catch((error: unknown) => {
      this.#isOver = true;
      this.#endFor({ why: 'unrecorded', message: 'the record could not be written' });
      throw error;
    });
    this.#noting = Promise.allSettled([this.#noting, noted]);
    await noted;
  }

  async #finish(run: Run, work: Work): Promise<RunResult & { readonly mayHaveLeftFiles: boolean }> {
    const reading = this.#sandbox.usage();
    this.#current = run;
    this.#between.runBegan();
    this.send(toRunFrame(work, run.mark, this.#limits.outputBytes));
    const before = await reading;
    if (before.cpuMs !== undefined) this.#sandbox.restartCpuTime(before.cpuMs);
    this.#courtesy.runBegan(before.cpuMs);
    const stopLadder = run.startLadder({
      interrupt: () => this.send({ type: 'interrupt', run: run.mark }),
      usedCpuMs: async () => since(before, await this.#sandbox.usage()).cpuMs,
      ...(work.kind !== 'script' && { killInside: () => this.send({ type: 'kill', run: run.mark }) }),
      kill: () => this.kill('the run went on after its end'),
    });
    let usedMs: number | undefined;
    try {
      const end = await this.#endOf(run);
      stopLadder(); // what is late now is not the code
      const usage = since(before, 'why' in end ? end.usage : await this.#sandbox.usage());
      usedMs = usage.cpuMs;
      const outcome =
        'why' in end
          ? run.outcomeOfExit(end, this.#violation)
          : run.outcomeOfDone(end, usage, this.#limits.memoryBytes);
      const mayHaveLeftFiles = !('why' in end || (end.how === 'finished' && end.files === 0));
      const survived = survivalOf(end, work);
      return { outcome, usage, outputBytes: run.outputBytes, cutBytes: run.cutBytes, survived, mayHaveLeftFiles };
    } finally {
      stopLadder();
      this.#courtesy.runEnded(usedMs);
      this.#current = undefined;
    }
  }

  /** The session ended before the run began: by somebody's wish, or by what ran in it before. */
  async #endUnbegun(run: Run): Promise<RunResult & { readonly mayHaveLeftFiles: boolean }> {
    const exit = await this.ended;
    const isByWish = this.#end === undefined || isWanted(this.#end);
    const outcome = isByWish ? nothingRun.outcome : run.outcomeOfExit(exit, this.#violation);
    return { ...nothingRun, outcome, survived: 'nothing', mayHaveLeftFiles: false };
  }

  #endIdle(timeoutMs: number): void {
    void this.close(endByIdleness(timeoutMs));
  }

  #endFor(end: SessionEnd): void {
    this.#end ??= end;
    this.#sandbox.kill(end.message);
  }

  /** When nothing else is to come. */
  async #tellClosed(end: SessionEnd): Promise<void> {
    await this.#turns.ended();
    await Promise.all(this.#tellings);
    this.log.append(null, { type: 'closed', ...end });
    this.log.close();
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
      const frames = readFrames(this.#sandbox.control, maxFrameBytesFor(this.#limits.outputBytes));
      for await (const frame of frames) await this.#dispatch(frame);
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
    this.#idleClock?.stop();
    const exit = await this.#sandbox.exited;
    await this.#network?.close();
    this.#exit = exit;
    this.#tellExit?.(exit);
    this.asks.close();
    this.#end ??= endOfExit(exit, this.#violation);
    void this.#tellClosed(this.#end);
    return exit;
  }

  async #dispatch({ frame, characters }: ReadFrame): Promise<void> {
    if (frame.type === 'ready') {
      this.#readiness.accept(frame);
      this.#courtesy.becameReady();
    } else if (frame.type === 'reply') {
      this.asks.accept(frame);
    } else if (frame.type === 'lost') {
      this.#hasLostNames = true;
      this.log.append(null, { type: 'lost', survived: 'files' });
    } else if (this.#current?.mark === frame.run) {
      const run = this.#current;
      if (frame.type === 'done') this.#current = undefined;
      await run.accept(frame, characters);
    } else if (frame.run === '' && frame.type !== 'done' && frame.type !== 'cut') {
      this.#between.tell(frame, characters);
    } else {
      // After its end an honest runner has nothing to say of a run; a flood of such frames would cost only the host.
      throw new FrameViolation('a frame belongs to no run that is under way');
    }
  }
}

function toRunFrame(work: Work, run: string, outputBytes: number): HostFrame {
  const { name, code, args } = work.request;
  const common = { type: 'run', run, outputBytes, code } as const;
  if (work.kind === 'script') return { ...common, kind: 'script', name, args };
  return work.kind === 'cell' ? { ...common, kind: 'cell', name } : { ...common, kind: 'call', inputs: work.inputs };
}

function survivalOf(end: DoneFrame | SandboxExit, { kind }: Work): Survived {
  if ('why' in end) return 'nothing';
  return kind === 'script' || end.how === 'finished' ? 'all' : 'files';
}
