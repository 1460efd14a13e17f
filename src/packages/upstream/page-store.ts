import { createHash } from 'node:crypto';
import { mkdir, open, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { decodeKeptPage, type KeptPage } from './kept-page.ts';
import { writeBeside } from './write-beside.ts';

export interface StoredPage {
  readonly kept: KeptPage;
  /** When upstream last said so. */
  readonly checkedAtMs: number;
}

/** The pages of one index on the disk. When each was checked is the time of its file, so that “not modified” costs no writing. */
export class PageStore {
  readonly #folder: string;
  readonly #index: string;

  constructor(folder: string, index: { readonly name: string; readonly base: URL }) {
    // Another address under the same name is another index.
    const key = createHash('sha256').update(`${index.name}\n${index.base.href}`).digest('hex').slice(0, 16);
    this.#folder = join(folder, key);
    this.#index = index.name;
  }

  async prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
  }

  async read(name: string): Promise<StoredPage | undefined> {
    const path = this.#pathOf(name);
    const file = await open(path, 'r').catch(() => undefined); // not there, or not to be read: asked for again
    if (file === undefined) return undefined;
    try {
      const { size, mtimeMs } = await file.stat();
      // In one go: a plan opens hundreds of them. One that is shorter by now fails its checksum.
      const { buffer } = await file.read(Buffer.allocUnsafeSlow(size), 0, size, 0);
      const kept = decodeKeptPage(buffer, { name, index: this.#index });
      if (kept !== undefined) return { kept, checkedAtMs: mtimeMs };
    } finally {
      await file.close();
    }
    await rm(path, { force: true });
    return undefined;
  }

  async write(name: string, kept: KeptPage): Promise<void> {
    await writeBeside(this.#pathOf(name), kept.bytes);
  }

  async remove(name: string): Promise<void> {
    await rm(this.#pathOf(name), { force: true });
  }

  async confirm(name: string, checkedAtMs: number): Promise<void> {
    // Gone meanwhile: it is fetched again when it is wanted.
    await utimes(this.#pathOf(name), checkedAtMs / 1000, checkedAtMs / 1000).catch(() => undefined);
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${name}.page`);
  }
}
