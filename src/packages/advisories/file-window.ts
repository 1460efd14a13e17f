import type { FileHandle } from 'node:fs/promises';

const windowBytes = 1 << 20;

/** Small reads that follow each other, by few reads of the disk. */
export class FileWindow {
  readonly #file: FileHandle;
  readonly #size: number;
  #start = 0;
  #content = Buffer.alloc(0);

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Undefined where the file does not reach so far. */
  async read(offset: number, length: number): Promise<Buffer | undefined> {
    if (offset < 0 || !Number.isSafeInteger(offset) || offset + length > this.#size) return undefined;
    if (offset < this.#start || offset + length > this.#start + this.#content.length) await this.#move(offset, length);
    const at = offset - this.#start;
    return at + length > this.#content.length ? undefined : this.#content.subarray(at, at + length);
  }

  async #move(offset: number, length: number): Promise<void> {
    const buffer = Buffer.alloc(Math.min(this.#size - offset, Math.max(length, windowBytes)));
    const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, offset);
    this.#start = offset;
    this.#content = buffer.subarray(0, bytesRead);
  }
}
