import { appendFile, readFile, rm, stat } from 'node:fs/promises';

const maxFileBytes = 32 * 2 ** 20;

/** Sizes of files that their pages do not tell, each by 64 hexadecimal digits: a line each, so that any number of processes may add some. */
export class Sizes {
  readonly #path: string;
  readonly #sizes: Map<string, number>;

  private constructor(path: string, sizes: Map<string, number>) {
    this.#path = path;
    this.#sizes = sizes;
  }

  static async open(path: string): Promise<Sizes> {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.size > maxFileBytes) await rm(path, { force: true }); // asked again when wanted
    const text = await readFile(path, 'utf8').catch(() => '');
    const sizes = new Map<string, number>();
    for (const line of text.split('\n')) {
      const [, sha256, size] = /^([0-9a-f]{64}) (\d{1,15}) \.$/.exec(line) ?? []; // the dot: a line that is whole
      if (sha256 !== undefined) sizes.set(sha256, Number(size));
    }
    return new Sizes(path, sizes);
  }

  get(key: string | undefined): number | undefined {
    return key === undefined ? undefined : this.#sizes.get(key);
  }

  async set(key: string, sizeBytes: number): Promise<void> {
    if (this.#sizes.get(key) === sizeBytes) return;
    this.#sizes.set(key, sizeBytes);
    // Only what is asked again if it is lost.
    await appendFile(this.#path, `${key} ${sizeBytes} .\n`, { mode: 0o600 }).catch(() => undefined);
  }
}
