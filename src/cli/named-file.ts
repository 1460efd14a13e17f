import { readFile } from 'node:fs/promises';

import { BelljarError } from '../errors.ts';

/**
 * The text of a file that the command line names.
 *
 * @throws INPUT_UNREADABLE
 */
export async function readNamedFile(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (syscall === undefined) throw new BelljarError('INPUT_UNREADABLE', `${file} is not UTF-8 text`, { cause });
    throw new BelljarError('INPUT_UNREADABLE', `cannot read ${file}: ${code}`, { cause });
  }
}
