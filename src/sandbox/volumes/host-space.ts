import { readdir, stat, statfs } from 'node:fs/promises';

import { formatBytes } from '../../units.ts';
import type { VolumeLayout } from './layout.ts';
import { unusable } from './unusable.ts';

/** Left to the host beside what images may take. */
const leastHostBytes = 32 * 1024 * 1024;

/**
 * Images are sparse, and what one has no room for on the host's disk is lost after it was written. So what is in use is
 * never promised twice: the disk has room for all that the mounted images, and the one to be mounted, may still take.
 *
 * @throws WORKSPACE_UNUSABLE
 */
export async function requireHostSpace(layout: VolumeLayout, name: string): Promise<void> {
  const names = new Set([name, ...(await findMounted(layout))]);
  const rests = await Promise.all([...names].map((each) => restOf(layout.image(each))));
  const promised = rests.reduce((sum, rest) => sum + rest, 0);
  const { bavail, bsize } = await statfs(layout.folder);
  const free = bavail * bsize;
  if (free >= promised + leastHostBytes) return;
  const wanted = `those in use and “${name}” may still take ${formatBytes(promised)}`;
  throw unusable('no-space', `${formatBytes(free)} are free where the files of workspaces lie, and ${wanted}`);
}

/** By all servers of this home. */
async function findMounted(layout: VolumeLayout): Promise<string[]> {
  const servers = await readdir(layout.mounted());
  const names = await Promise.all(servers.map((server) => readdir(layout.mounted(server)).catch(() => [])));
  return names.flat();
}

/** What of an image the host has not given it yet; nothing for a plain folder. */
async function restOf(image: string): Promise<number> {
  const { size, blocks } = await stat(image).catch(() => ({ size: 0, blocks: 0 }));
  return Math.max(0, size - blocks * 512);
}
