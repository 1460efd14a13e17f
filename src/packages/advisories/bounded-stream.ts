import { Transform, type TransformCallback } from 'node:stream';

interface Bounds {
  readonly maxBytes: number;
  readonly onBytes: (bytes: number) => void;
}

/** Passes bytes on, counts them, and ends the stream with an error beyond its bound. */
export class BoundedStream extends Transform {
  readonly #bounds: Bounds;
  #bytes = 0;

  constructor(bounds: Bounds) {
    super();
    this.#bounds = bounds;
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#bounds.maxBytes) {
      done(new Error(`it sends more than ${this.#bounds.maxBytes} bytes`));
      return;
    }
    this.#bounds.onBytes(this.#bytes);
    done(null, chunk);
  }
}
