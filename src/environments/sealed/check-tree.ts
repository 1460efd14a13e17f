import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { refuseWhenCancelled } from '../../errors.ts';
import type { SealedFile } from './sealed-file.ts';

/** How what lies in the store differs from what was put there. */
export interface TreeFault {
  /** Below the folder. */
  readonly path: string;
  readonly what: 'missing' | 'kind' | 'mode' | 'size' | 'content' | 'unexpected';
}

/** Reads every file again. */
export async function checkTree(
  folder: string,
  files: readonly SealedFile[],
  signal?: AbortSignal,
): Promise<TreeFault[]> {
  const faults = await findUnexpected(folder, files);
  const pause = takePauses();
  const piece = Buffer.allocUnsafe(pieceBytes);
  for (const file of files) {
    refuseWhenCancelled(signal);
    const what = checkFile(join(folder, file.path), file, piece);
    if (what !== undefined) faults.push({ path: file.path, what });
    await pause();
  }
  return faults;
}

async function findUnexpected(folder: string, files: readonly SealedFile[]): Promise<TreeFault[]> {
  const known = new Set(files.map(({ path }) => path));
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.flatMap((entry) => {
    const path = relative(folder, join(entry.parentPath, entry.name));
    return entry.isDirectory() || known.has(path) ? [] : [{ path, what: 'unexpected' as const }];
  });
}

/** Thousands of small files: read in one go they take a fraction of the time, so others get their turn in between. */
function takePauses(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < longestTurnMs) return;
    await setImmediate();
    since = performance.now();
  };
}

const longestTurnMs = 4;
const pieceBytes = 2 ** 20;

function checkFile(path: string, file: SealedFile, piece: Buffer): TreeFault['what'] | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'kind';
  }
  try {
    return judgeStats(fstatSync(descriptor), file) ?? (hash(descriptor, piece) === file.sha256 ? undefined : 'content');
  } finally {
    closeSync(descriptor);
  }
}

function judgeStats(stats: Stats, { sizeBytes, isExecutable }: SealedFile): TreeFault['what'] | undefined {
  if (!stats.isFile()) return 'kind';
  if ((stats.mode & 0o7777) !== (isExecutable ? 0o555 : 0o444)) return 'mode';
  if (stats.uid !== (process.getuid?.() ?? stats.uid)) return 'mode';
  return stats.size === sizeBytes ? undefined : 'size';
}

function hash(descriptor: number, piece: Buffer): string {
  const digest = createHash('sha256');
  for (;;) {
    const count = readSync(descriptor, piece, 0, piece.length, null);
    if (count === 0) return digest.digest('hex');
    digest.update(piece.subarray(0, count));
  }
}
