import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

import type { EnvironmentList } from './environment-file.ts';
import { isBytecode, sha256Of } from './installed-record.ts';
import { descriptionFile, listFile, ownFolder } from './layout.ts';
import { listTree } from './list-tree.ts';
import { doSideBySide } from './side-by-side.ts';
import { type DigestLine, fileLine, hasMeaning, meaningOf, pointerLine } from './tree-digest.ts';
import type { TreeProblem } from './tree-problem.ts';

export interface FullLook {
  readonly problems: readonly TreeProblem[];
  /** What the digest of the tree covers, as it lies there. */
  readonly lines: readonly DigestLine[];
}

export interface FullLookOptions {
  readonly folder: string;
  readonly list: EnvironmentList;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

type Judged = TreeProblem | DigestLine | undefined;

/** Larger ones are not taken into memory whole. */
const maxWholeBytes = 1 << 20;

/** Reads every file of a tree, and finds what should not be there. */
export async function lookFully({ folder, list, signal, onProgress }: FullLookOptions): Promise<FullLook> {
  const judged: Judged[] = await findUnexpected(folder, list);
  for (const path of list.folders) judged.push(await judgeFolder(folder, path));
  for (const [path, target] of list.pointers) judged.push(await judgePointer(folder, path, target));
  const read = async (file: EnvironmentList['files'][number]): Promise<void> => {
    judged.push(await judgeFile(folder, file).catch(() => ({ path: file[0], what: 'unreadable' }) as const));
  };
  await doSideBySide(list.files, read, { signal, onProgress: (done) => onProgress?.(done, list.files.length) });
  return {
    problems: judged.filter((one) => one !== undefined && 'what' in one),
    lines: judged.filter((one) => one !== undefined && 'meaning' in one),
  };
}

async function findUnexpected(root: string, { folders, files, pointers }: EnvironmentList): Promise<TreeProblem[]> {
  const listed = [...files, ...pointers].map(([path]) => path);
  const known = new Set(['', ...folders, ...listed, ownFolder, descriptionFile, listFile]);
  const found = await listTree(root);
  const paths = [...found.folders, ...found.files].map((path) => relative(root, path));
  return paths.filter((path) => !known.has(path)).map((path) => ({ path, what: 'unexpected' }));
}

async function judgeFolder(folder: string, path: string): Promise<Judged> {
  const found = await lstat(join(folder, path)).catch(() => undefined);
  if (found?.isDirectory() !== true) return { path, what: 'missing' };
  return (found.mode & 0o222) === 0 ? undefined : { path, what: 'writable' };
}

async function judgePointer(folder: string, path: string, target: string): Promise<Judged> {
  const found = await readlink(join(folder, path)).catch(() => undefined);
  if (found === undefined) return { path, what: 'missing' };
  return found === target ? pointerLine(path, target) : { path, what: 'changed' };
}

async function judgeFile(folder: string, file: EnvironmentList['files'][number]): Promise<Judged> {
  const [path, sizeBytes, isExecutable, sha256] = file;
  const found = await lstat(join(folder, path)).catch(() => undefined);
  if (found?.isFile() !== true) return { path, what: 'missing' };
  if ((found.mode & 0o222) !== 0) return { path, what: 'writable' };
  const isAsBefore = found.size === sizeBytes && ((found.mode & 0o111) !== 0) === isExecutable;
  if (!isAsBefore) return { path, what: 'changed' };
  const isWhole = sizeBytes <= maxWholeBytes || hasMeaning(path);
  const content = isWhole ? await readFile(join(folder, path)) : undefined;
  const digest = content === undefined ? await digestOf(join(folder, path)) : sha256Of(content);
  if (digest !== sha256) return { path, what: 'changed' };
  if (isBytecode(path)) return undefined;
  return fileLine(path, isExecutable, content === undefined ? digest : sha256Of(meaningOf(path, content)));
}

async function digestOf(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}
