import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { readWords, selfName } from './folders.ts';
import { findMembership } from './mounts.ts';

const execute = promisify(execFile);
const timeoutMs = 10_000;

/** Names the groups of all sandboxes of this machine's root to systemd, and to whoever asks `systemctl status`. */
const sandboxesUnit = 'belljar-sandboxes.service';

/** Whether systemd rules the tree as we see it: in a namespace of our own its groups have other names. */
export async function isRuledBySystemd(): Promise<boolean> {
  const memberships = await readFile('/proc/1/cgroup', 'utf8').catch(() => '');
  return findMembership(memberships) === '/init.scope' && (await exists('/run/systemd/system'));
}

/** Whether the user who runs us has a systemd, which can delegate. */
export function hasOwnSystemd(): Promise<boolean> {
  return exists(`/run/user/${process.getuid?.()}/systemd`);
}

/** Whether a unit was started with Delegate=yes. No answer is a no: what is not handed over is left alone. */
export async function isUnitDelegated(unit: string, manager: 'system' | 'user'): Promise<boolean> {
  const which = manager === 'user' ? ['--user'] : [];
  try {
    const { stdout } = await execute('systemctl', [...which, 'show', '--property=Delegate', '--value', '--', unit], {
      env: { XDG_RUNTIME_DIR: `/run/user/${process.getuid?.()}`, ...process.env },
      timeout: timeoutMs,
    });
    return stdout.trim() === 'yes';
  } catch {
    return false;
  }
}

/**
 * The folder of a unit of systemd's for our groups, or why there is none. systemd takes a unit's group away when it is
 * empty, so a process sleeps there; it outlives us, and the next Belljar finds all in place.
 */
export async function openSandboxesUnit(mountPoint: string): Promise<{ folder: string } | { why: string }> {
  const folder = join(mountPoint, 'system.slice', sandboxesUnit);
  if (await isKept(folder)) return { folder };
  let failure = `systemd started ${sandboxesUnit}, but nothing stays in ${folder}`;
  try {
    await execute('systemd-run', unitArguments, { timeout: timeoutMs });
  } catch (error) {
    failure = `systemd starts no unit for the groups: ${firstLine(error)}`;
  }
  // Another Belljar may have asked a moment before; dividing the group earlier would lock its sleeper out.
  for (let patience = 50; patience > 0; patience--) {
    if (await isKept(folder)) return { folder };
    await delay(20);
  }
  return { why: failure };
}

/** One sandbox killed for memory must not end the others, nor may a default bound all of them together. */
const unitArguments = [
  '--quiet',
  '--collect',
  `--unit=${sandboxesUnit}`,
  '--description=Groups of the sandboxes of Belljar',
  ...['Type=exec', 'Delegate=yes', 'OOMPolicy=continue', 'TasksMax=infinity'].map((value) => `--property=${value}`),
  'sleep',
  'infinity',
];

async function isKept(folder: string): Promise<boolean> {
  const lists = [folder, join(folder, selfName)].map((group) =>
    readWords(join(group, 'cgroup.procs')).catch((): string[] => []),
  );
  return (await Promise.all(lists)).flat().length > 0;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function firstLine(error: unknown): string {
  const { stderr = '', message } = error as Error & { stderr?: string };
  return stderr.split('\n').find((line) => line !== '') ?? message;
}
