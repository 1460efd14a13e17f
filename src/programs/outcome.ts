import type { RunOutcome } from '../sessions/index.ts';
import { describeOutcome, exitCodeOf } from '../sessions/index.ts';
import type { SandboxUsage } from '../sandbox/index.ts';
import { formatBytes } from '../units.ts';

/** How a program ended: a value, whatever it did. */
export type ProgramOutcome =
  | Exclude<RunOutcome, { status: 'ok' | 'error' }>
  /** It was never started: there is no such command inside, or none that can be started. */
  | { readonly status: 'unstarted'; readonly command: string; readonly problem: string; readonly code: 126 | 127 }
  /** What it printed was more than the policy lets it. */
  | { readonly status: 'output'; readonly limitBytes: number };

export interface ProgramEnd {
  readonly outcome: ProgramOutcome;
  readonly usage: SandboxUsage;
  /** Of what it printed, whether somebody read it or not. */
  readonly outputBytes: number;
}

/** As a shell has it where the program ended by itself: its own code, or 128 and the signal. */
export function programExitCode(outcome: ProgramOutcome): number {
  if (outcome.status === 'unstarted') return outcome.code;
  return outcome.status === 'output' ? outputExitCode : exitCodeOf(outcome);
}

/** As of what wrote a file beyond its bound. */
const outputExitCode = 153;

/** One line for a person; undefined where the program ended by itself and there is nothing to add. */
export function describeProgramEnd(outcome: ProgramOutcome): string | undefined {
  if (outcome.status === 'unstarted') return `cannot start “${outcome.command}”: ${outcome.problem}`;
  if (outcome.status === 'output') return `ended: it printed more than its ${formatBytes(outcome.limitBytes)}`;
  return outcome.status === 'signalled' ? undefined : describeOutcome(outcome);
}
