import { closeSync, openSync, readSync } from 'node:fs';

const buffer = Buffer.alloc(16 * 1024);

/**
 * A file of the kernel's that is read again and again. Held open and read at once it costs some microseconds; opened for
 * each reading, in a thread of Node's pool, a hundred times that, and twice for every run.
 */
export class KeptFile {
  readonly #path: string;
  #descriptor: number | undefined;
  #isClosed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** What it says now; undefined where it is not there. */
  read(): string | undefined {
    if (this.#isClosed) return undefined;
    try {
      this.#descriptor ??= openSync(this.#path, 'r');
      return buffer.toString('utf8', 0, readSync(this.#descriptor, buffer, 0, buffer.length, 0));
    } catch {
      return undefined; // the group is gone, or this kernel keeps no such file
    }
  }

  close(): void {
    this.#isClosed = true;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
