import { once } from 'node:events';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';

import { BelljarError } from '../errors.ts';
import type { Write } from '../record/index.ts';
import type { CommandIo } from './command.ts';

/** Writes to standard output at the pace of whoever reads it. */
export function writeToStdout({ stdout }: CommandIo, signal: AbortSignal): Write {
  return async (text) => {
    if (!stdout.write(text)) await once(stdout, 'drain', { signal });
  };
}

/**
 * Writes a file that appears whole or not at all, readable by its owner alone.
 *
 * @throws OUTPUT_UNWRITABLE where it cannot be written.
 */
export async function writeWholeFile<T>(path: string, produce: (write: Write) => Promise<T>): Promise<T> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      const result = await fill(file, produce);
      await rename(temporary, path);
      return result;
    } catch (cause) {
      // Only what was made here: a file of that name that was there before is someone else's.
      await unlink(temporary).catch(() => undefined);
      throw cause;
    }
  } catch (cause) {
    throw explain(cause, path);
  }
}

async function fill<T>(file: FileHandle, produce: (write: Write) => Promise<T>): Promise<T> {
  try {
    // writeFile goes on until all is written; write may stop before.
    const result = await produce((text) => file.writeFile(text));
    await file.sync();
    return result;
  } finally {
    await file.close();
  }
}

function explain(cause: unknown, path: string): unknown {
  if (cause instanceof BelljarError || (cause as NodeJS.ErrnoException).syscall === undefined) return cause;
  return new BelljarError('OUTPUT_UNWRITABLE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
}
