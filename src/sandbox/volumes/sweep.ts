import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { VolumeLayout } from './layout.ts';
import { mountPointsBelow, unmount } from './mount-table.ts';
import type { IsGone } from './presence.ts';
import { runProgram } from './programs.ts';

/** Ends what servers that are gone left mounted or half-made; what a living one uses stays. */
export async function sweepVolumes(layout: VolumeLayout, isGone: IsGone): Promise<void> {
  for (const server of await namesIn(layout.mounted())) {
    if (await isGone(layout, server)) await sweepServer(layout.mounted(server));
  }
  for (const name of await namesIn(layout.unfinished())) {
    const [server = ''] = name.split('.', 1);
    if (await isGone(layout, server)) await removeTree(layout.unfinished(name));
  }
  for (const server of await namesIn(layout.servers())) {
    if (!server.startsWith('.') && (await isGone(layout, server))) {
      await rm(join(layout.servers(), server), { force: true });
    }
  }
}

/** Whatever a tree holds: it follows no link, stays on its file system, and goes as deep as it must. */
export async function removeTree(path: string): Promise<void> {
  await runProgram('rm', ['-rf', '--one-file-system', '--', path]);
}

/** What is still mounted, against all odds, keeps its folder: nothing in a mounted volume is ever removed here. */
async function sweepServer(folder: string): Promise<void> {
  for (const point of await mountPointsBelow(folder)) await unmount(point);
  for (const name of await namesIn(folder)) await rmdir(join(folder, name)).catch(() => undefined);
  await rmdir(folder).catch(() => undefined);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
}
