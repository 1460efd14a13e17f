import {
  type Belljar,
  type CellReport,
  type Notebook,
  type NotebookResult,
  type NotebookRunOptions,
  type RequestedLimits,
  describeOutcome,
  exitCodeOf,
  parseDurationMs,
  readNotebook,
  runNotebook,
  setParameters,
  writeNotebook,
} from '../belljar.ts';
import { BelljarError, errorTable } from '../errors.ts';
import { writeToStdout } from './audit-output.ts';
import { type Invocation, type OptionValues, isFlagSet, printJson, readerLeft, stringOption } from './command.ts';
import { readParameters } from './notebook-parameters.ts';
import { NotebookPrinter, endLine } from './notebook-printer.ts';
import { type NotebookTarget, findTarget, writeToTarget } from './notebook-target.ts';
import { startProgress } from './progress.ts';
import { openSession } from './run-session.ts';
import { toVisible } from './terminal-text.ts';

/** A notebook that is ready to be run, and where it goes then. */
export interface PreparedNotebook {
  readonly file: string;
  readonly notebook: Notebook;
  readonly target: NotebookTarget;
  readonly requested: RequestedLimits;
  /** The key of the environment that it has. */
  readonly environment?: string | undefined;
}

/** The words that only a notebook understands. */
export const notebookOptions = ['output', 'inplace', 'parameters', 'parameters-file', 'allow-errors', 'cell-timeout'];

/** All that can be wrong before a sandbox is made. */
export async function prepareNotebook(
  { values }: Invocation,
  { file, text, requested }: { file: string; text: string; requested: RequestedLimits },
): Promise<PreparedNotebook> {
  const target = await findTarget(file, values);
  if (target.kind === 'stdout' && isFlagSet(values, 'json')) {
    throw new BelljarError('USAGE', '--json and -o - both want standard output');
  }
  const notebook = setParameters(readNotebook(text), await readParameters(values));
  return { file, notebook, target, requested: { ...requested, ...cellTime(values) } };
}

/** The session's own clock is for each cell; that of the whole notebook is kept by the run of the notebook. */
function cellTime(values: OptionValues): RequestedLimits {
  const text = stringOption(values, 'cell-timeout');
  if (text === undefined) return {};
  const wallTimeMs = parseDurationMs(text);
  if (wallTimeMs <= 0) throw new BelljarError('USAGE', '--cell-timeout must be more than 0');
  return { wallTimeMs };
}

/** Runs the cells, and writes what came of it, also where they did not come to their end. Resolves to the exit code. */
export async function runPreparedNotebook(
  belljar: Belljar,
  invocation: Invocation,
  prepared: PreparedNotebook,
): Promise<number> {
  const { io, values, signal, abandonOutput } = invocation;
  const result = await runCells(belljar, invocation, prepared);
  const exitCode = exitCodeAfter(result, signal);
  const { target } = prepared;
  if (target.kind === 'file') await writeToTarget(target, writeNotebook(result.notebook));
  if (target.kind === 'stdout') await writeToStdout(io, signal)(writeNotebook(result.notebook));
  if (isFlagSet(values, 'json')) printJson(io, summarise(prepared, result, exitCode));
  else if (signal.reason !== readerLeft) describeEnd(invocation, prepared, result);
  if (signal.aborted || result.stoppedAt?.status === 'ended') abandonOutput?.();
  return exitCode;
}

async function runCells(
  belljar: Belljar,
  invocation: Invocation,
  { notebook, requested, target, environment }: PreparedNotebook,
): Promise<NotebookResult> {
  const { io, values, signal } = invocation;
  const timeout = stringOption(values, 'timeout');
  const prints = target.kind === 'none' && !isFlagSet(values, 'json');
  const printer = new NotebookPrinter(io, signal);
  const progress = prints && io.stdout.isTTY === true ? undefined : startProgress(io, 'cells');
  const options: NotebookRunOptions = {
    signal,
    allowErrors: isFlagSet(values, 'allow-errors'),
    timeoutMs: timeout === undefined ? undefined : parseDurationMs(timeout),
    onStart: ({ number, total }) => progress?.update(number - 1, total),
    onEvent: (event) => (prints ? printer.print(event) : undefined),
    onEnd: ({ number, total }) => progress?.update(number, total),
  };
  await using session = await openSession(belljar, invocation, { requested, environment });
  try {
    return await runNotebook(session, notebook, options);
  } finally {
    progress?.end();
  }
}

function exitCodeAfter({ stoppedAt }: NotebookResult, signal: AbortSignal): number {
  if (signal.aborted) return errorTable.CANCELLED.exit;
  if (stoppedAt === undefined) return 0;
  return stoppedAt.outcome.status === 'ok' ? 1 : exitCodeOf(stoppedAt.outcome);
}

/** One line on how it went, where that is not what was shown already. */
function describeEnd({ io }: Invocation, { target, notebook }: PreparedNotebook, result: NotebookResult): void {
  const { stoppedAt, cells, outputsLeftOut } = result;
  if (target.kind !== 'none' && outputsLeftOut > 0)
    io.stderr.write('belljar: the notebook had no room for all outputs; cells say where they are cut\n');
  if (stoppedAt === undefined) {
    if (result.status === 'cancelled') io.stderr.write(`belljar: cancelled ${whereBetween(cells.at(-1))}\n`);
    return;
  }
  const { error, number, total } = stoppedAt;
  if (target.kind !== 'none' && error !== undefined)
    io.stderr.write(endLine(error.traceback.split('\n').map(toVisible).join('\n')));
  const where = `cell ${number} of ${total} (${firstLine(notebook, stoppedAt)})`;
  io.stderr.write(`belljar: stopped at ${where}: ${toVisible(remarkOn(stoppedAt))}\n`);
}

function whereBetween(last: CellReport | undefined): string {
  return last === undefined ? 'before the first cell' : `after cell ${last.number} of ${last.total}`;
}

function remarkOn({ outcome, error }: CellReport): string {
  const remark = outcome.status === 'error' ? undefined : describeOutcome(outcome);
  return remark ?? (error === undefined ? 'it raised' : `${error.name}${error.value === '' ? '' : `: ${error.value}`}`);
}

const maxQuoted = 40;

function firstLine({ cells }: Notebook, { index }: CellReport): string {
  const [line = ''] = cells[index]?.source.trim().split('\n') ?? [];
  return toVisible(line.length > maxQuoted ? `${line.slice(0, maxQuoted)}…` : line);
}

function summarise({ file, target }: PreparedNotebook, result: NotebookResult, exitCode: number): object {
  const { cells, status, stoppedAt, outputsLeftOut } = result;
  return {
    notebook: file,
    output: target.kind === 'file' ? target.path : null,
    exitCode,
    status,
    outputsLeftOut,
    stoppedAt: stoppedAt?.index ?? null,
    cells,
  };
}
