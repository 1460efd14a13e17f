import { setTimeout as delay } from 'node:timers/promises';

import { BelljarError, refuseWhenCancelled, toBelljarError } from '../errors.ts';
import { essentialCapabilities } from '../policy/index.ts';
import type { CapabilityName, Sandbox, SandboxExit } from '../sandbox/index.ts';
import { formatBytes } from '../units.ts';
import { Asks } from './asks.ts';
import { CellRun, callFailed, toNews } from './cell-run.ts';
import { Courtesy } from './courtesy.ts';
import { EventLog, type ReadOptions } from './event-log.ts';
import type { RunNews, SessionEvent, Survived } from './events.ts';
import {
  FrameViolation,
  type HostFrame,
  type ReadFrame,
  encodeFrame,
  maxFrameBytesFor,
  protocolVersion,
  readFrames,
} from './frames.ts';
import type { RunJournal } from './journal.ts';
import { describeOutcome } from './outcome.ts';
import {
  type CutFrame,
  type DoneFrame,
  Run,
  type RunEvent,
  type RunFrame,
  decodeStream,
  type RunLimitsInForce,
  type RunOptions,
  type RunRequest,
  type RunResult,
  type ToldEvent,
  checkRequest,
} from './run.ts';
import { since } from './usage.ts';

export interface SessionLimits extends RunLimitsInForce {
  readonly memoryBytes: number;
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
  survived: 'all',
};

/** The runner tells a sixteenth of that: base64, its frames, and what is under way when a run ends. */
const maxBetweenBytes = 1024 * 1024;

/** What a session remembers of what it told, beside the longest that one run may tell. */
const rememberedBytes = 8 * 1024 * 1024;

export interface CellOptions {
  readonly signal?: AbortSignal | undefined;
  /** The name that tracebacks show. */
  readonly name?: string;
}

interface CellRequest extends CellOptions {
  readonly code: string;
  readonly toWork: (request: RunRequest) => Work;
  /** Told of everything too, before it is an event. */
  readonly also?: (event: ToldEvent) => void;
}

/** What is asked of the runner for a run: a script with its arguments, a cell, or a call with its inputs. */
type Work =
  | { readonly kind: 'script'; readonly request: RunRequest }
  | { readonly kind: 'cell'; readonly request: RunRequest }
  | { readonly kind: 'call'; readonly request: RunRequest; readonly inputs: Readonly<Record<string, unknown>> };

/** A Python behind glass that takes runs, one at a time. */
export class Session {
  readonly #sandbox: Sandbox;
  readonly #limits: SessionLimits;
  readonly #journal: RunJournal | undefined;
  readonly #courtesy: Courtesy;
  readonly #network: SessionOptions['network'];
  readonly #log: EventLog;
  readonly #asks: Asks;
  readonly #ready = Promise.withResolvers<string>();
  /** Resolves when the stream has ended and the sandbox with it. */
  readonly #ended: Promise<SandboxExit>;
  #violation: string | undefined;
  #exit: SandboxExit | undefined;
  #tellExit: ((exit: SandboxExit) => void) | undefined;
  #current: Run | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** What is being written to the record. */
  #noting: Promise<unknown> = Promise.resolve();
  #runs = 0;
  #isReady = false;
  #betweenBytes = 0;
  #isOver = false;

  private constructor(sandbox: Sandbox, limits: SessionLimits, { journal, network }: SessionOptions) {
    this.#sandbox = sandbox;
    this.#limits = limits;
    this.#journal = journal;
    this.#courtesy = new Courtesy(sandbox, limits);
    this.#network = network;
    this.#log = new EventLog(rememberedBytes + limits.outputBytes);
    this.#asks = new Asks((frame) => this.#send(frame));
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
   * Runs a file to its end, in a process of its own. What the code does is in the result.
   *
   * @throws SESSION_CLOSED where an earlier run or its end took the session with it; USAGE; what its reader throws.
   */
  runScript(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
    const onEvent = (event: ToldEvent): unknown => (isPrinted(event) ? options.onEvent?.(event) : undefined);
    return this.#enqueue(async () =>
      this.#runNow({ kind: 'script', request: checkRequest(request) }, { ...options, onEvent }),
    );
  }

  /** Runs a cell in the session's interpreter, whose names stay from run to run. */
  run(code: string, options: CellOptions = {}): CellRun {
    return this.#runCell({ ...options, code, toWork: (request) => ({ kind: 'cell', request }) });
  }

  /**
   * Runs code with names set to JSON values; resolves to the JSON value that its last expression comes to.
   *
   * @throws CALL_FAILED where it comes to none, with what the code raised; SESSION_CLOSED.
   */
  async call(
    code: string,
    inputs: Readonly<Record<string, unknown>> = {},
    options: CellOptions = {},
  ): Promise<unknown> {
    let value: { readonly of: unknown } | undefined;
    const also = (event: ToldEvent): void => {
      if (event.type === 'value') value = { of: event.value };
    };
    const run = this.#runCell({ ...options, code, also, toWork: (request) => ({ kind: 'call', request, inputs }) });
    const result = await run.result;
    if (result.outcome.status === 'ok' && value !== undefined) return value.of;
    throw callFailed(result, describeOutcome(result.outcome) ?? 'the code came to no value');
  }

  /** What could stand at a place in code; the cursor counts code points. Untrusted, as all that comes from inside. */
  complete(code: string, cursor: number, signal?: AbortSignal): Promise<unknown> {
    return this.#asks.ask({ to: 'interpreter', what: 'complete', about: { code, cursor }, signal });
  }

  /** What is known of the name at a place in code. */
  inspect(code: string, cursor: number, signal?: AbortSignal): Promise<unknown> {
    return this.#asks.ask({ to: 'interpreter', what: 'inspect', about: { code, cursor }, signal });
  }

  /** Has the interpreter import modules before someone waits for them. */
  async preload(modules: readonly string[], signal?: AbortSignal): Promise<void> {
    await this.#asks.ask({ to: 'interpreter', what: 'preload', about: { modules }, signal });
  }

  /** Questions of others who know the runner, such as those about files. */
  get asks(): Asks {
    return this.#asks;
  }

  /** Answers what a cell asked for by an `input_request`. */
  answer(call: string, value: string): void {
    const run = this.#current;
    if (run !== undefined) this.#send({ type: 'answer', run: run.mark, call, value });
  }

  /** Tells a cell that nobody will answer. */
  refuse(call: string, problem: string): void {
    const run = this.#current;
    if (run !== undefined) this.#send({ type: 'answer', run: run.mark, call, problem });
  }

  /** All that cells told and will tell, from any point that is still remembered. */
  events(options: ReadOptions = {}): AsyncGenerator<SessionEvent> {
    return this.#log.read(options);
  }

  /** Ends the interpreter and all names with it; files stay. The next cell begins anew. */
  restart(): void {
    this.#send({ type: 'restart' });
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
    await this.#queue;
    await this.#noting; // the run that was under way has its end on the record
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

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #runCell({ code, toWork, also, ...options }: CellRequest): CellRun {
    const id = this.#nextId();
    const abort = new AbortController();
    const signal = options.signal === undefined ? abort.signal : AbortSignal.any([abort.signal, options.signal]);
    const tell = (news: RunNews): unknown => this.#log.append(id, news);
    const onEvent = (event: ToldEvent): void => {
      const news = toNews(event, Number(id));
      if (news !== undefined) tell(news);
      also?.(event);
    };
    const request = { name: options.name ?? `cell ${id}`, code, args: [] };
    const result = this.#enqueue(() => {
      tell({ type: 'status', state: 'busy' });
      return this.#runNow(toWork(request), { onEvent, signal }, id);
    });
    const cell = new CellRun({ id, log: this.#log, result, cancel: () => abort.abort() });
    tell({ type: 'status', state: 'queued' });
    void result.then(
      ({ outcome, usage }) => {
        tell({ type: 'usage', usage });
        tell({ type: 'status', state: 'idle' });
        tell({ type: 'done', outcome });
      },
      (error: unknown) => tell({ type: 'done', outcome: { status: 'broken', message: toBelljarError(error).message } }),
    );
    return cell;
  }

  #nextId(): string {
    this.#runs += 1;
    return String(this.#runs);
  }

  async #runNow(work: Work, options: RunOptions<ToldEvent>, id = this.#nextId()): Promise<RunResult> {
    if (this.#isOver) throw new BelljarError('SESSION_CLOSED', 'the session has ended');
    if (options.signal?.aborted === true) return nothingRun;
    const run = new Run({ id, kind: work.kind === 'script' ? 'script' : 'cell' }, this.#limits, options);
    const isNoted = this.#note(this.#journal?.start(run.id, work.request));
    if (work.kind === 'script') await isNoted;
    // It may have been closed while the record was written to.
    const result = this.#hasEnded() ? nothingRun : await this.#finish(run, work);
    await isNoted; // whatever a cell did meanwhile, nothing comes of it that is not on the record
    const isEndNoted = this.#note(this.#journal?.end(run.id, result));
    if (work.kind === 'script') await isEndNoted;
    else isEndNoted.catch(() => undefined); // the next run is told that the session has ended
    if (run.readerFailure !== undefined) throw run.readerFailure.thrown;
    return result;
  }

  /** What cannot be put on the record does not go on. */
  async #note(writing: Promise<void> | undefined): Promise<void> {
    if (writing === undefined) return;
    const noted = writing.catch((error: unknown) => {
      this.#isOver = true;
      this.#sandbox.kill('the record could not be written');
      throw error;
    });
    this.#noting = Promise.allSettled([this.#noting, noted]);
    await noted;
  }

  #send(frame: HostFrame): void {
    this.#sandbox.control.write(encodeFrame(frame));
  }

  async #finish(run: Run, work: Work): Promise<RunResult> {
    const reading = this.#sandbox.usage();
    this.#current = run;
    this.#betweenBytes = 0;
    this.#send(toRunFrame(work, run.mark, this.#limits.outputBytes));
    const before = await reading;
    if (before.cpuMs !== undefined) this.#sandbox.restartCpuTime(before.cpuMs);
    this.#courtesy.runBegan(before.cpuMs);
    const stopLadder = run.startLadder({
      interrupt: () => this.#send({ type: 'interrupt', run: run.mark }),
      usedCpuMs: async () => since(before, await this.#sandbox.usage()).cpuMs,
      ...(work.kind !== 'script' && { killInside: () => this.#send({ type: 'kill', run: run.mark }) }),
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
      return { outcome, usage, outputBytes: run.outputBytes, cutBytes: run.cutBytes, survived: survivalOf(end, work) };
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
    const exit = await this.#sandbox.exited;
    await this.#network?.close();
    this.#exit = exit;
    this.#tellExit?.(exit);
    this.#asks.close();
    void this.#queue.finally(() => this.#log.close());
    return exit;
  }

  async #dispatch({ frame, bytes }: ReadFrame): Promise<void> {
    if (frame.type === 'ready') {
      this.#becomeReady(frame);
    } else if (frame.type === 'reply') {
      await this.#asks.accept(frame);
    } else if (frame.type === 'lost') {
      this.#log.append(null, { type: 'lost', survived: 'files' });
    } else if (this.#current?.mark === frame.run) {
      const run = this.#current;
      if (frame.type === 'done') this.#current = undefined;
      await run.accept(frame, bytes);
    } else if (frame.run === '' && frame.type !== 'done' && frame.type !== 'cut') {
      this.#tellBetween(frame, bytes);
    } else {
      // After its end an honest runner has nothing to say of a run; a flood of such frames would cost only the host.
      throw new FrameViolation('a frame belongs to no run that is under way');
    }
  }

  #becomeReady({ protocol, python }: Extract<ReadFrame['frame'], { type: 'ready' }>): void {
    if (protocol !== protocolVersion) {
      throw new FrameViolation(`the runner speaks protocol ${protocol}, not ${protocolVersion}`);
    }
    if (this.#isReady) throw new FrameViolation('the runner was ready before');
    this.#isReady = true;
    this.#courtesy.becameReady();
    this.#ready.resolve(python);
  }

  /** What threads and processes say that a run left behind; so much between two runs, and no more. */
  #tellBetween(frame: Exclude<RunFrame, DoneFrame | CutFrame>, bytes: number): void {
    this.#betweenBytes += bytes;
    if (this.#betweenBytes > maxBetweenBytes) throw new FrameViolation('too much was told between two runs');
    const news = toNews(frame.type === 'stream' ? decodeStream(frame) : frame, this.#runs);
    if (news !== undefined && news.type !== 'input_request') this.#log.append(null, news);
  }
}

function toRunFrame(work: Work, run: string, outputBytes: number): HostFrame {
  const { name, code, args } = work.request;
  const common = { type: 'run', run, outputBytes, code } as const;
  if (work.kind === 'script') return { ...common, kind: 'script', name, args };
  return work.kind === 'cell' ? { ...common, kind: 'cell', name } : { ...common, kind: 'call', inputs: work.inputs };
}

function isPrinted(event: ToldEvent): event is RunEvent {
  return event.type === 'stream' || event.type === 'cut';
}

function survivalOf(end: DoneFrame | SandboxExit, { kind }: Work): Survived {
  if ('why' in end) return 'nothing';
  return kind === 'script' || end.how === 'finished' ? 'all' : 'files';
}

function tooLittleMemory(limitBytes: number): BelljarError {
  const message = `${formatBytes(limitBytes)} of memory is too little to start Python`;
  return new BelljarError('SANDBOX_LAUNCH_FAILED', message, { hint: 'Give it at least 16MB.' });
}
