import { createHash } from 'node:crypto';

import { z } from 'zod';

import { BelljarError, toBelljarError } from '../errors.ts';
import { optionsReader, signalOption, timeoutOption } from '../options.ts';
import { readInputs } from './call-inputs.ts';
import { CellRun, callFailed, toNews } from './cell-run.ts';
import type { Artifact, RunNews, SessionEvent } from './events.ts';
import type { ArtifactWatch, SessionFiles } from './files/index.ts';
import { type ImportNames, describeMissing, explainMissing } from './missing/index.ts';
import { type RunOutcome, describeOutcome } from './outcome.ts';
import { findOwnModules } from './own-modules.ts';
import {
  type RunEvent,
  type RunOptions,
  type RunRequest,
  type RunResult,
  type ToldEvent,
  type Work,
  checkRequest,
} from './run.ts';
import type { Artifacts, RunnerLine } from './runner-line.ts';

export interface CellOptions {
  readonly signal?: AbortSignal | undefined;
  /** The name that tracebacks show. */
  readonly name?: string | undefined;
  /** Time on the clock, where that shall be less than what the session's runs have. */
  readonly timeoutMs?: number | undefined;
  /**
   * Answers what the code asks for by input(); 'refuse' has it fail at once, which is so for what is evaluated or called
   * unless it is said. For a run without it, whoever reads the events answers.
   */
  readonly onInput?: ((question: InputQuestion) => string | Promise<string>) | 'refuse' | undefined;
}

/** @throws USAGE where there are others among them. */
export const readCellOptions = optionsReader<CellOptions>('a run', {
  signal: signalOption,
  name: z.string().optional(),
  timeoutMs: timeoutOption,
  onInput: z
    .custom<CellOptions['onInput']>((value) => typeof value === 'function' || value === 'refuse', 'must be a function')
    .optional(),
});

export interface InputQuestion {
  readonly prompt: string;
  readonly isPassword: boolean;
}

/** What a cell came to, gathered. */
export interface Evaluation {
  readonly outcome: RunOutcome;
  /** What the last expression came to, by MIME type. */
  readonly result: Extract<SessionEvent, { type: 'execute_result' }>['data'] | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly error: Extract<SessionEvent, { type: 'error' }> | undefined;
  readonly events: readonly SessionEvent[];
}

interface Started extends CellOptions {
  readonly work: (id: string) => Work;
  /** Told of everything too; awaited, so that a slow reader can slow the code. */
  readonly also?: (event: ToldEvent) => unknown;
}

export interface CellsParts {
  readonly watch: ArtifactWatch;
  readonly files: SessionFiles;
  /** What is known of who brings which module. */
  readonly importNames?: ImportNames | undefined;
}

/** More than that no cell raises by itself. */
const maxMissingTold = 10;

/** Cells, calls and scripts, and what they tell as events of the session. */
export class Cells {
  readonly #line: RunnerLine;
  readonly #watch: ArtifactWatch;
  readonly #files: SessionFiles;
  readonly #importNames: ImportNames | undefined;

  constructor(line: RunnerLine, { watch, files, importNames }: CellsParts) {
    this.#line = line;
    this.#watch = watch;
    this.#files = files;
    this.#importNames = importNames;
  }

  run(code: string, options: CellOptions): CellRun {
    return this.#start({ ...options, work: (id) => ({ kind: 'cell', request: toCell(id, code, options) }) });
  }

  async evaluate(code: string, options: CellOptions): Promise<Evaluation> {
    const run = this.run(code, { onInput: 'refuse', ...options });
    const events = await Array.fromAsync(run);
    const { outcome } = await run.result;
    return {
      outcome,
      result: events.find((event) => event.type === 'execute_result')?.data,
      stdout: printed(events, 'stdout'),
      stderr: printed(events, 'stderr'),
      error: events.findLast((event) => event.type === 'error'),
      events,
    };
  }

  async call(code: string, inputs: Readonly<Record<string, unknown>>, options: CellOptions): Promise<unknown> {
    let value: { readonly of: unknown } | undefined;
    const also = (event: ToldEvent): void => {
      if (event.type === 'value') value = { of: event.value };
    };
    const read = readInputs(inputs);
    const run = this.#start({
      onInput: 'refuse',
      ...options,
      also,
      work: (id) => ({ kind: 'call', request: toCell(id, code, options), inputs: read }),
    });
    const result = await run.result;
    if (result.outcome.status === 'ok' && value !== undefined) return value.of;
    throw callFailed(result, describeOutcome(result.outcome) ?? 'the code came to no value');
  }

  /** Its output is told both to who asked for it, as bytes, and as events. */
  async runScript(asked: RunRequest, { onEvent, signal }: RunOptions): Promise<RunResult> {
    const request = checkRequest(asked);
    const also = (event: ToldEvent): unknown => (isPrinted(event) ? onEvent?.(event) : undefined);
    return this.#start({ signal, also, work: () => ({ kind: 'script', request }) }).result;
  }

  #start({ work: toWork, also, ...options }: Started): CellRun {
    const id = this.#line.nextId();
    const work = toWork(id);
    const { timeoutMs } = options;
    const abort = new AbortController();
    const signal = options.signal === undefined ? abort.signal : AbortSignal.any([abort.signal, options.signal]);
    const tell = (news: RunNews): number => this.#line.log.append(id, news).seq;
    const missing: string[] = [];
    const onEvent = (event: ToldEvent): unknown => {
      const news = toNews(event);
      if (news !== undefined) tell(news);
      if (event.type === 'input') this.#askForInput(event, options.onInput);
      if (event.type === 'error' && event.missing && missing.length < maxMissingTold)
        missing.push(event.missing.module);
      return also?.(event);
    };
    const onTurn = (): Promise<void> => {
      tell({ type: 'status', state: 'busy' });
      return this.#watch.prepare();
    };
    // Not at once: the sandbox is asked for it, and cannot be heard while this is waited for.
    const onFinished = async (): Promise<void> => {
      for (const module of missing) await this.#tellMissing(module, tell);
    };
    const findArtifacts = (): Promise<Artifacts> => this.#tellArtifacts(work, tell);
    const cell = new CellRun({
      id,
      log: this.#line.log,
      result: this.#line.enqueue(work, { onEvent, onTurn, onFinished, findArtifacts, signal, timeoutMs }, id),
      cancel: () => abort.abort(),
    });
    tell({ type: 'status', state: 'queued' });
    this.#line.tellFirst(tellEnd(cell.result, tell).then((seq) => cell.endedAt(seq)));
    return cell;
  }

  async #tellArtifacts(work: Work, tell: (news: RunNews) => unknown): Promise<Artifacts> {
    const { artifacts: found, more } = await this.#watch.lookIfPossible();
    const artifacts = found.filter((artifact) => !isOwnText(artifact, work));
    for (const artifact of artifacts) tell({ type: 'artifact', ...artifact });
    if (more > 0) tell({ type: 'more_artifacts', count: more });
    return { artifacts, moreArtifacts: more };
  }

  /** Where nobody said who answers, whoever reads the events may. */
  #askForInput(event: Extract<ToldEvent, { type: 'input' }>, onInput: CellOptions['onInput']): void {
    const run = this.#line.currentMark;
    if (onInput === undefined || run === undefined) return;
    const { call, prompt, isPassword } = event;
    const refuse = (problem: string): void => this.#line.send({ type: 'answer', run, call, problem });
    if (onInput === 'refuse') {
      refuse('nobody is there to answer');
      return;
    }
    Promise.resolve({ prompt, isPassword })
      .then(onInput)
      .then((value) => this.#line.send({ type: 'answer', run, call, value: checkAnswer(value) }))
      .catch((error: unknown) => refuse(toBelljarError(error).message));
  }

  /** Nothing is installed by it: it says what could be asked for. */
  async #tellMissing(missing: string, tell: (news: RunNews) => unknown): Promise<void> {
    const workspaceModules = await findOwnModules(this.#files, missing);
    const explained = await explainMissing(missing, { seen: this.#importNames, workspaceModules });
    const { module, candidates, hint } = explained;
    tell({ type: 'missing_package', module, candidates, hint, text: describeMissing(explained) });
  }
}

function toCell(id: string, code: string, { name = `cell ${id}` }: CellOptions): RunRequest {
  return checkRequest({ name, code, args: [] });
}

function isPrinted(event: ToldEvent): event is RunEvent {
  return event.type === 'stream' || event.type === 'cut';
}

/** The file that a script is run from is there because we wrote it; what the script itself makes of it is its work. */
function isOwnText({ path, sha256 }: Artifact, { kind, request }: Work): boolean {
  if (kind !== 'script' || path !== request.name) return false;
  return sha256 === createHash('sha256').update(request.code, 'utf8').digest('hex');
}

/** Resolves to the number of the last event. */
async function tellEnd(ending: Promise<RunResult>, tell: (news: RunNews) => number): Promise<number> {
  try {
    const { outcome, usage, survived } = await ending;
    tell({ type: 'usage', usage });
    if (survived !== 'all') tell({ type: 'lost', survived });
    tell({ type: 'status', state: 'idle' });
    return tell({ type: 'done', outcome });
  } catch (error) {
    return tell({ type: 'done', outcome: { status: 'broken', message: toBelljarError(error).message } });
  }
}

function printed(events: readonly SessionEvent[], name: 'stdout' | 'stderr'): string {
  return events.map((event) => (event.type === 'stream' && event.name === name ? event.text : '')).join('');
}

/** Longer ones would not fit into the pipe by which they come, which nobody may have to wait for. */
const maxAnswerBytes = 60_000;

/** @throws USAGE where it is no text, or too long. */
export function checkAnswer(value: unknown): string {
  if (typeof value === 'string' && Buffer.byteLength(JSON.stringify(value)) <= maxAnswerBytes) return value;
  throw new BelljarError('USAGE', `an answer is a text of at most ${maxAnswerBytes} bytes`, {
    hint: 'Put longer texts into a file of the workspace.',
  });
}
