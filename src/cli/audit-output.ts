import { once } from 'node:events';
import { open, rename, unlink } from 'node:fs/promises';

import { BelljarError } from '../errors.ts';
import type { CommandIo } from './command.ts';

export type Write = (text: string) => Promise<void>;

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
      const result = await produce(async (text) => {
        await file.write(text);
      });
      await file.sync();
      await rename(temporary, path);
      return result;
    } finally {
      await file.close();
    }
  } catch (cause) {
    await unlink(temporary).catch(() => undefined);
    throw explain(cause, path);
  }
}

function explain(cause: unknown, path: string): unknown {
  if (cause instanceof BelljarError || (cause as NodeJS.ErrnoException).syscall === undefined) return cause;
  return new BelljarError('OUTPUT_UNWRITABLE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
}
