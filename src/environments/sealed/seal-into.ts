import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { makeHalf } from '../shelf/half.ts';
import { removeTree } from '../assemble/remove-tree.ts';
import { stampBoot } from './boot.ts';
import { explainUnkept } from './unkept.ts';

export interface SealOptions {
  /** What people call it, where it cannot be kept. */
  readonly what: string;
  /** The folder of all environments. */
  readonly environmentsFolder: string;
  /** Where it shall lie. */
  readonly place: string;
  /** Whether a whole one lies there by now. */
  readonly isThere: () => Promise<boolean>;
  /** Fills `tree/` of the folder, and resolves to what tells of it. */
  readonly fill: (folder: string) => Promise<string>;
}

/**
 * Makes a folder beside its place, with a tree and a manifest, and moves it there in one: nobody ever meets a half, and
 * whatever goes wrong, nothing of it is left.
 *
 * @throws STORAGE_FULL, ENVIRONMENT_UNKEPT where the disk does not take it; what filling throws.
 */
export async function sealInto(options: SealOptions): Promise<void> {
  let half: string | undefined;
  try {
    half = await makeHalf(options.environmentsFolder);
    const manifest = join(half, 'manifest.json');
    await writeFile(manifest, await options.fill(half), { flag: 'wx', mode: 0o444 });
    await chmod(manifest, 0o444);
    await stampBoot(half);
    await chmod(half, 0o755);
    await moveIntoPlace(half, options);
  } catch (error) {
    throw explainUnkept(error, options.what);
  } finally {
    if (half !== undefined) await removeTree(half);
  }
}

const attempts = 3;

/** Whoever comes second finds a whole one there, and leaves it; a damaged one makes room. */
async function moveIntoPlace(half: string, { place, isThere, environmentsFolder }: SealOptions): Promise<void> {
  await mkdir(dirname(place), { recursive: true, mode: 0o711 });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(half, place);
      return;
    } catch (error) {
      const isTaken = ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!isTaken || attempt === attempts) throw error;
    }
    if (await isThere()) return;
    await setAside(place, environmentsFolder);
  }
}

async function setAside(place: string, environmentsFolder: string): Promise<void> {
  const aside = await makeHalf(environmentsFolder);
  try {
    await rename(place, join(aside, 'damaged')).catch(() => undefined); // another may have moved it meanwhile
  } finally {
    await removeTree(aside);
  }
}
