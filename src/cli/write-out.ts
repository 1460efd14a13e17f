import { createHash } from 'node:crypto';

import { writeToStdout } from './audit-output.ts';
import type { Invocation } from './command.ts';
import { writeWholeFile } from './whole-file.ts';

export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Writes what comes to a file, whole or not at all, or to standard output for “-”.
 *
 * @throws OUTPUT_UNWRITABLE, CANCELLED, and what the pieces throw.
 */
export async function writeOut(
  { io, signal }: Invocation,
  pieces: AsyncIterable<Uint8Array>,
  file: string,
): Promise<Written> {
  if (file === '-') return pour(pieces, writeToStdout(io, signal));
  return writeWholeFile(file, (write) => pour(pieces, write));
}

async function pour(pieces: AsyncIterable<Uint8Array>, write: (piece: Uint8Array) => Promise<void>): Promise<Written> {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const piece of pieces) {
    digest.update(piece);
    bytes += piece.length;
    await write(piece);
  }
  return { bytes, sha256: digest.digest('hex') };
}
