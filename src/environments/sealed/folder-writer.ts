import { closeSync, constants, fchmodSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Never over anything, never through a link: in a folder of one's own there is none, unless somebody is at work there. */
const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Writes files below a folder, one after the other. It waits for each write: they are small and go to the page cache, and
 * the same by promises takes several times as long for the thousands of files that there are.
 */
export class FolderWriter implements Disposable {
  readonly #folder: string;
  readonly #folders = new Set<string>();
  #descriptor: number | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#makeFolder(folder);
  }

  /** The path is below the folder, and was judged. */
  open(path: string): void {
    this[Symbol.dispose]();
    const whole = join(this.#folder, path);
    this.#makeFolder(dirname(whole));
    this.#descriptor = openSync(whole, flags, 0o400);
  }

  write(bytes: Buffer): void {
    if (this.#descriptor === undefined) return;
    for (let done = 0; done < bytes.length;) done += writeSync(this.#descriptor, bytes, done);
  }

  close(isExecutable: boolean): void {
    if (this.#descriptor !== undefined) fchmodSync(this.#descriptor, isExecutable ? 0o555 : 0o444);
    this[Symbol.dispose]();
  }

  makeFolder(path: string): void {
    this.#makeFolder(join(this.#folder, path));
  }

  /** From here on nothing is written any more. */
  async seal(): Promise<void> {
    for (const folder of this.#folders) await chmod(folder, 0o555);
  }

  /** Lets go of the file that is open, if one is. */
  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #makeFolder(folder: string): void {
    if (this.#folders.has(folder)) return;
    if (folder !== this.#folder) this.#makeFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
    this.#folders.add(folder);
  }
}
