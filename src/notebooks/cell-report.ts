import { type RunNews, type RunOutcome, describeOutcome } from '../sessions/index.ts';
import type { CellOutputs } from './cell-outputs.ts';

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

export function errorOf(event: RunNews): CellReport['error'] {
  if (event.type !== 'error') return undefined;
  const { name, value, traceback } = event;
  return { name: brieflyOf(name), value: brieflyOf(value), traceback: brieflyOf(traceback) };
}

/** A report is kept for each cell; the notebook has the whole of it. */
const maxReportedCharacters = 64 * 1024;

function brieflyOf(text: string): string {
  return text.length <= maxReportedCharacters ? text : `${text.slice(0, maxReportedCharacters)}…`;
}

export function statusOf({ status }: RunOutcome, error: CellReport['error']): CellReport['status'] {
  if (status === 'error' || status === 'exited') return 'raised';
  if (status !== 'ok') return 'ended';
  return error === undefined ? 'ok' : 'raised';
}

/** An end of which Python could not tell stands in the notebook too, in the place of an exception. */
export function noteEnd(outcome: RunOutcome, error: CellReport['error'], outputs: CellOutputs): CellReport['error'] {
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
