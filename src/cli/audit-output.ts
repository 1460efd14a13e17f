import { once } from 'node:events';

import type { CommandIo } from './command.ts';

/** Writes to standard output at the pace of whoever reads it. */
export function writeToStdout(
  { stdout }: CommandIo,
  signal: AbortSignal,
): (piece: string | Uint8Array) => Promise<void> {
  return async (piece) => {
    if (!stdout.write(piece)) await once(stdout, 'drain', { signal });
  };
}
