import { chmod, mkdir, open, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { BelljarError } from '../../errors.ts';
import { explainUnkept, isForRoom } from '../sealed/unkept.ts';
import { findMethod, linkFile, type LinkMethod } from './link-method.ts';
import { doSideBySide, type SideBySideOptions } from './side-by-side.ts';

/** What is to be made below an empty folder. No package chooses any of these paths: see TreePlan. */
export interface TreeContents {
  readonly folders: readonly string[];
  /** Where a file lies, and its path below the root. */
  readonly stored: readonly (readonly [from: string, path: string])[];
  readonly written: readonly { readonly path: string; readonly content: Buffer; readonly mode: number }[];
  readonly pointers: readonly (readonly [path: string, target: string])[];
  /** Written after all others. */
  readonly last: { readonly path: string; readonly content: Buffer; readonly mode: number };
}

/**
 * Makes a tree and seals it, all but its root; writes over nothing. What a failure leaves is the caller's to remove.
 *
 * @throws STORAGE_FULL, BUILD_FAILED, CANCELLED
 */
export async function makeTree(
  root: string,
  contents: TreeContents,
  options: SideBySideOptions = {},
): Promise<LinkMethod> {
  try {
    return await make(root, contents, options);
  } catch (error) {
    throw failureOf(error);
  }
}

async function make(root: string, contents: TreeContents, options: SideBySideOptions): Promise<LinkMethod> {
  const { folders, stored, written, pointers, last } = contents;
  const { signal } = options;
  const levels = levelsOf(folders);
  for (const level of levels) await doSideBySide(level, (folder) => mkdir(join(root, folder)), { signal });
  const [first] = stored;
  const method = first === undefined ? 'hard' : await findMethod(first[0], join(root, first[1]));
  await doSideBySide(stored, ([from, path]) => linkFile(from, `${root}/${path}`, method), options);
  await doSideBySide(written, (file) => writeSealed(root, file), { signal });
  await doSideBySide(pointers, ([path, target]) => symlink(target, join(root, path)), { signal });
  await writeSealed(root, last);
  await doSideBySide(folders, (folder) => chmod(join(root, folder), 0o555), { signal });
  return method;
}

/** Folders by how deep they lie: those of one level do not wait for each other. */
function levelsOf(folders: readonly string[]): Iterable<readonly string[]> {
  const levels = Map.groupBy(folders, (folder) => folder.split('/').length);
  return [...levels].toSorted(([one], [other]) => one - other).map(([, level]) => level);
}

/** The mode is set and not only asked for: a umask takes from what is asked for. */
async function writeSealed(root: string, { path, content, mode }: TreeContents['last']): Promise<void> {
  const file = await open(join(root, path), 'wx', mode);
  try {
    await file.writeFile(content);
    await file.chmod(mode);
  } finally {
    await file.close();
  }
}

function failureOf(error: unknown): BelljarError {
  if (error instanceof BelljarError) return error;
  const unkept = isForRoom(error) ? explainUnkept(error, 'an environment') : undefined;
  if (unkept instanceof BelljarError) return unkept;
  const { code, message } = error as NodeJS.ErrnoException;
  const said = `the files of an environment cannot be put on the disk: ${message}`;
  return new BelljarError('BUILD_FAILED', said, { details: { code }, cause: error });
}
