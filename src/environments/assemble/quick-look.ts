import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { EnvironmentDescription } from './environment-file.ts';
import { listFile } from './layout.ts';
import type { TreeProblem } from './tree-problem.ts';

/**
 * Looks at the landmarks alone. It does not wait between calls: a few hundred that the kernel answers from memory are
 * over sooner than threads could be asked for them.
 */
export function lookQuickly(folder: string, { landmarks, list }: EnvironmentDescription): TreeProblem[] {
  const files = { ...landmarks.files, [listFile]: list.sizeBytes };
  return [
    ...Object.entries(landmarks.folders).flatMap(([path, count]) => judgeFolder(folder, path, count)),
    ...Object.entries(files).flatMap(([path, size]) => judgeFile(folder, path, size)),
  ];
}

function judgeFolder(folder: string, path: string, count: number): TreeProblem[] {
  const found = lstatSync(join(folder, path), { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) return [{ path, what: 'missing' }];
  if ((found.mode & 0o222) !== 0) return [{ path, what: 'writable' }];
  return readdirSync(join(folder, path)).length === count ? [] : [{ path, what: 'changed' }];
}

function judgeFile(folder: string, path: string, sizeBytes: number): TreeProblem[] {
  const found = lstatSync(join(folder, path), { throwIfNoEntry: false });
  if (found?.isFile() !== true) return [{ path, what: 'missing' }];
  if ((found.mode & 0o222) !== 0) return [{ path, what: 'writable' }];
  return found.size === sizeBytes ? [] : [{ path, what: 'changed' }];
}
