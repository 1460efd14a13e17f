import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface TreeListing {
  /** The root too; parents before their children. */
  readonly folders: readonly string[];
  /** All else; symbolic links are not followed. */
  readonly files: readonly string[];
}

/** All that lies in a folder. Node's own recursive listing goes through symbolic links; this one does not. */
export async function listTree(root: string): Promise<TreeListing> {
  const folders = [root];
  const files: string[] = [];
  // The loop goes on over what it finds.
  for (const parent of folders) {
    for (const entry of await readdir(parent, { withFileTypes: true })) {
      (entry.isDirectory() ? folders : files).push(join(parent, entry.name));
    }
  }
  return { folders, files };
}
