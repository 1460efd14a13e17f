/**
 * The program that opens wheels, behind glass: it needs nothing but Node, and sees nothing but the bytes that it asks for.
 * It waits for each answer, since it has nothing else to do.
 */
import { readSync, writeSync } from 'node:fs';

import { type ArchiveLimits, type ByteSource, ReadAhead } from './archive/index.ts';
import { readWheel } from './read-wheel.ts';

interface Order {
  readonly sizeBytes: number;
  readonly limits: ArchiveLimits;
}

const input = 0;
const output = 1;

say({ ready: true });
for (let order = readOrder(); order !== undefined; order = readOrder()) {
  say({ reading: await readWheel(new ReadAhead(askFor(order.sizeBytes)), order.limits) });
}

function askFor(sizeBytes: number): ByteSource {
  return {
    sizeBytes,
    read(offset, length) {
      const bytes = Buffer.allocUnsafe(length);
      if (length === 0) return bytes;
      say({ read: [offset, length] });
      for (let done = 0; done < length;) {
        const count = readSync(input, bytes, done, length - done, null);
        if (count === 0) process.exit(1);
        done += count;
      }
      return bytes;
    },
  };
}

/** An order is one line, and nothing is sent behind it before it was answered. */
function readOrder(): Order | undefined {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(4096);
    const count = readSync(input, chunk, 0, chunk.length, null);
    if (count === 0) return undefined;
    chunks.push(chunk.subarray(0, count));
    if (chunk[count - 1] === 0x0a) return JSON.parse(Buffer.concat(chunks).toString()) as Order;
  }
}

function say(what: object): void {
  const bytes = Buffer.from(`${JSON.stringify(what)}\n`);
  for (let done = 0; done < bytes.length;) done += writeSync(output, bytes, done);
}
