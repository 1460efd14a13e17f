import { type RunNews, type RunOutcome, type SessionEvent, describeOutcome } from '../sessions/index.ts';
import { CellOutputs } from './cell-outputs.ts';
import { type Cell, type CodeCell, type Notebook, tagsOf } from './notebook.ts';

/** What of a session a notebook needs. */
export interface NotebookSession {
  run(code: string, options: { readonly signal?: AbortSignal | undefined }): CellRun;
}

export interface CellRun extends AsyncIterable<SessionEvent> {
  readonly result: Promise<{ readonly outcome: RunOutcome }>;
}

export interface NotebookRunOptions {
  /** Goes on after cells that raise. A cell that ended otherwise ends the notebook all the same. */
  readonly allowErrors?: boolean | undefined;
  /** The time of each cell; it is interrupted then. */
  readonly cellTimeoutMs?: number | undefined;
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
  /** “raised” where an error was told, “ended” where the run came to anything but its own end. */
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
 * @throws What the session throws: whatever the code does is in the result.
 */
export async function runNotebook(
  session: NotebookSession,
  source: Notebook,
  options: NotebookRunOptions = {},
): Promise<NotebookResult> {
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
  readonly previousCount: number | undefined;
}

async function runCell(session: NotebookSession, work: CellWork): Promise<CellReport> {
  const { cell, place, outputs, options } = work;
  const begun = performance.now();
  const clock = startClock(options);
  outputs.begin(cell.outputs);
  let error: CellReport['error'];
  cell.execution_count = (work.previousCount ?? 0) + 1;
  try {
    const run = session.run(cell.source, { signal: clock.signal });
    for await (const event of run) {
      outputs.take(event);
      error = errorOf(event) ?? error;
      if (event.type === 'execute_result') cell.execution_count = event.executionCount;
      await options.onEvent?.(event);
    }
    const outcome = outcomeOf((await run.result).outcome, options, clock.isOver());
    const remark = describeOutcome(outcome);
    if (remark !== undefined) outputs.addError(nameOf(outcome), remark, `belljar: ${remark}`);
    const status = remark !== undefined ? 'ended' : error === undefined ? 'ok' : 'raised';
    const durationMs = performance.now() - begun;
    return { ...place, id: cell.id, status, outcome, executionCount: cell.execution_count, durationMs, error };
  } finally {
    clock.stop();
  }
}

function errorOf(event: RunNews): CellReport['error'] {
  if (event.type !== 'error') return undefined;
  const { name, value, traceback } = event;
  return { name, value, traceback };
}

/** Whoever gave up the run is told apart here: for the session the two are one. */
function outcomeOf(told: RunOutcome, { cellTimeoutMs }: NotebookRunOptions, isOver: boolean): RunOutcome {
  if (told.status !== 'cancelled' || !isOver || cellTimeoutMs === undefined) return told;
  return { status: 'timeout', clock: 'wall', limitMs: cellTimeoutMs };
}

const names: Readonly<Partial<Record<RunOutcome['status'], string>>> = {
  timeout: 'OutOfTime',
  memory: 'OutOfMemory',
  disk: 'OutOfSpace',
  cancelled: 'Cancelled',
};

/** In the place where a notebook names the exception: none of Python's own, since Python did not raise it. */
function nameOf({ status }: RunOutcome): string {
  return names[status] ?? 'InterpreterEnded';
}

interface CellClock {
  readonly signal: AbortSignal | undefined;
  readonly isOver: () => boolean;
  readonly stop: () => void;
}

function startClock({ signal, cellTimeoutMs }: NotebookRunOptions): CellClock {
  if (cellTimeoutMs === undefined) return { signal, isOver: () => false, stop: () => undefined };
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), cellTimeoutMs);
  return {
    signal: signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]),
    isOver: () => over.signal.aborted && signal?.aborted !== true,
    stop: () => clearTimeout(timer),
  };
}
