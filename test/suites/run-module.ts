import type { Interpreter } from '../../src/environments/index.ts';
import { type Deviation, type Verdict, findDeviations, judgeDeviations } from './compare.ts';
import { type Difference, differences } from './differences.ts';
import { minorOf } from './python-with-tests.ts';
import { type ModuleOutcome, runModuleInside, runModuleOutside } from './sides.ts';

export interface ModuleVerdict extends Verdict {
  readonly module: string;
  readonly tests: number;
  /** Tests that deviated once, and not when they ran again by themselves. */
  readonly flaky: readonly Deviation[];
  /** Why a side did not come to its end. */
  readonly broken: readonly string[];
}

/** Runs a module on both sides at once, and what deviates once more before it is judged. */
export async function runModule(interpreter: Interpreter, module: string): Promise<ModuleVerdict> {
  const outcomes = await runBoth(interpreter, module);
  const first = findDeviations(...outcomes);
  const judging = { module, minor: minorOf(interpreter), list: differences };
  const suspects = judgeDeviations(first, judging).unlisted;
  const again = suspects.length > 0 ? await runBoth(interpreter, module, suspects) : outcomes;
  const second = findDeviations(...again);
  const isFlaky = (deviation: Deviation): boolean =>
    suspects.includes(deviation) && !second.some(({ id }) => id === deviation.id);
  const verdict = judgeDeviations(
    first.filter((deviation) => !isFlaky(deviation)),
    judging,
  );
  const [outside] = outcomes;
  return {
    ...verdict,
    module,
    tests: outside.tests.size,
    flaky: first.filter(isFlaky),
    broken: suspects.length > 0 && again.every(isWhole) ? [] : outcomes.flatMap(describeBreak),
  };
}

function isWhole({ end }: ModuleOutcome): boolean {
  return end === 'finished';
}

/** A module that this Python or machine cannot run breaks before its first test on both sides alike. */
function describeBreak(outcome: ModuleOutcome, index: number): string[] {
  if (isWhole(outcome) || outcome.tests.size === 0) return [];
  return [`${index === 0 ? 'outside' : 'inside'}: ${outcome.end}`];
}

export function isGood({ unlisted, stale, broken }: ModuleVerdict): boolean {
  return unlisted.length === 0 && stale.length === 0 && broken.length === 0;
}

export function describeVerdict({ module, tests, listed, unlisted, stale, flaky, broken }: ModuleVerdict): string {
  const tell = ({ id, outside, inside }: Deviation): string =>
    `${id}: outside ${outside.outcome}, inside ${inside.outcome} ${inside.detail ?? ''}`;
  return [
    `${module}: ${tests} tests, ${listed} differ as listed`,
    ...unlisted.map((deviation) => `  differs: ${tell(deviation)}`),
    ...stale.map(
      (difference: Difference) => `  listed, but differs no more: ${difference.tests} (${difference.inside})`,
    ),
    ...flaky.map((deviation) => `  differed once only: ${tell(deviation)}`),
    ...broken.map((end) => `  broke off ${end}`),
  ].join('\n');
}

function runBoth(
  interpreter: Interpreter,
  module: string,
  only: readonly Deviation[] = [],
): Promise<[ModuleOutcome, ModuleOutcome]> {
  const request = { interpreter, module, ids: only.map(({ id }) => id) };
  return Promise.all([runModuleOutside(request), runModuleInside(request)]);
}
