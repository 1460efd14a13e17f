import { chmod, lstat, rmdir, unlink } from 'node:fs/promises';

import { listTree } from './list-tree.ts';
import { doSideBySide } from './side-by-side.ts';

/**
 * Removes an environment, or what there is of one; what else shares its files keeps them as they are. It follows no link.
 */
export async function removeTree(root: string): Promise<void> {
  const found = await lstat(root).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory()) return unlink(root);
  const { folders, files } = await listTree(root);
  // Who is not root takes no name out of a closed folder.
  if (process.getuid?.() !== 0) await doSideBySide(folders, (folder) => chmod(folder, 0o700));
  await doSideBySide(files, unlink);
  for (const folder of folders.toReversed()) await rmdir(folder);
}
