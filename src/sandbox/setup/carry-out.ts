import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { BelljarError } from '../../errors.ts';
import { type SetupPlan, type SetupStep, describeStep } from './plan.ts';
import type { MachineUser } from './user.ts';

const execute = promisify(execFile);

/**
 * Does what the plan says; what is there already stays.
 *
 * @throws SETUP_FAILED where a step fails; those before it are done.
 */
export async function carryOut({ steps, user }: SetupPlan): Promise<void> {
  for (const step of steps) await attempt(step, user, doStep);
}

/**
 * Takes back what the plan did, the last first. Groups in which something runs stay, and are said.
 *
 * @throws SETUP_FAILED
 */
export async function takeBack({ steps, user }: SetupPlan): Promise<void> {
  for (const step of steps.toReversed()) if (step.kind !== 'reload') await attempt(step, user, undoStep);
  for (const step of steps) if (step.kind === 'reload') await attempt(step, user, doStep);
}

type Doer = (step: SetupStep, user: MachineUser) => Promise<void>;

async function attempt(step: SetupStep, user: MachineUser, act: Doer): Promise<void> {
  try {
    await act(step, user);
  } catch (cause) {
    const message = `cannot ${describeStep(step, user)}: ${(cause as Error).message}`;
    throw new BelljarError('SETUP_FAILED', message, {
      cause,
      hint: 'Mend that and run it again: what was done before it stays done.',
    });
  }
}

async function doStep(step: SetupStep, { uid, gid }: MachineUser): Promise<void> {
  switch (step.kind) {
    case 'group':
      await mkdir(step.path).catch(ignoreCode('EEXIST'));
      await chmod(step.path, 0o755);
      for (const path of [step.path, ...step.files.map((name) => join(step.path, name))]) await chown(path, uid, gid);
      return;
    case 'file':
      await mkdir(dirname(step.path), { recursive: true, mode: 0o755 });
      return writeFile(step.path, step.text, { mode: 0o644 });
    case 'pass-on':
      return writeFile(step.path, step.controllers.map((name) => `+${name}`).join(' '), { flag: 'r+' });
    case 'reload':
      await execute(step.command[0], step.command.slice(1), { timeout: 30_000 });
  }
}

async function undoStep(step: SetupStep): Promise<void> {
  if (step.kind === 'group') await removeGroup(step.path);
  if (step.kind !== 'file') return; // what is passed on may be another's need by now
  await rm(step.path, { force: true });
  // Only a folder that was made for this file alone: others are the machine's.
  if (step.path.endsWith('.d/belljar.conf')) await rmdir(dirname(step.path)).catch(ignoreCode('ENOTEMPTY', 'ENOENT'));
}

/** The groups of sandboxes that ended badly too. */
async function removeGroup(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(ignoreCode('ENOENT'));
  for (const entry of entries ?? []) if (entry.isDirectory()) await removeGroup(join(path, entry.name));
  await rmdir(path).catch(ignoreCode('ENOENT'));
}

function ignoreCode(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  };
}
