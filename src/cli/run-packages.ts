import type { Belljar, EnvironmentLease } from '../belljar.ts';
import {
  readArguments,
  readScript,
  requirePython,
  requireSound,
  type WishReading,
  type WishRequirement,
} from '../packages/index.ts';
import { localActor } from './actor.ts';
import { confirmPlan } from './confirm-plan.ts';
import type { Invocation } from './command.ts';
import { planWithProgress } from './plan-progress.ts';
import { startProgress } from './progress.ts';

export interface RunWish {
  /** As they stand behind --with. */
  readonly texts: readonly string[];
  /** What may hold a “# /// script” block. */
  readonly code?: string | undefined;
  readonly file: string;
  /** The Python that it runs with. */
  readonly pythonVersion: string;
}

/**
 * All that a run asks for.
 *
 * @throws WISH_INVALID with all problems of all sources, PYTHON_NOT_FOUND where the script wants another Python.
 */
export function readRunWish({ texts, code, file, pythonVersion }: RunWish): readonly WishRequirement[] {
  const nothing: WishReading = { requirements: [], problems: [] };
  const inScript = (code === undefined ? undefined : readScript(code, { from: file })) ?? nothing;
  if (inScript.requiresPython !== undefined) requirePython(inScript.requiresPython, pythonVersion);
  const given = readArguments(texts);
  return requireSound({
    requirements: [...given.requirements, ...inScript.requirements],
    problems: [...given.problems, ...inScript.problems],
  });
}

/** Plans what a run asks for, has it agreed to where something would come in, and leases its environment. */
export async function bringPackages(
  belljar: Belljar,
  invocation: Invocation,
  requirements: readonly WishRequirement[],
): Promise<EnvironmentLease> {
  const { signal } = invocation;
  const asker = localActor(invocation.values);
  const target = { pythonVersion: belljar.pythonVersion };
  const plan = await planWithProgress(belljar, invocation, { ...asker, requirements, target });
  const digest = plan.lock?.digest;
  const isThere =
    digest !== undefined && plan.verdict !== 'deny' && (await belljar.environments.has({ lock: digest, asker }));
  const isOpen = plan.verdict === 'ask' && plan.approval?.state !== 'approved';
  if (!isThere || isOpen) {
    const what = describe(plan.totals.packages);
    await confirmPlan(belljar.packages.approvals, invocation, { plan, what });
  }
  const progress = startProgress(invocation.io, 'building');
  try {
    const onProgress = ({ done, total }: { done: number; total: number }): void => progress.update(done, total);
    return await belljar.environments.acquire({ lock: digest ?? '', asker, signal, onProgress });
  } finally {
    progress.end();
  }
}

function describe(packages: number): string {
  return `bring in ${packages} ${packages === 1 ? 'package' : 'packages'} and run`;
}
