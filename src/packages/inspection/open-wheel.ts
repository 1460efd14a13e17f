import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import { BelljarError } from '../../errors.ts';

/** As much as is read and sent at once. */
export const pieceBytes = 2 ** 20;

/** @throws INPUT_UNREADABLE */
export async function openWheel(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new BelljarError('INPUT_UNREADABLE', `cannot read the wheel ${path} in ${dirname(path)}`, { cause });
  }
}
