import { mkdir, readdir, rmdir, stat, statfs } from 'node:fs/promises';

import { dirname } from 'node:path';

import { formatBytes } from '../../units.ts';
import type { VolumeLayout } from './layout.ts';
import { withLock } from './lock.ts';
import type { IsGone } from './presence.ts';
import { unusable } from './unusable.ts';

/** Left to the host beside what images may take. */
const leastHostBytes = 32 * 1024 * 1024;

export interface SpaceRequest {
  readonly layout: VolumeLayout;
  readonly name: string;
  /** Made here: that it is there is the promise, which others count. */
  readonly mountPoint: string;
  readonly isGone: IsGone;
}

/**
 * Images are sparse, and what one has no room for on the host's disk is lost after it was written. So what is in use is
 * never promised twice: the disk has room for all that the mounted images, and the one to be mounted, may still take.
 *
 * Each makes its mount point before it looks, so that of two that start at once one sees the other at least. Both may:
 * whoever finds too little takes it back and looks again, one at a time, so that room for one is given to one.
 *
 * @throws WORKSPACE_UNUSABLE
 */
export async function promiseHostSpace(request: SpaceRequest): Promise<void> {
  if ((await findShortage(request)) === undefined) return;
  const shortage = await withLock(request.layout.spaceLock(), () => findShortage(request));
  if (shortage !== undefined) throw shortage;
}

/** Leaves the mount point where there is none. */
async function findShortage(request: SpaceRequest): Promise<Error | undefined> {
  const { mountPoint } = request;
  await mkdir(dirname(mountPoint), { recursive: true, mode: 0o700 });
  await mkdir(mountPoint, { mode: 0o700 });
  try {
    await requireHostSpace(request);
    return undefined;
  } catch (error) {
    await rmdir(mountPoint);
    return error as Error;
  }
}

async function requireHostSpace({ layout, name, isGone }: SpaceRequest): Promise<void> {
  const names = new Set([name, ...(await findMounted(layout, isGone))]);
  const rests = await Promise.all([...names].map((each) => restOf(layout.image(each))));
  const promised = rests.reduce((sum, rest) => sum + rest, 0);
  const { bavail, bsize } = await statfs(layout.folder);
  const free = bavail * bsize;
  if (free >= promised + leastHostBytes) return;
  const wanted = `those in use and “${name}” may still take ${formatBytes(promised)}`;
  throw unusable('no-space', `${formatBytes(free)} are free where the files of workspaces lie, and ${wanted}`);
}

/** By all living servers of this home. */
async function findMounted(layout: VolumeLayout, isGone: IsGone): Promise<string[]> {
  const servers = await readdir(layout.mounted());
  const names = await Promise.all(
    servers.map(async (server) =>
      (await isGone(layout, server)) ? [] : readdir(layout.mounted(server)).catch(() => []),
    ),
  );
  return names.flat();
}

/** What of an image the host has not given it yet; nothing for a plain folder. */
async function restOf(image: string): Promise<number> {
  const { size, blocks } = await stat(image).catch(() => ({ size: 0, blocks: 0 }));
  return Math.max(0, size - blocks * 512);
}
