import type { Duplex } from 'node:stream';

import { z } from 'zod';

import { wheelReadingSchema } from './wheel-reading.ts';

/** What the host asks of the program that opens wheels, one line of JSON; each is answered before the next is asked. */
export const orderSchema = z.strictObject({
  sizeBytes: z.int().min(0),
  limits: z.record(z.string(), z.number()),
});

/** What the program says: that it is there, which bytes it wants (they follow, and nothing else), and what it read. */
export const sayingSchema = z.union([
  z.strictObject({ ready: z.literal(true) }),
  z.strictObject({ read: z.tuple([z.int().min(0), z.int().min(1)]) }),
  z.strictObject({ reading: wheelReadingSchema }),
]);

export type Saying = z.infer<typeof sayingSchema>;

/** Enough for the paths of as many files as are let in, and for METADATA. */
const maxLineBytes = 64 * 2 ** 20;

/** The host's side: what comes is believed to be no more than bytes. */
export class Conversation {
  readonly #control: Duplex;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(control: Duplex) {
    this.#control = control;
    this.#chunks = control.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
    // A program that is gone is told by its end.
    control.on('error', () => undefined);
  }

  /** The next saying; undefined where the other side is gone, or talks nonsense. */
  async hear(): Promise<Saying | undefined> {
    const line = await this.#nextLine();
    if (line === undefined) return undefined;
    try {
      return sayingSchema.safeParse(JSON.parse(line)).data;
    } catch {
      return undefined;
    }
  }

  /** Returns when it was taken, or when nobody is there to take it. */
  say(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#control.write(bytes, () => resolve());
    });
  }

  async #nextLine(): Promise<string | undefined> {
    const chunks: Buffer[] = [];
    let length = 0;
    for (let chunk: Buffer | undefined = this.#rest; chunk !== undefined; chunk = await this.#nextChunk()) {
      const end = chunk.indexOf('\n');
      chunks.push(end === -1 ? chunk : chunk.subarray(0, end));
      length += chunk.length;
      if (length > maxLineBytes) return undefined;
      if (end === -1) continue;
      this.#rest = chunk.subarray(end + 1);
      return Buffer.concat(chunks).toString();
    }
    return undefined;
  }

  async #nextChunk(): Promise<Buffer | undefined> {
    try {
      const next: IteratorResult<Buffer, undefined> = await this.#chunks.next();
      return next.value;
    } catch {
      return undefined;
    }
  }
}
