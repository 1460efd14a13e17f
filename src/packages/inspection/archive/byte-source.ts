import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes that are read by place. It waits for them: whoever reads an archive does nothing else meanwhile. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Exactly these bytes; nobody asks for any that are not there. */
  read(offset: number, length: number): Buffer;
}

export class BytesInMemory implements ByteSource {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  read(offset: number, length: number): Buffer {
    return this.#bytes.subarray(offset, offset + length);
  }
}

export class BytesOnDisk implements ByteSource, Disposable {
  readonly sizeBytes: number;
  readonly #descriptor: number;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
    this.sizeBytes = fstatSync(this.#descriptor).size;
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const count = readSync(this.#descriptor, bytes, done, length - done, offset + done);
      if (count === 0) throw new Error('the file became shorter while it was read');
      done += count;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

const windowBytes = 1 << 20;

/** Reads ahead, since files are read in the order in which they lie: few large reads in the place of many small ones. */
export class ReadAhead implements ByteSource {
  readonly #source: ByteSource;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  read(offset: number, length: number): Buffer {
    if (length > windowBytes) return this.#source.read(offset, length);
    if (offset < this.#start || offset + length > this.#start + this.#window.length) {
      this.#window = this.#source.read(offset, Math.min(windowBytes, this.sizeBytes - offset));
      this.#start = offset;
    }
    return this.#window.subarray(offset - this.#start, offset - this.#start + length);
  }
}
