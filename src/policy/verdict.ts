import { type Verdict, verdicts } from '../words.ts';

/** `deny` beats `ask` beats `allow`; of nothing it is `allow`. */
export function strictest(all: Iterable<Verdict>): Verdict {
  let worst: Verdict = 'allow';
  for (const verdict of all) if (isStricter(verdict, worst)) worst = verdict;
  return worst;
}

/** Whether the first verdict is stricter than the second. */
export function isStricter(verdict: Verdict, other: Verdict): boolean {
  return verdicts.indexOf(verdict) > verdicts.indexOf(other);
}
