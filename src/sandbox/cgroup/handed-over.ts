import { access, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import { nameLauncher } from '../../launcher.ts';

/** The group that `belljar setup` makes for a user at the top of each tree, and gives away. */
export function handedOverName(uid: number): string {
  return `belljar-user-${uid}`;
}

/** The folder that root gave to the user who runs us, where there is one: no one else can have made it. */
export async function findHandedOver(mountPoint: string, uid = process.getuid?.() ?? 0): Promise<string | undefined> {
  if (uid === 0) return undefined;
  const folder = join(mountPoint, handedOverName(uid));
  const owner = await stat(folder).then(
    (found) => (found.isDirectory() ? found.uid : undefined),
    () => undefined,
  );
  return owner === uid ? folder : undefined;
}

/** What helps where groups cannot be made. */
export async function findRemedy(why: string): Promise<string | undefined> {
  if (why.endsWith('EROFS') && (await isThere('/.dockerenv'))) {
    return 'Start the container with more: docker run --volume /sys/fs/cgroup:/sys/fs/cgroup:rw IMAGE';
  }
  return process.getuid?.() === 0 ? undefined : handOverRemedy();
}

export function handOverRemedy(): string {
  return `Start Belljar as root, or where cgroups are delegated to this user: root does so by ${nameLauncher()} setup --user ${ownName()}`;
}

/** Whether swap counts against a limit on memory in these groups; what is not in use need not. */
export async function countsSwap(folder: string, swapsFile = '/proc/swaps'): Promise<boolean> {
  const files = ['memory.memsw.limit_in_bytes', 'memory.swap.max'].map((name) => isThere(join(folder, name)));
  if ((await Promise.all(files)).includes(true)) return true;
  const swaps = await readFile(swapsFile, 'utf8').catch(() => '');
  return swaps.trim().split('\n').length < 2;
}

function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.()); // a uid without a name is one all the same
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
