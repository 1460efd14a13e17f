import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { BelljarError } from '../errors.ts';

/** A file in which a project declares what it needs. */
export interface DeclaredFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** The first of them that is there is read. */
export const declaredFileNames: readonly string[] = ['requirements.txt', 'requirements.vrf'];

/**
 * The requirements file at the root of a project, where it has one. The folder is the embedding program's: nobody but it
 * may write there.
 *
 * @throws INPUT_UNREADABLE
 */
export async function findDeclaredFile(
  folder: string,
  names: readonly string[] = declaredFileNames,
): Promise<DeclaredFile | undefined> {
  for (const name of names) {
    const content = await readFile(join(folder, basename(name))).catch((cause: unknown) => {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      throw new BelljarError('INPUT_UNREADABLE', `cannot read ${name}: ${code}`, { cause });
    });
    if (content !== undefined) return { name, content };
  }
  return undefined;
}
