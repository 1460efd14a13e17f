import { constants, copyFileSync, linkSync } from 'node:fs';
import { copyFile, link, unlink } from 'node:fs/promises';

/** How a file of the store becomes one of an environment: the same file, the same blocks, or the same bytes. */
export type LinkMethod = 'hard' | 'reflink' | 'copy';

const { COPYFILE_EXCL, COPYFILE_FICLONE, COPYFILE_FICLONE_FORCE } = constants;

/** Where hard links cannot be made at all: another file system or mount, or one that has none. */
const withoutLinks = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** The best method that works between two places, found by trying; nothing is left of that. */
export async function findMethod(from: string, to: string): Promise<LinkMethod> {
  try {
    await link(from, to);
  } catch (error) {
    if (!withoutLinks.has(codeOf(error))) throw error;
    return (await canReflink(from, to)) ? 'reflink' : 'copy';
  }
  await unlink(to);
  return 'hard';
}

async function canReflink(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
  } catch {
    return false; // bytes can always be copied
  }
  await unlink(to);
  return true;
}

/** Puts one file in its place, which must be free; waits for it. */
export function linkFile(from: string, to: string, method: LinkMethod): void {
  if (method === 'hard') {
    try {
      linkSync(from, to);
      return;
    } catch (error) {
      // As many names as the file system can count: this one file is copied.
      if (codeOf(error) !== 'EMLINK') throw error;
    }
  }
  copyFileSync(from, to, COPYFILE_EXCL | COPYFILE_FICLONE);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
