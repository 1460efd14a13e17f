import type { RunResult, SessionEvent } from '../sessions/index.ts';
import { CellClock } from './cell-clock.ts';
import { CellOutputs } from './cell-outputs.ts';
import { type CellPlace, type CellReport, errorOf, noteEnd, statusOf } from './cell-report.ts';
import { type Cell, type CodeCell, type Notebook, requirePython, tagsOf } from './notebook.ts';
import { OutputRoom } from './output-room.ts';

/** What of a session a notebook needs. */
export interface NotebookSession {
  run(
    code: string,
    options: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<SessionEvent> & { readonly result: Promise<Pick<RunResult, 'outcome'>> };
  /** Tells a cell that asked for input that nobody will answer. */
  refuse(call: string, problem: string): void;
}

export interface NotebookRunOptions {
  /** Goes on after cells that raise. A cell that ended otherwise ends the notebook all the same. */
  readonly allowErrors?: boolean | undefined;
  /** The time of each cell; it is interrupted then. */
  readonly cellTimeoutMs?: number | undefined;
  /** The time of all cells together. */
  readonly timeoutMs?: number | undefined;
  /** What all outputs together may take of the file; 100 MiB where left out. What is beyond is cut, and said. */
  readonly maxOutputBytes?: number | undefined;
  /** Ends the cell that runs; what it told is kept. */
  readonly signal?: AbortSignal | undefined;
  readonly onStart?: ((place: CellPlace) => unknown) | undefined;
  /** Awaited, but the code does not wait: what it tells too fast for who listens is lost, and said by a `gap`. */
  readonly onEvent?: ((event: SessionEvent) => unknown) | undefined;
  readonly onEnd?: ((report: CellReport) => unknown) | undefined;
}

export interface NotebookResult {
  /** With the outputs of the cells that ran, and none of those that did not come to run. */
  readonly notebook: Notebook;
  readonly cells: readonly CellReport[];
  /** “stopped” at a cell, or “cancelled” by who asked for it, in a cell or between two; else all have run. */
  readonly status: 'finished' | 'stopped' | 'cancelled';
  /** The cell at which it stopped, or in which it was cancelled. */
  readonly stoppedAt?: CellReport | undefined;
  /** How many outputs, and pieces of them, the notebook had no room for. */
  readonly outputsLeftOut: number;
}

/** Jupyter opens it, if slowly, and so does readNotebook(). */
const defaultMaxOutputBytes = 100 * 1024 * 1024;

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
  const room = new OutputRoom(options.maxOutputBytes ?? defaultMaxOutputBytes);
  const outputs = new CellOutputs(room);
  const cells: CellReport[] = [];
  const sumUp = (status: NotebookResult['status'], stoppedAt?: CellReport): NotebookResult => {
    outputs.end();
    return { notebook, cells, status, stoppedAt, outputsLeftOut: room.outputsLeftOut };
  };
  for (const [position, { cell, index }] of waiting.entries()) {
    if (options.signal?.aborted === true) return sumUp('cancelled');
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
    if (stopsAt(report, cell, options)) return sumUp(isCancelled(report) ? 'cancelled' : 'stopped', report);
  }
  return sumUp('finished');
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

function isCancelled({ outcome }: CellReport): boolean {
  return outcome.status === 'cancelled';
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
