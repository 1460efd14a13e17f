import { chmod, lstat, rename } from 'node:fs/promises';

import { nameHalf } from './half.ts';

const sealedMode = 0o555;

/** Puts a tree that is done in its place, in one. */
export async function sealInto(half: string, place: string): Promise<void> {
  await chmod(half, 0o755); // who is not root cannot move a folder that is closed to writing
  await rename(half, place);
  await chmod(place, sealedMode);
}

/** Takes a tree from its place, in one, to where it can be removed at leisure. Undefined where nothing is there. */
export async function takeAway(environments: string, place: string): Promise<string | undefined> {
  const found = await lstat(place).catch(() => undefined);
  if (found === undefined) return undefined;
  const away = await nameHalf(environments);
  if (found.isDirectory()) await chmod(place, 0o755);
  await rename(place, away);
  return away;
}
