import { Duplex, type DuplexOptions } from 'node:stream';

import { type FrameKind, WireViolation, maxPieceBytes, packCount } from './wire.ts';

/** How much of a stream may be under way in each direction; the other side counts with the same. */
export const windowBytes = 256 * 1024;

/** Less often than every piece, and long before the other side runs dry. */
const grantBytes = windowBytes / 4;

export interface ChannelOptions {
  readonly number: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly send: (kind: FrameKind, channel: number, payload?: Uint8Array) => void;
  /** Told when it needs no place any more. */
  readonly onClosed: (channel: Channel) => void;
}

interface Pending {
  left: Buffer;
  readonly done: (error?: Error | null) => void;
}

/** One stream of a program, or to a socket of one. What nobody reads is not sent, and what nobody takes is not accepted. */
export class Channel extends Duplex {
  readonly number: number;
  readonly #options: ChannelOptions;
  /** What the other side takes now. */
  #room = windowBytes;
  #pending: Pending | undefined;
  /** What came and was not read yet, never more than the window. */
  readonly #waiting: Buffer[] = [];
  /** What the other side may still send. */
  #granted = windowBytes;
  /** What was read since it was last told. */
  #taken = 0;
  #isWanted = false;
  #isOver = false;
  /** The other side knows of no such channel any more. */
  #isGone = false;

  constructor(options: ChannelOptions) {
    const { readable, writable } = options;
    const ways: DuplexOptions = { allowHalfOpen: true, ...{ readable, writable } }; // the types do not know of the latter
    super(ways);
    this.number = options.number;
    this.#options = options;
  }

  /** @throws WireViolation where it is more than there is room for. */
  receive(payload: Buffer): void {
    this.#granted -= payload.length;
    if (this.#granted < 0 || this.#isOver || !this.#options.readable) {
      throw new WireViolation('the sandbox sent more than there was room for');
    }
    if (this.destroyed || payload.length === 0) return;
    this.#waiting.push(payload);
    this.#pass();
  }

  receiveEnd(): void {
    this.#isOver = true;
    this.#pass();
  }

  /** @throws WireViolation where it has room for more than was sent. */
  receiveRoom(bytes: number): void {
    this.#room += bytes;
    if (this.#room > windowBytes) throw new WireViolation('the sandbox took more than it was sent');
    this.#write();
  }

  /** The other side is no longer there; what came before is still to be read. */
  receiveClose(): void {
    this.#isGone = true;
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.done();
    if (!this.#options.readable) this.destroy();
    else {
      this.receiveEnd();
      if (this.#options.writable) this.end();
    }
  }

  override _read(): void {
    this.#isWanted = true;
    this.#pass();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Pending['done']): void {
    if (this.#isGone) {
      done();
      return;
    }
    this.#pending = { left: chunk, done };
    this.#write();
  }

  override _final(done: () => void): void {
    if (!this.#isGone) this.#options.send('end', this.number);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { readable, writable, send } = this.#options;
    const isWhole = (!readable || this.#isOver) && (!writable || this.writableFinished);
    if (!this.#isGone && !isWhole) send('close', this.number);
    this.#waiting.length = 0;
    this.#options.onClosed(this);
    done(error);
  }

  #pass(): void {
    for (let piece = this.#next(); piece !== undefined; piece = this.#next()) {
      this.#grant(piece.length);
      this.#isWanted = false; // whoever takes it may ask for more before push() comes back
      if (this.push(piece)) this.#isWanted = true;
    }
    if (this.#isWanted && this.#isOver && this.#waiting.length === 0) {
      this.#isWanted = false;
      this.push(null);
    }
  }

  #next(): Buffer | undefined {
    return this.#isWanted ? this.#waiting.shift() : undefined;
  }

  #grant(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken < grantBytes || this.#isOver) return;
    this.#granted += this.#taken;
    this.#options.send('credit', this.number, packCount(this.#taken));
    this.#taken = 0;
  }

  #write(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    while (pending.left.length > 0 && this.#room > 0) {
      const piece = pending.left.subarray(0, Math.min(maxPieceBytes, this.#room));
      pending.left = pending.left.subarray(piece.length);
      this.#room -= piece.length;
      this.#options.send('data', this.number, piece);
    }
    if (pending.left.length > 0) return;
    this.#pending = undefined;
    pending.done();
  }
}
