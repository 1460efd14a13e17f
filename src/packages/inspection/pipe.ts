/**
 * How a program behind glass speaks with the host: it needs nothing but Node, and waits for each answer, since it has
 * nothing else to do.
 */
import { readSync, writeSync } from 'node:fs';

import type { ArchiveLimits, ByteSource } from './archive/index.ts';

export interface Order {
  readonly sizeBytes: number;
  readonly limits: ArchiveLimits;
}

const input = 0;
const output = 1;

/** An order is one line, and nothing is sent behind it before it was answered; undefined where none comes any more. */
export function readOrder(): Order | undefined {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(4096);
    const count = readSync(input, chunk, 0, chunk.length, null);
    if (count === 0) return undefined;
    chunks.push(chunk.subarray(0, count));
    if (chunk[count - 1] === 0x0a) return JSON.parse(Buffer.concat(chunks).toString()) as Order;
  }
}

/** The bytes of the wheel, each time asked for as the host wants to be asked. */
export function askFor(sizeBytes: number, ask: (offset: number, length: number) => void): ByteSource {
  return {
    sizeBytes,
    read(offset, length) {
      const bytes = Buffer.allocUnsafe(length);
      if (length === 0) return bytes;
      ask(offset, length);
      for (let done = 0; done < length;) {
        const count = readSync(input, bytes, done, length - done, null);
        if (count === 0) process.exit(1);
        done += count;
      }
      return bytes;
    },
  };
}

export function sendBytes(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(output, bytes, done);
}
