import { formatBytes, formatDuration } from '../units.ts';

/** How a run ended: a value, whatever the code did. */
export type RunOutcome =
  /** A cell ran to its end. */
  | { readonly status: 'ok' }
  /** A cell raised what nobody caught. */
  | { readonly status: 'error'; readonly name: string; readonly value: string }
  | { readonly status: 'exited'; readonly code: number }
  | { readonly status: 'signalled'; readonly signal: number }
  | { readonly status: 'timeout'; readonly clock: 'wall' | 'cpu'; readonly limitMs: number }
  | { readonly status: 'memory'; readonly limitBytes: number }
  /** Told only where a bound on the files of the workspace is watched; elsewhere a write fails. */
  | {
      readonly status: 'disk';
      readonly what: 'bytes' | 'files' | 'unreadable';
      readonly limit: number;
      readonly used: number;
    }
  | { readonly status: 'cancelled' }
  /** The code broke the channel to the host, or ended the runner that served it. */
  | { readonly status: 'broken'; readonly message: string };

export type RunStatus = RunOutcome['status'];

interface OutcomeRow {
  /** Exit code of `belljar run`; undefined where the code's own is passed on. */
  readonly exit: number | undefined;
  readonly meaning: string;
}

/** docs/errors.md repeats this table. */
export const outcomeTable: Readonly<Record<RunStatus, OutcomeRow>> = {
  ok: { exit: 0, meaning: 'A cell ran to its end.' },
  error: { exit: 1, meaning: 'A cell raised what nobody caught.' },
  exited: { exit: undefined, meaning: 'The code ended by itself; its exit code is passed on.' },
  signalled: { exit: undefined, meaning: 'A signal ended the code, as a crash does; 128 and the signal’s number.' },
  timeout: { exit: 124, meaning: 'The run used up its time, on the wall or on the CPU.' },
  memory: { exit: 137, meaning: 'The kernel ended the run at its memory limit.' },
  disk: { exit: 153, meaning: 'The files of the workspace were over their bound, where it can only be watched.' },
  cancelled: { exit: 130, meaning: 'Whoever started the run ended it.' },
  broken: { exit: 125, meaning: 'The code destroyed the runner that served it; what it printed until then was told.' },
};

export function exitCodeOf(outcome: RunOutcome): number {
  if (outcome.status === 'exited') return outcome.code;
  if (outcome.status === 'signalled') return 128 + outcome.signal;
  return outcomeTable[outcome.status].exit ?? 125;
}

/** One line for a person; undefined where the code ended by itself and there is nothing to add. */
export function describeOutcome(outcome: RunOutcome): string | undefined {
  switch (outcome.status) {
    case 'ok':
    case 'exited':
      return undefined;
    case 'error':
      return outcome.value === '' ? outcome.name : `${outcome.name}: ${outcome.value}`;
    case 'signalled':
      return `the code was ended by signal ${outcome.signal}`;
    case 'timeout':
      return outcome.clock === 'wall'
        ? `ended: it ran longer than its ${formatDuration(outcome.limitMs)}`
        : `ended: it used more than its ${formatDuration(outcome.limitMs)} of CPU time`;
    case 'memory':
      return `ended: it wanted more than its ${formatBytes(outcome.limitBytes)} of memory (files it writes may count too)`;
    case 'disk':
      return `ended: ${describeDisk(outcome)}`;
    case 'cancelled':
      return 'cancelled';
    case 'broken':
      return `ended: ${outcome.message}`;
  }
}

function describeDisk({ what, limit, used }: RunOutcome & { status: 'disk' }): string {
  if (what === 'bytes') return `its files took ${formatBytes(used)}, more than their ${formatBytes(limit)}`;
  if (what === 'files') return `it had ${used} files or more, and ${limit} are allowed`;
  return 'it kept folders from being looked into, so that its files could not be measured';
}
