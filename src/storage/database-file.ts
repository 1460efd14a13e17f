import type { Stats } from 'node:fs';
import { chmod, link, lstat, open, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

import { BelljarError } from '../errors.ts';

const privateMode = 0o600;
const smallestDatabaseBytes = 512;

/**
 * Makes an empty database file that only its owner may read; SQLite gives the files beside it the same mode. A file
 * that is there is never opened here: closing it would drop the locks that SQLite holds on it in this process.
 *
 * @throws STORAGE_FAILED or STORAGE_FULL where it cannot be made, STORAGE_CORRUPT where it cannot be a database.
 */
export async function ensureDatabaseFile(path: string): Promise<void> {
  try {
    if (await narrow(path)) return;
    await create(path);
  } catch (cause) {
    throw cause instanceof BelljarError ? cause : explain(cause as NodeJS.ErrnoException, path);
  }
}

/** A backup put back by hand may be readable by all. */
async function narrow(path: string): Promise<boolean> {
  let isThere = false;
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const found = await lstat(file).catch(ignoreMissing);
    if (found === undefined) continue;
    requireOwnFile(file, found);
    if (file === path) {
      isThere = true;
      refuseScrap(path, found.size);
    }
    if ((found.mode & 0o077) !== 0) await takeFromOthers(file);
  }
  return isThere;
}

/** What someone else put there, or made us follow, is neither opened nor changed. */
function requireOwnFile(file: string, found: Stats): void {
  const self = process.getuid?.();
  if (!found.isFile()) refuse(file, 'is not a file of its own (a link, or another kind of file)');
  if (self !== undefined && found.uid !== self) refuse(file, `belongs to uid ${found.uid}, not to uid ${self}`);
}

/** By its name, because opening and closing it would drop SQLite's locks: only where nobody else can change the name. */
async function takeFromOthers(file: string): Promise<void> {
  const folder = await stat(dirname(file));
  const self = process.getuid?.();
  const isOurs = (self === undefined || folder.uid === self) && (folder.mode & 0o022) === 0;
  if (!isOurs) refuse(file, 'is open to others, in a folder that is not ours alone');
  await chmod(file, privateMode);
}

function refuse(file: string, why: string): never {
  throw new BelljarError('STORAGE_FAILED', `${file} ${why}`, {
    hint: 'Look at who put it there; Belljar opens only files of its own.',
    details: { path: file },
  });
}

/** SQLite takes a file of a few bytes for an empty one, and would write over it. */
function refuseScrap(path: string, bytes: number): void {
  if (bytes === 0 || bytes >= smallestDatabaseBytes) return;
  throw new BelljarError('STORAGE_CORRUPT', `${path} is no SQLite database`, { details: { path, bytes } });
}

// Made under another name, so that it appears with its mode and nobody holds it open.
async function create(path: string): Promise<void> {
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await (await open(temporary, 'wx', privateMode)).close();
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function explain(cause: NodeJS.ErrnoException, path: string): BelljarError {
  const options = { cause, details: { path, system: cause.code } };
  const folder = dirname(path);
  switch (cause.code) {
    case 'ENOENT':
      return new BelljarError('STORAGE_FAILED', `the folder ${folder} does not exist`, options);
    case 'ENOSPC':
    case 'EDQUOT':
      return new BelljarError('STORAGE_FULL', `no space is left to make ${path}`, options);
    default:
      return new BelljarError('STORAGE_FAILED', `cannot make a database in ${folder}: ${cause.message}`, options);
  }
}
