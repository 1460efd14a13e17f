import { once } from 'node:events';

import type { Write } from '../record/index.ts';
import type { CommandIo } from './command.ts';

/** Writes to standard output at the pace of whoever reads it. */
export function writeToStdout({ stdout }: CommandIo, signal: AbortSignal): Write {
  return async (text) => {
    if (!stdout.write(text)) await once(stdout, 'drain', { signal });
  };
}
