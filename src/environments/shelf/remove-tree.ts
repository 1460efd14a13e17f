import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes a folder whose folders are sealed; files are never touched otherwise, since others share them. */
export async function removeTree(path: string): Promise<void> {
  if (process.getuid?.() !== 0) await unseal(path);
  await rm(path, { recursive: true, force: true, maxRetries: 2 });
}

/** Who is not root cannot remove a name from a folder that is closed to writing. */
async function unseal(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return;
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await unseal(join(path, entry.name));
  }
}
