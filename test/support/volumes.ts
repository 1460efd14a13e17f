import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import type { Prerequisite } from './prerequisite.ts';

/** What the images of workspaces need. */
export const loopImages: Prerequisite = {
  what: 'loop devices and e2fsprogs',
  holds: process.getuid?.() === 0 && existsSync('/dev/loop-control') && spawnSync('mke2fs', ['-V']).status === 0,
};

/** A folder for volumes; what a test leaves mounted there is its failure, and ended all the same. */
export function temporaryVolumes(context: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-volumes-'));
  context.after(() => {
    const left = mountsBelow(folder);
    for (const point of left) spawnSync('umount', ['-l', point]);
    execFileSync('rm', ['-rf', '--one-file-system', '--', folder]);
    if (left.length > 0) throw new Error(`left mounted: ${left.join(', ')}`);
  });
  return join(folder, 'volumes');
}

export function mountsBelow(folder: string): string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return points.map((line) => line.split(' ')[4] ?? '').filter((point) => point.startsWith(`${folder}/`));
}

/** A small file system of the host's, mounted for a test: a disk that can be filled. */
export function smallDisk(context: Pick<TestContext, 'after'>, size: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'belljar-test', folder]);
  context.after(() => {
    for (const point of mountsBelow(folder).reverse()) spawnSync('umount', ['-l', point]);
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}
