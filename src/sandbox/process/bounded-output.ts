import { Duplex } from 'node:stream';

/** A control stream whose reader gets no more than so many bytes: then it is told once, and the rest is dropped. */
export class BoundedOutput extends Duplex {
  readonly #control: Duplex;
  readonly #onExceeded: () => void;
  #left: number;
  #isOver = false;

  constructor(control: Duplex, limitBytes: number, onExceeded: () => void) {
    super();
    this.#control = control;
    this.#left = limitBytes;
    this.#onExceeded = onExceeded;
    control.on('data', (chunk: Buffer) => this.#pass(chunk));
    // A stream that breaks ends for its reader too.
    for (const end of ['end', 'close']) control.once(end, () => this.#end());
  }

  override _read(): void {
    this.#control.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#control.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#control.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#control.destroy();
    done(error);
  }

  #pass(chunk: Buffer): void {
    const piece = chunk.subarray(0, this.#left);
    this.#left -= piece.length;
    if (piece.length > 0 && !this.push(piece)) this.#control.pause();
    if (piece.length === chunk.length || this.#isOver) return;
    this.#isOver = true;
    this.#onExceeded();
  }

  #end(): void {
    if (!this.readableEnded && !this.destroyed) this.push(null);
  }
}
