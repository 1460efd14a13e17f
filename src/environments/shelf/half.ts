import { lstat, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { isAbandoned, nextMark } from '../../sandbox/index.ts';
import { makeOwnFolder } from '../../own-folder.ts';
import { removeTree } from '../assemble/remove-tree.ts';

/** What names nobody belongs to somebody who does not say so: so long it is left alone. */
const patienceMs = 60 * 60 * 1000;

/** The folder, in the one of all environments, of what is not done yet, or not gone yet. */
export function halfFolder(environments: string): string {
  return join(environments, 'half');
}

/** A new place for what is not done yet, by a name that says whose it is; nothing is there. */
export async function nameHalf(environments: string): Promise<string> {
  const folder = halfFolder(environments);
  await makeOwnFolder(environments);
  await makeOwnFolder(folder);
  return join(folder, nextMark());
}

/** A new and empty folder that only its owner can enter. */
export async function makeHalf(environments: string): Promise<string> {
  const half = await nameHalf(environments);
  await mkdir(half, { mode: 0o700 });
  return half;
}

/** Removes what processes left that are gone, and that alone; resolves to how many there were. */
export async function sweepHalves(environments: string, signal?: AbortSignal): Promise<number> {
  const folder = halfFolder(environments);
  let removed = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    signal?.throwIfAborted();
    const path = join(folder, name);
    if (!(await isLeft(path, name))) continue;
    if (!(await takeOver(path, await nameHalf(environments)))) continue;
    removed += 1;
  }
  return removed;
}

/** Under a name of ours first: of several that sweep at once, one removes it. */
async function takeOver(path: string, place: string): Promise<boolean> {
  const isOurs = await rename(path, place).then(
    () => true,
    () => false,
  );
  if (isOurs) await removeTree(place);
  return isOurs;
}

async function isLeft(path: string, name: string): Promise<boolean> {
  if (/^\d+-\d+-\d+-\d+$/.test(name)) return isAbandoned(name);
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > patienceMs;
}
