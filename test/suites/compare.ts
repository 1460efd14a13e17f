import type { Difference } from './differences.ts';
import type { ModuleOutcome, TestOutcome } from './sides.ts';

/** A test that came to something else inside than outside. */
export interface Deviation {
  readonly id: string;
  readonly outside: TestOutcome;
  readonly inside: TestOutcome;
}

export interface Verdict {
  /** Deviations that no listed difference covers. */
  readonly unlisted: readonly Deviation[];
  /** How many are listed. */
  readonly listed: number;
  /** Listed differences of this module that none of its tests shows any more. */
  readonly stale: readonly Difference[];
}

const absent: TestOutcome = { outcome: 'absent' };

export function findDeviations(outside: ModuleOutcome, inside: ModuleOutcome): Deviation[] {
  const ids = new Set([...outside.tests.keys(), ...inside.tests.keys()]);
  return [...ids]
    .map((id) => ({ id, outside: outside.tests.get(id) ?? absent, inside: inside.tests.get(id) ?? absent }))
    .filter((deviation) => deviation.outside.outcome !== deviation.inside.outcome);
}

/** Holds the deviations of one module against what is listed for it. */
export function judgeDeviations(
  deviations: readonly Deviation[],
  { module, minor, list }: { module: string; minor: number; list: readonly Difference[] },
): Verdict {
  const meant = list.filter(
    ({ tests, from = 0, to = Infinity }) => tests.startsWith(`${module}.`) && from <= minor && minor <= to,
  );
  const covers = (difference: Difference, { id, inside }: Deviation): boolean =>
    (difference.inside === 'varies' || inside.outcome === difference.inside) &&
    matches(difference.tests, id.replace(/^test\./, ''));
  const unlisted = deviations.filter((deviation) => !meant.some((difference) => covers(difference, deviation)));
  return {
    unlisted,
    listed: deviations.length - unlisted.length,
    stale: meant.filter(
      (difference) => difference.inside !== 'varies' && !deviations.some((deviation) => covers(difference, deviation)),
    ),
  };
}

function matches(pattern: string, id: string): boolean {
  const source = pattern.split('*').map((part) => RegExp.escape(part));
  return new RegExp(`^${source.join('.*')}$`).test(id);
}
