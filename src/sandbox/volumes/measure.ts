import { statfs } from 'node:fs/promises';
import { createInterface } from 'node:readline';

import { BelljarError } from '../../errors.ts';
import type { VolumeBounds, VolumeUse } from './bounds.ts';
import { runProgram, startProgram } from './programs.ts';

const blockBytes = 512;

/**
 * What the files of a folder take on the disk, counted until a bound is passed: the work is bounded by it too. `find`
 * follows no link, stays on its file system, and walks trees deeper than any path is long.
 *
 * @throws WORKSPACE_UNUSABLE where it cannot be measured at all.
 */
export async function measureFolder(folder: string, bounds: VolumeBounds): Promise<VolumeUse> {
  const format = '%b %n %D:%i\\n';
  const find = startProgram('find', ['-P', folder, '-xdev', '-mindepth', '1', '-printf', format]);
  const linked = new Set<string>();
  const sum = { bytes: 0, files: 0 };
  let isEnough = false;
  for await (const line of createInterface(find.stdout)) {
    const [blocks, links, inode = ''] = line.split(' ');
    sum.files += 1; // each name, so that a thousand names of one file are not work without end
    if (!linked.has(inode)) sum.bytes += Number(blocks) * blockBytes;
    if (links !== '1') linked.add(inode);
    isEnough ||= sum.bytes > bounds.maxBytes || sum.files > bounds.maxFiles;
    if (isEnough) find.kill();
  }
  const { code, said } = await find.end;
  // With 1 it says what it could not look into; whatever else cut it short, a part is no sum.
  if (!isEnough && code !== 0 && code !== 1) {
    const why = said || 'find was killed';
    throw new BelljarError('WORKSPACE_UNUSABLE', `cannot measure ${folder}: ${why}`);
  }
  return { ...sum, unreadable: countComplaints(said) };
}

/**
 * Opens the folders that an earlier run has closed even to their owner: what cannot be looked into cannot be measured, and
 * whoever closed it is not there any more to open it. Only for files that nobody uses just now.
 */
export async function openClosedFolders(folder: string): Promise<void> {
  const closed = ['-P', folder, '-xdev', '-mindepth', '1', '-type', 'd', '!', '-perm', '-u=rwx'];
  await runProgram('find', [...closed, '-exec', 'chmod', 'u+rwx', '--', '{}', ';']);
}

/** What a file system holds beyond what it was made with: files that are deleted and still open count as well. */
export async function measureMounted(mountPoint: string): Promise<VolumeUse> {
  const { blocks, bfree, bsize, files, ffree } = await statfs(mountPoint);
  return {
    bytes: Math.max(0, (blocks - bfree) * bsize - ownBytes),
    files: Math.max(0, files - ffree - ownInodes),
    unreadable: 0,
  };
}

/** An empty volume’s: its root, lost+found and the folder of the files. */
export const ownInodes = 12;
const ownBytes = 8 * 4096;

/** What vanished while we looked hides nothing; whatever else is complained of may. */
function countComplaints(said: string): number {
  return said.split('\n').filter((line) => line !== '' && !line.endsWith(': No such file or directory')).length;
}
