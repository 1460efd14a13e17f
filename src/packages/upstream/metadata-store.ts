import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { writeBeside } from './write-beside.ts';

/** A wheel, and where what is known of it comes from: what one index says of its bytes holds for no other. */
export interface MetadataKey {
  readonly sha256: string;
  readonly place: string;
}

/** METADATA of wheels; each begins with its own sha256, so that damage is noticed. */
export class MetadataStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(key: MetadataKey): Promise<Buffer | undefined> {
    const path = this.#pathOf(key);
    const stored = await readFile(path).catch(() => undefined); // not there, or not to be read: asked for again
    if (stored === undefined) return undefined;
    const content = stored.subarray(65);
    if (stored.toString('latin1', 0, 65) === `${digestOf(content)}\n`) return content;
    await this.remove(key);
    return undefined;
  }

  async remove(key: MetadataKey): Promise<void> {
    await rm(this.#pathOf(key), { force: true });
  }

  async write(key: MetadataKey, content: Buffer): Promise<void> {
    const path = this.#pathOf(key);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeBeside(path, Buffer.concat([Buffer.from(`${digestOf(content)}\n`), content]));
  }

  #pathOf({ sha256, place }: MetadataKey): string {
    return join(this.#folder, sha256.slice(0, 2), `${sha256}.${digestOf(Buffer.from(place)).slice(0, 32)}`);
  }
}

export function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
