import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { BelljarError } from './errors.ts';
import { isOwnFolder, makeOwnFolder } from './own-folder.ts';

export interface KeepFolderOptions {
  /** Where it is kept: made where it is missing. */
  readonly base: string;
  /** Says what is in it: whoever finds this name need not look. */
  readonly name: string;
  /** Fills an empty folder that nobody else can enter. */
  readonly fill: (folder: string) => Promise<void>;
}

/** Between making a half and giving it its name lies less than this. */
const oldHalfMs = 60 * 60 * 1000;

/**
 * A folder that is filled once and then kept, for every uid to read: beside its place first, then moved there in one, so
 * that nobody meets a half; and on the disk before it has its name, so that no power cut leaves it empty.
 *
 * @throws HOME_UNUSABLE where others could have prepared what is found, STORAGE_FULL; what filling throws.
 */
export async function keepFolder({ base, name, fill }: KeepFolderOptions): Promise<string> {
  await makeOwnFolder(base);
  await requireOwn(base);
  const folder = join(base, name);
  if (await isOwnFolder(folder)) return folder;
  const half = `${folder}.${randomUUID()}`;
  try {
    await mkdir(half, { mode: 0o700 });
    await fill(half);
    await openToAll(half);
    await rename(half, folder);
    await removeOldHalves(base);
  } catch (error) {
    if (!(await isOwnFolder(folder))) throw explain(error, base); // else another process was quicker
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return folder;
}

function explain(error: unknown, base: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof BelljarError || (code !== 'ENOSPC' && code !== 'EDQUOT')) return error;
  return new BelljarError('STORAGE_FULL', `no space is left to keep anything in ${base}`, { cause: error });
}

async function requireOwn(base: string): Promise<void> {
  if (await isOwnFolder(base)) return;
  throw new BelljarError('HOME_UNUSABLE', `others could have prepared what is kept in ${base}`, {
    hint: 'Remove it, or make it your own and close it to others; what is in it is made again.',
  });
}

/** Whatever the umask and the modes that were copied: no file keeps a set-user-id or can be written by others. */
async function openToAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await settleFile(path);
  }
  await chmod(folder, 0o755);
}

async function settleFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { mode } = await file.stat();
    await file.chmod((mode & 0o111) === 0 ? 0o644 : 0o755);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What a process left that was killed while it filled one. */
async function removeOldHalves(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    if (!/\.[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name)) continue;
    const path = join(base, name);
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > oldHalfMs) await rm(path, { recursive: true, force: true });
  }
}
