import { lstat } from 'node:fs/promises';

import { isOwn } from '../../own-folder.ts';

/** What is wrong with a tree, in words; nothing where it is whole. */
export interface TreeReport {
  readonly problems: readonly string[];
}

interface LookOptions {
  readonly full: boolean;
  /** What it must be. */
  readonly treeDigest: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Looks at the files of a tree: at all of them, or at what a moment shows. */
export type VerifyTree = (folder: string, options: LookOptions) => Promise<TreeReport>;

/** Whether the folder is there, ours alone and no link; then at what is in it. */
export async function lookAt(folder: string, options: LookOptions, verifyTree?: VerifyTree): Promise<TreeReport> {
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined) return { problems: ['its folder is gone'] };
  if (!found.isDirectory()) return { problems: ['what should be its folder is none'] };
  if (!isOwn(found)) return { problems: ['others could have written to its folder'] };
  return verifyTree === undefined ? { problems: [] } : verifyTree(folder, options);
}
