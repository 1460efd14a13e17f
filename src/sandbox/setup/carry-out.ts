import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { BelljarError } from '../../errors.ts';
import {
  type SetupPlan,
  type SetupStep,
  describeRemoval,
  describeRemoved,
  describeStep,
  orderRemoval,
} from './plan.ts';
import type { MachineUser } from './user.ts';

const execute = promisify(execFile);

/**
 * Does what the plan says; what is there already stays.
 *
 * @throws SETUP_FAILED where a step fails; those before it are done.
 */
export async function carryOut({ steps, user }: SetupPlan): Promise<void> {
  for (const step of steps) await attempt(describeStep(step, user), () => doStep(step, user));
}

/**
 * Takes back what the plan did, the last first, and resolves to what it found and did, in words. A group in which
 * something runs stays.
 *
 * @throws SETUP_FAILED
 */
export async function takeBack(plan: SetupPlan): Promise<string[]> {
  const told: string[] = [];
  for (const step of orderRemoval(plan)) {
    const wasThere = await attempt(describeRemoval(step), () => undoStep(step, plan.user));
    told.push(describeRemoved(step, wasThere));
  }
  return told;
}

async function attempt<Result>(words: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof BelljarError) throw cause;
    throw new BelljarError('SETUP_FAILED', `cannot ${words}: ${(cause as Error).message}`, {
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

/** Resolves to whether there was anything to undo. */
async function undoStep(step: SetupStep, user: MachineUser): Promise<boolean> {
  switch (step.kind) {
    case 'group':
      return removeGroup(step.path).catch((error: unknown) => {
        throw isBusy(error) ? stillInUse(step.path, user) : error;
      });
    case 'file':
      return removeFile(step.path);
    case 'pass-on':
      return true; // what is passed on may be another's need by now
    case 'reload':
      await doStep(step, user);
      return true;
  }
}

/** The groups of sandboxes that ended badly too. */
async function removeGroup(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true }).catch(ignoreCode('ENOENT'));
  for (const entry of entries ?? []) if (entry.isDirectory()) await removeGroup(join(path, entry.name));
  await rmdir(path).catch(ignoreCode('ENOENT'));
  return entries !== undefined;
}

async function removeFile(path: string): Promise<boolean> {
  const wasThere = await rm(path).then(() => true, ignoreCode('ENOENT'));
  // Only a folder that was made for this file alone: others are the machine's.
  if (path.endsWith('.d/belljar.conf')) await rmdir(dirname(path)).catch(ignoreCode('ENOTEMPTY', 'ENOENT'));
  return wasThere === true;
}

function isBusy(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EBUSY';
}

function stillInUse(path: string, { name }: MachineUser): BelljarError {
  return new BelljarError('SETUP_FAILED', `cannot remove the group ${path}: ${name} still runs sandboxes there`, {
    hint: 'End them, then run this again.',
  });
}

function ignoreCode(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  };
}
