import type { Stats } from 'node:fs';
import { chmod, lstat, mkdir } from 'node:fs/promises';

/** Makes a folder that its owner alone can write to, whatever the umask; one that is there is left as it is. */
export async function makeOwnFolder(folder: string, mode = 0o711): Promise<void> {
  try {
    await mkdir(folder, { mode });
    await chmod(folder, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Whether nobody else could have put there, or can put there, what is found in a folder. A link is none. */
export async function isOwnFolder(folder: string): Promise<boolean> {
  return lstat(folder).then(
    (found) => found.isDirectory() && isOwn(found),
    () => false,
  );
}

/** Whether it is ours, and nobody else may write to it. */
export function isOwn({ uid, mode }: Stats): boolean {
  return uid === (process.getuid?.() ?? uid) && (mode & 0o022) === 0;
}
