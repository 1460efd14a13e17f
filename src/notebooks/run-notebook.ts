import { type RunNews, type RunOutcome, type SessionEvent, describeOutcome } from '../sessions/index.ts';
import { CellClock } from './cell-clock.ts';
import { CellOutputs } from './cell-outputs.ts';
import { type Cell, type CodeCell, type Notebook, requirePython, tagsOf } from './notebook.ts';

/** What of a session a notebook needs. */
export interface NotebookSession {
  run(code: string, options: { readonly signal?: AbortSignal | undefined }): CellRun;
  /** Tells a cell that asked for input that nobody will answer. */
  refuse(call: string, problem: string): void;
}

export interface CellRun extends AsyncIterable<SessionEvent> {
  readonly result: Promise<{ readonly outcome: RunOutcome }>;
}

export interface NotebookRunOptions {
  /** Goes on after cells that raise. A cell that ended otherwise ends the notebook all the same. */
  readonly allowErrors?: boolean | undefined;
  /** The time of each cell; it is interrupted then. */
  readonly cellTimeoutMs?: number | undefined;
  /** The time of all cells together. */
  readonly timeoutMs?: number | undefined;
  /** Ends the cell that runs; what it told is kept. */
  readonly signal?: AbortSignal | undefined;
  readonly onStart?: ((place: CellPlace) => unknown) | undefined;
  /** Awaited: a slow reader slows the code. */
  readonly onEvent?: ((event: SessionEvent) => unknown) | undefined;
  readonly onEnd?: ((report: CellReport) => unknown) | undefined;
}

export interface CellPlace {
  /** Among all cells of the notebook, from 0. */
  readonly index: number;
  /** Among those that are run, from 1. */
  readonly number: number;
  readonly total: number;
}

export interface CellReport extends CellPlace {
  readonly id: string | undefined;
  /** “raised” where it raised or asked to exit, “ended” where it did not come to its own end. */
  readonly status: 'ok' | 'raised' | 'ended';
  readonly outcome: RunOutcome;
  readonly executionCount: number;
  readonly durationMs: number;
  readonly error?: { readonly name: string; readonly value: string; readonly traceback: string } | undefined;
}

export interface NotebookResult {
  /** With the outputs of the cells that ran, and none of those that did not come to run. */
  readonly notebook: Notebook;
  readonly cells: readonly CellReport[];
  /** The cell at which it stopped. */
  readonly stoppedAt?: CellReport | undefined;
}

/**
 * Runs the code cells in their order, as Jupyter's “Run All” does, and collects what they show.
 *
 * @example
 * const { notebook, stoppedAt } = await runNotebook(session, readNotebook(text), { cellTimeoutMs: 60_000 });
 * @throws NOTEBOOK_INVALID where it is for another language, and what the session throws: what the code does is in the
 * result.
 */
export async function runNotebook(
  session: NotebookSession,
  source: Notebook,
  options: NotebookRunOptions = {},
): Promise<NotebookResult> {
  requirePython(source);
  const endsAt = performance.now() + (options.timeoutMs ?? Infinity);
  const notebook = { ...source, cells: source.cells.map(withoutOutputs) };
  const waiting = notebook.cells.flatMap((cell, index) => (isRun(cell) ? [{ cell, index }] : []));
  const outputs = new CellOutputs();
  const cells: CellReport[] = [];
  for (const [position, { cell, index }] of waiting.entries()) {
    if (options.signal?.aborted === true) break;
    const place = { index, number: position + 1, total: waiting.length };
    await options.onStart?.(place);
    const report = await runCell(session, {
      cell,
      place,
      outputs,
      options,
      endsAt,
      previousCount: cells.at(-1)?.executionCount,
    });
    cells.push(report);
    await options.onEnd?.(report);
    if (stopsAt(report, cell, options)) return { notebook, cells, stoppedAt: report };
  }
  return { notebook, cells };
}

/** What is only said, or is left out by the tag that Jupyter knows for it. */
function isRun(cell: Cell): cell is CodeCell {
  return cell.cell_type === 'code' && cell.source.trim() !== '' && !tagsOf(cell).includes('skip-execution');
}

/** Results and times of an earlier run would pass for those of this one. */
function withoutOutputs(cell: Cell): Cell {
  if (cell.cell_type !== 'code' || tagsOf(cell).includes('skip-execution')) return cell;
  const { execution: _times, ...metadata } = cell.metadata;
  return { ...cell, metadata, outputs: [], execution_count: null };
}

function stopsAt({ status }: CellReport, cell: Cell, { allowErrors }: NotebookRunOptions): boolean {
  if (status === 'raised') return allowErrors !== true && !tagsOf(cell).includes('raises-exception');
  return status === 'ended';
}

interface CellWork {
  readonly cell: CodeCell;
  readonly place: CellPlace;
  readonly outputs: CellOutputs;
  readonly options: NotebookRunOptions;
  /** When the time of all cells is over. */
  readonly endsAt: number;
  readonly previousCount: number | undefined;
}

async function runCell(session: NotebookSession, work: CellWork): Promise<CellReport> {
  const { cell, place, outputs, options } = work;
  const begun = performance.now();
  const clock = new CellClock(options, work.endsAt - begun);
  outputs.begin(cell.outputs);
  cell.execution_count = (work.previousCount ?? 0) + 1;
  let error: CellReport['error'];
  try {
    const run = session.run(cell.source, { signal: clock.signal });
    for await (const event of run) {
      outputs.take(event);
      error = errorOf(event) ?? error;
      if (event.type === 'execute_result') cell.execution_count = event.executionCount;
      if (event.type === 'input_request') session.refuse(event.id, nobodyAnswers);
      await options.onEvent?.(event);
    }
    const outcome = clock.judge((await run.result).outcome);
    const status = statusOf(outcome, error);
    if (status !== 'ok') error = noteEnd(outcome, error, outputs);
    const durationMs = performance.now() - begun;
    return { ...place, id: cell.id, status, outcome, executionCount: cell.execution_count, durationMs, error };
  } finally {
    clock.stop();
  }
}

const nobodyAnswers = 'nobody answers input() in a notebook that is run as a whole; set a parameter instead';

function errorOf(event: RunNews): CellReport['error'] {
  if (event.type !== 'error') return undefined;
  const { name, value, traceback } = event;
  return { name, value, traceback };
}

function statusOf({ status }: RunOutcome, error: CellReport['error']): CellReport['status'] {
  if (status === 'error' || status === 'exited') return 'raised';
  if (status !== 'ok') return 'ended';
  return error === undefined ? 'ok' : 'raised';
}

/** An end of which Python could not tell stands in the notebook too, in the place of an exception. */
function noteEnd(outcome: RunOutcome, error: CellReport['error'], outputs: CellOutputs): CellReport['error'] {
  const note = describeEnd(outcome);
  if (note === undefined) return error;
  outputs.addError(note.name, note.value, note.traceback);
  return note;
}

function describeEnd(outcome: RunOutcome): CellReport['error'] {
  if (outcome.status === 'ok' || outcome.status === 'error') return undefined;
  if (outcome.status === 'exited') {
    const value = String(outcome.code);
    return { name: 'SystemExit', value, traceback: `SystemExit: ${value}` };
  }
  const value = describeOutcome(outcome) ?? outcome.status;
  return { name: names[outcome.status] ?? 'InterpreterEnded', value, traceback: `belljar: ${value}` };
}

/** None of Python's own, since Python did not raise it. */
const names: Readonly<Partial<Record<RunOutcome['status'], string>>> = {
  timeout: 'OutOfTime',
  memory: 'OutOfMemory',
  disk: 'OutOfSpace',
  cancelled: 'Cancelled',
};
