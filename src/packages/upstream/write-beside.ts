import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

import { unkept } from './unkept.ts';

/** Writes a file that appears whole or not at all, whoever else writes it too. @throws ARTIFACT_UNKEPT */
export async function writeBeside(path: string, content: string | Uint8Array): Promise<void> {
  const half = `${path}.${randomUUID()}.half`;
  try {
    await writeFile(half, content, { mode: 0o600 });
    await rename(half, path);
  } catch (error) {
    await rm(half, { force: true });
    throw unkept(error);
  }
}
