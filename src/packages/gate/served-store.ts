import { hash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { decodeServedPage, encodeServedPage, type ServedPage } from './served-page.ts';

export interface ServedStoreOptions {
  readonly folder: string;
  readonly maxBytes: number;
}

/** What names a page: the project, the view, the form. */
export type ServedName = readonly string[];

/** Pages that were ready to be sent, kept over a restart: what cannot be kept or read is made again. */
export class ServedStore {
  readonly #options: ServedStoreOptions;
  #prepared: Promise<unknown> | undefined;
  /** What was written since old pages were last removed. */
  #writtenBytes = 0;

  constructor(options: ServedStoreOptions) {
    this.#options = options;
  }

  /** Undefined where none is kept that was made of this. */
  async read(name: ServedName, grounds: string): Promise<ServedPage | undefined> {
    const bytes = await readFile(this.#pathOf(name)).catch(() => undefined);
    return bytes === undefined ? undefined : decodeServedPage(bytes, grounds);
  }

  /** Beside its place first, so that nobody reads a half. */
  async write(name: ServedName, page: ServedPage, grounds: string): Promise<void> {
    const path = this.#pathOf(name);
    const half = `${path}.${randomUUID()}.half`;
    const bytes = encodeServedPage(page, grounds);
    try {
      await this.#prepare();
      await writeFile(half, bytes, { mode: 0o600 });
      await rename(half, path);
    } catch {
      await rm(half, { force: true }).catch(() => undefined); // a full disk costs time at the next start, nothing else
    }
    this.#writtenBytes += bytes.length;
    if (this.#writtenBytes > this.#options.maxBytes / 4) await this.#makeRoom();
  }

  /** What failed once is tried again with the next page: the disk may have been mended. */
  #prepare(): Promise<unknown> {
    return (this.#prepared ??= this.#makeFolder().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    }));
  }

  async #makeFolder(): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    await this.#makeRoom();
  }

  /** Removes what was written longest ago, until the rest fits. */
  async #makeRoom(): Promise<void> {
    this.#writtenBytes = 0;
    const { folder, maxBytes } = this.#options;
    const files = await Promise.all(
      (await readdir(folder).catch(() => [])).map(async (file) => {
        const path = join(folder, file);
        const { size = 0, mtimeMs = 0 } = (await stat(path).catch(() => undefined)) ?? {};
        return { path, size, mtimeMs };
      }),
    );
    let bytes = 0;
    for (const { path, size } of files.sort((one, other) => other.mtimeMs - one.mtimeMs)) {
      bytes += size;
      if (bytes > maxBytes) await rm(path, { force: true }).catch(() => undefined);
    }
  }

  #pathOf(name: ServedName): string {
    return join(this.#options.folder, hash('sha256', name.join('\n')).slice(0, 32));
  }
}
