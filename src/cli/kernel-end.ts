import { describeProgramEnd, type Program } from '../belljar.ts';
import { toVisible } from './terminal-text.ts';

type Outcome = Awaited<Program['ended']>['outcome'];

/** The line for the client's log; undefined where the kernel ended by itself, or because the client wanted that. */
export function describeKernelEnd(outcome: Outcome): string | undefined {
  if (outcome.status === 'cancelled') return undefined;
  const said = describeProgramEnd(outcome);
  return said === undefined ? undefined : `belljar: the kernel ended: ${toVisible(said.replace(/^ended: /, ''))}`;
}
