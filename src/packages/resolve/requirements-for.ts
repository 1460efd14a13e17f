import { asksForKernel, mayHold, readCondition } from './may-hold.ts';
import type { Target } from './target.ts';
import { environmentOf } from './target-environment.ts';

interface Conditional {
  readonly name: string;
  readonly marker?: string | undefined;
}

/**
 * Of what is asked for, what a target needs. Where only the engine could tell, it is as its lock has it; before there is
 * one, it is needed.
 */
export function requirementsFor<T extends Conditional>(
  requirements: readonly T[],
  target: Target,
  lock?: { readonly packages: readonly { readonly name: string }[] },
): T[] {
  const environment = environmentOf(target);
  const locked = lock && new Set(lock.packages.map(({ name }) => name));
  return requirements.filter(({ name, marker: text }) => {
    const marker = readCondition(text);
    if (marker === undefined) return true;
    if (!mayHold(marker, environment)) return false;
    return locked === undefined || !asksForKernel(marker) || locked.has(name);
  });
}
