import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { writeBeside } from './write-beside.ts';

/** METADATA by the sha256 of its wheel; each begins with its own, so that damage is noticed. */
export class MetadataStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(sha256: string): Promise<Buffer | undefined> {
    const path = this.#pathOf(sha256);
    const stored = await readFile(path).catch(() => undefined); // not there, or not to be read: asked for again
    if (stored === undefined) return undefined;
    const content = stored.subarray(65);
    if (stored.toString('latin1', 0, 65) === `${digestOf(content)}\n`) return content;
    await this.remove(sha256);
    return undefined;
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.#pathOf(sha256), { force: true });
  }

  async write(sha256: string, content: Buffer): Promise<void> {
    const path = this.#pathOf(sha256);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeBeside(path, Buffer.concat([Buffer.from(`${digestOf(content)}\n`), content]));
  }

  #pathOf(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }
}

export function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
