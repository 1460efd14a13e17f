import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The group that all our groups stand in. */
export const groupsName = 'belljar';

/** On the unified tree a group that passes controllers on holds no processes: where those of a delegated group go. */
export const selfName = 'belljar-self';

/** Makes a group where there is none; resolves to why it cannot be written to. */
export async function makeWritable(folder: string): Promise<string | undefined> {
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    return `cannot make groups in ${folder}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  }
}

/** Lets the groups below have a controller; resolves to why they cannot. */
export async function passOn(folder: string, controller: string): Promise<string | undefined> {
  const file = join(folder, 'cgroup.subtree_control');
  try {
    if (!(await readWords(file)).includes(controller)) await writePatiently(file, `+${controller}`);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `cannot pass the ${controller} controller on in ${folder}: ${code ?? String(error)}`;
  }
}

/** Moves what runs in a group into the one kept for it, until nothing is left that could start more in between. */
export async function vacate(folder: string): Promise<void> {
  const target = join(folder, selfName, 'cgroup.procs');
  for (let round = 0; round < 20; round++) {
    const pids = await readWords(join(folder, 'cgroup.procs'));
    if (pids.length === 0) return;
    await makeFolder(join(folder, selfName));
    for (const pid of pids) await writeFile(target, pid, { flag: 'r+' }).catch(ignoreGone);
  }
}

/** The words of one of a group's files. */
export async function readWords(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split(/\s+/).filter(Boolean);
}

/** One level only: Node’s own way of making all above it tries for ever where the kernel says that there is no place. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}

/** A process that is just ending, or is just being moved away, keeps a group busy for a moment. */
async function writePatiently(file: string, value: string): Promise<void> {
  for (let patience = 20; ; patience--) {
    try {
      await writeFile(file, value, { flag: 'r+' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || patience === 0) throw error;
      await delay(5);
    }
  }
}

function ignoreGone(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
}
