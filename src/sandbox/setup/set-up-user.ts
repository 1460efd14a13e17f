import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { BelljarError } from '../../errors.ts';
import { parseCgroupMounts } from '../cgroup/index.ts';
import { carryOut, takeBack } from './carry-out.ts';
import { type MachineTrees, type SetupPlan, describeRemoval, describeStep, orderRemoval, planSetup } from './plan.ts';
import { findUser } from './user.ts';
import { type GroupTrial, verifySetup } from './verify.ts';

export interface SetupOptions {
  /** A name or a number. */
  readonly user: string;
  /** Only say what would be done. */
  readonly isDryRun?: boolean;
  /** Take back what was set up. */
  readonly isRemoval?: boolean;
}

export interface SetupReport {
  readonly user: string;
  readonly uid: number;
  /** In words, in their order: what is to be done or was done, or of a removal what was found and done. */
  readonly steps: readonly string[];
  readonly outcome: 'planned' | 'done' | 'removed';
  readonly trials: readonly GroupTrial[];
  readonly advice: readonly string[];
}

/**
 * Lets an ordinary user limit memory, processes and CPU: hands groups of this machine over, and tries them as that user.
 *
 * @throws USAGE for an unknown user, or where this is not root; SANDBOX_CAPABILITY_MISSING where
 * this machine has nothing to hand over; SETUP_FAILED where a step fails.
 */
export async function setUpUser(options: SetupOptions): Promise<SetupReport> {
  const user = await findUser(options.user);
  const plan = planSetup(user, await readTrees());
  const isRemoval = options.isRemoval === true;
  const [first] = plan.advice;
  if (plan.steps.length === 0) {
    throw new BelljarError('SANDBOX_CAPABILITY_MISSING', first ?? 'there is nothing to hand over', {
      hint: 'Boot with cgroup controllers, or start Belljar as root where limits must hold.',
    });
  }
  const steps = isRemoval
    ? orderRemoval(plan).map(describeRemoval)
    : plan.steps.map((step) => describeStep(step, user));
  // The advice is on how to use what is set up.
  const report = { user: user.name, uid: user.uid, steps, trials: [], advice: isRemoval ? [] : plan.advice };
  if (options.isDryRun === true) return { ...report, outcome: 'planned' };
  if (process.getuid?.() !== 0) {
    throw new BelljarError('USAGE', 'only root can hand cgroups over', {
      hint: 'Run it once with sudo, or see --dry-run.',
    });
  }
  if (isRemoval) return { ...report, steps: await takeBack(plan), outcome: 'removed' };
  return { ...report, outcome: 'done', trials: await apply(plan) };
}

async function apply(plan: SetupPlan): Promise<GroupTrial[]> {
  await carryOut(plan);
  return verifySetup(plan);
}

async function readTrees(): Promise<MachineTrees> {
  const mounts = parseCgroupMounts(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
  const unified = mounts.find(({ version }) => version === 2);
  const offered =
    unified === undefined ? '' : await readFile(join(unified.mountPoint, 'cgroup.controllers'), 'utf8').catch(() => '');
  return { mounts, hasSystemd: await isThere('/run/systemd/system'), unifiedControllers: offered.trim().split(/\s+/) };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
