import { createReadStream } from 'node:fs';
import type { Duplex } from 'node:stream';

/** Lines of JSON and counted bytes, to and from a program behind glass; what comes is believed to be no more than bytes. */
export class Exchange {
  readonly #control: Duplex;
  readonly #chunks: AsyncIterator<Buffer, undefined>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(control: Duplex) {
    this.#control = control;
    this.#chunks = control.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
    // A program that is gone is told by its end.
    control.on('error', () => undefined);
  }

  /** The next line as JSON; undefined where the other side is gone, or sends none. */
  async hear(maxBytes: number): Promise<unknown> {
    const chunks: Buffer[] = [];
    let length = 0;
    for (let chunk: Buffer | undefined = this.#rest; chunk !== undefined; chunk = await this.#nextChunk()) {
      const end = chunk.indexOf('\n');
      const piece = end === -1 ? chunk : chunk.subarray(0, end);
      chunks.push(piece);
      length += piece.length;
      if (length > maxBytes) return undefined;
      if (end === -1) continue;
      this.#rest = chunk.subarray(end + 1);
      return parse(Buffer.concat(chunks).toString());
    }
    return undefined;
  }

  /** So many bytes; fewer where the other side is gone. */
  async *hearBytes(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      const chunk = this.#rest.length > 0 ? this.#rest : await this.#nextChunk();
      if (chunk === undefined) return;
      const piece = chunk.subarray(0, left);
      this.#rest = chunk.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  say(order: unknown): Promise<void> {
    return this.#write(`${JSON.stringify(order)}\n`);
  }

  async sendFile(path: string): Promise<void> {
    for await (const piece of createReadStream(path)) await this.#write(piece as Buffer);
  }

  /** Returns when it was taken, or when nobody is there to take it. */
  #write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#control.write(bytes, () => resolve());
    });
  }

  async #nextChunk(): Promise<Buffer | undefined> {
    try {
      return (await this.#chunks.next()).value;
    } catch {
      return undefined; // a stream that breaks off has ended
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
