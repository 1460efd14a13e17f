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
  const second = suspects.length > 0 ? findDeviations(...(await runBoth(interpreter, module, suspects))) : [];
  const isFlaky = (deviation: Deviation): boolean =>
    suspects.includes(deviation) && !second.some(({ id }) => id === deviation.id);
  const verdict = judgeDeviations(
    first.filter((deviation) => !isFlaky(deviation)),
    judging,
  );
  const [outside, inside] = outcomes;
  return {
    ...verdict,
    module,
    tests: outside.tests.size,
    flaky: first.filter(isFlaky),
    broken: [
      // A module that this Python or machine cannot run breaks before its first test on both sides alike.
      ...(outside.end !== 'finished' && outside.tests.size > 0 ? [`outside: ${outside.end}`] : []),
      ...(inside.end !== 'finished' && outside.tests.size > 0 ? [`inside: ${inside.end}`] : []),
    ],
  };
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
