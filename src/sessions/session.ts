import { BelljarError } from '../errors.ts';
import { essentialCapabilities } from '../policy/index.ts';
import type { CapabilityName, Sandbox } from '../sandbox/index.ts';
import type { CellRun } from './cell-run.ts';
import { type CellOptions, Cells, type Evaluation, checkAnswer, readCellOptions } from './cells.ts';
import { type ReadOptions, readReadOptions } from './event-log.ts';
import type { SessionEvent } from './events.ts';
import { ArtifactWatch, SessionFiles } from './files/index.ts';
import type { ImportNames } from './missing/index.ts';
import {
  type AskOptions,
  type Completion,
  type Inspection,
  Questions,
  type StateReport,
  type SaveOptions,
  readAskOptions,
  readSaveOptions,
} from './questions.ts';
import { type RunOptions, type RunRequest, type RunResult, readScriptOptions } from './run.ts';
import { type LineOptions, RunnerLine, type SessionLimits } from './runner-line.ts';
import { type ClosingReason, type SessionEnd, endByClosing } from './session-end.ts';

export interface SessionParts {
  /** What is known of who brings which module. */
  readonly importNames?: ImportNames | undefined;
  /** The workspace was made for this session, with nothing in it. */
  readonly startsEmpty?: boolean | undefined;
}

export interface SessionOptions extends SessionParts, LineOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A Python behind glass that takes runs, one at a time. */
export class Session implements AsyncDisposable {
  /** The files of its workspace. */
  readonly files: SessionFiles;
  readonly #line: RunnerLine;
  readonly #watch: ArtifactWatch;
  readonly #cells: Cells;
  readonly #questions: Questions;
  readonly #keepsFiles: boolean;

  /** Over a line of its own, whose runner is ready. */
  constructor(line: RunnerLine, { importNames, startsEmpty }: SessionParts = {}) {
    this.#keepsFiles = startsEmpty === false;
    this.#line = line;
    this.#watch = new ArtifactWatch(line.asks, { startsEmpty });
    this.files = new SessionFiles(this.#watch.channel);
    this.#cells = new Cells(line, { watch: this.#watch, files: this.files, importNames });
    this.#questions = new Questions(line);
  }

  /**
   * Takes over a sandbox in which the runner was started, and waits until it says it is ready.
   *
   * @throws SANDBOX_LAUNCH_FAILED where it does not.
   */
  static async over(sandbox: Sandbox, limits: SessionLimits, options: SessionOptions = {}): Promise<Session> {
    const { importNames, startsEmpty, ...lineOptions } = options;
    return new Session(await RunnerLine.open(sandbox, limits, lineOptions), { importNames, startsEmpty });
  }

  /**
   * Runs a file to its end, in a process of its own. What the code does is in the result, and told by events as for cells.
   *
   * @throws SESSION_CLOSED where an earlier run or its end took the session with it; USAGE; what its reader throws.
   */
  async runScript(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
    return this.#cells.runScript(request, readScriptOptions(options));
  }

  /**
   * Runs a cell in the session's interpreter, whose names stay from run to run.
   *
   * @example
   * for await (const event of session.run('print(1)')) if (event.type === 'stream') process.stdout.write(event.text);
   */
  run(code: string, options: CellOptions = {}): CellRun {
    return this.#cells.run(code, readCellOptions(options));
  }

  /** Runs a cell and gathers what it told. */
  async evaluate(code: string, options: CellOptions = {}): Promise<Evaluation> {
    return this.#cells.evaluate(code, readCellOptions(options));
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
    return this.#cells.call(code, inputs, readCellOptions(options));
  }

  /** What could stand at a place in code; the cursor counts code points. */
  async complete(code: string, cursor: number, options: AskOptions = {}): Promise<Completion> {
    return this.#questions.complete(code, cursor, readAskOptions(options));
  }

  /** What is known of the name at a place in code. */
  async inspect(code: string, cursor: number, options: AskOptions = {}): Promise<Inspection> {
    return this.#questions.inspect(code, cursor, readAskOptions(options));
  }

  /** Has the interpreter import modules before someone waits for them; resolves to those that cannot be imported. */
  async preload(modules: readonly string[], options: AskOptions = {}): Promise<readonly string[]> {
    return this.#questions.preload(modules, readAskOptions(options));
  }

  /** Writes the session's names to a file among those of the workspace, and tells what could not be saved and why. */
  async saveState(options: SaveOptions = {}): Promise<StateReport> {
    return this.#questions.saveState(readSaveOptions(options));
  }

  /** Brings names back that were saved among the files of the workspace, and tells what did not come back and why. */
  async restoreState(options: AskOptions = {}): Promise<StateReport | undefined> {
    return this.#questions.restoreState(readAskOptions(options));
  }

  /** Saves the names, then ends the session; Workspace.wakeSession() brings them back, after a restart of the server too. */
  async sleep(options: SaveOptions = {}): Promise<StateReport> {
    if (!this.#keepsFiles) {
      throw new BelljarError(
        'USAGE',
        'a session without a workspace cannot be put to sleep: nothing of it would be left',
        {
          hint: 'Open it on a workspace, or close it.',
        },
      );
    }
    const report = await this.saveState(options);
    await this.close('asleep');
    return report;
  }

  /** Answers what a cell asked for by an `input_request`. */
  answer(call: string, value: string): void {
    const run = this.#line.currentMark;
    if (run !== undefined) this.#line.send({ type: 'answer', run, call, value: checkAnswer(value) });
  }

  /** Tells a cell that nobody will answer. */
  refuse(call: string, problem: string): void {
    const run = this.#line.currentMark;
    if (run !== undefined) this.#line.send({ type: 'answer', run, call, problem });
  }

  /** All that cells told and will tell, from any point that is still remembered. */
  events(options: ReadOptions = {}): AsyncGenerator<SessionEvent> {
    return this.#line.log.read(readReadOptions(options));
  }

  /** Tells whoever reads its events of an environment that its workspace has and it has not. */
  tellEnvironment(key: string | null, text: string): void {
    if (this.end === undefined) this.#line.log.append(null, { type: 'environment', key, text });
  }

  /** Ends the interpreter and all names with it; files stay. The next cell begins anew. */
  restart(): void {
    this.#line.send({ type: 'restart' });
  }

  /** What is essential and does not hold here: the policy lets code run without it. */
  get notEnforced(): readonly CapabilityName[] {
    return essentialCapabilities.filter((name) => !this.#line.enforced.includes(name));
  }

  /** Resolves when nothing is left of the session, whoever ended it. */
  get ended(): Promise<unknown> {
    return this.#line.ended;
  }

  /** Why it has ended; undefined while it has not. */
  get end(): SessionEnd | undefined {
    return this.#line.end;
  }

  /** Ends the session and waits until nothing is left of its sandbox. Its last event tells the reason. */
  close(why: ClosingReason = 'asked'): Promise<void> {
    return this.#line.close(endByClosing(why));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
