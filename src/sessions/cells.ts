import { toBelljarError } from '../errors.ts';
import { CellRun, callFailed, toNews } from './cell-run.ts';
import type { Artifact, RunNews, SessionEvent } from './events.ts';
import type { ArtifactWatch } from './files/index.ts';
import { type ImportNames, describeMissing, explainMissing } from './missing/index.ts';
import { type RunOutcome, describeOutcome } from './outcome.ts';
import type { RunRequest, RunResult, ToldEvent } from './run.ts';
import type { RunnerLine, Work } from './runner-line.ts';

export interface CellOptions {
  readonly signal?: AbortSignal | undefined;
  /** The name that tracebacks show. */
  readonly name?: string | undefined;
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

interface CellRequest extends CellOptions {
  readonly code: string;
  readonly toWork: (request: RunRequest) => Work;
  /** Told of everything too, before it is an event. */
  readonly also?: (event: ToldEvent) => void;
}

/** Cells and calls, and what they tell as events of the session. */
export class Cells {
  readonly #line: RunnerLine;
  readonly #watch: ArtifactWatch;
  readonly #importNames: ImportNames | undefined;

  constructor(line: RunnerLine, watch: ArtifactWatch, importNames: ImportNames | undefined) {
    this.#line = line;
    this.#watch = watch;
    this.#importNames = importNames;
  }

  run(code: string, options: CellOptions): CellRun {
    return this.#start({ ...options, code, toWork: (request) => ({ kind: 'cell', request }) });
  }

  async evaluate(code: string, options: CellOptions): Promise<Evaluation> {
    const run = this.run(code, options);
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
    const run = this.#start({ ...options, code, also, toWork: (request) => ({ kind: 'call', request, inputs }) });
    const result = await run.result;
    if (result.outcome.status === 'ok' && value !== undefined) return value.of;
    throw callFailed(result, describeOutcome(result.outcome) ?? 'the code came to no value');
  }

  #start({ code, toWork, also, ...options }: CellRequest): CellRun {
    const id = this.#line.nextId();
    const abort = new AbortController();
    const signal = options.signal === undefined ? abort.signal : AbortSignal.any([abort.signal, options.signal]);
    const tell = (news: RunNews): void => void this.#line.log.append(id, news);
    const onEvent = (event: ToldEvent): Promise<void> | undefined => {
      const news = toNews(event, Number(id));
      if (news !== undefined) tell(news);
      also?.(event);
      return event.type === 'error' && event.missing ? this.#tellMissing(event.missing.module, tell) : undefined;
    };
    const request = { name: options.name ?? `cell ${id}`, code, args: [] };
    const onTurn = (): Promise<void> => {
      tell({ type: 'status', state: 'busy' });
      return this.#watch.prepare();
    };
    const findArtifacts = (): Promise<readonly Artifact[]> => this.#tellArtifacts(tell);
    const cell = new CellRun({
      id,
      log: this.#line.log,
      result: this.#line.enqueue(toWork(request), { onEvent, onTurn, findArtifacts, signal }, id),
      cancel: () => abort.abort(),
    });
    tell({ type: 'status', state: 'queued' });
    void tellEnd(cell.result, tell);
    return cell;
  }

  async #tellArtifacts(tell: (news: RunNews) => void): Promise<readonly Artifact[]> {
    const { artifacts, more } = await this.#watch.lookIfPossible();
    for (const artifact of artifacts) tell({ type: 'artifact', ...artifact });
    if (more > 0) tell({ type: 'more_artifacts', count: more });
    return artifacts;
  }

  /** Nothing is installed by it: it says what could be asked for. */
  async #tellMissing(missing: string, tell: (news: RunNews) => void): Promise<void> {
    const explained = await explainMissing(missing, { seen: this.#importNames });
    const { module, candidates, hint } = explained;
    tell({ type: 'missing_package', module, candidates, hint, text: describeMissing(explained) });
  }
}

async function tellEnd(ending: Promise<RunResult>, tell: (news: RunNews) => void): Promise<void> {
  try {
    const { outcome, usage, survived } = await ending;
    tell({ type: 'usage', usage });
    if (survived !== 'all') tell({ type: 'lost', survived });
    tell({ type: 'status', state: 'idle' });
    tell({ type: 'done', outcome });
  } catch (error) {
    tell({ type: 'done', outcome: { status: 'broken', message: toBelljarError(error).message } });
  }
}

function printed(events: readonly SessionEvent[], name: 'stdout' | 'stderr'): string {
  return events.map((event) => (event.type === 'stream' && event.name === name ? event.text : '')).join('');
}
