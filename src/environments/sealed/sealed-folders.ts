import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { isOfThisBoot, stampBoot } from './boot.ts';
import { checkTree, type TreeFault } from './check-tree.ts';
import { Running } from './running.ts';
import type { SealedFile } from './sealed-file.ts';

/** What a manifest tells; the files lie below `folder`. */
export interface Sealed<T> {
  readonly value: T;
  readonly folder: string;
  readonly files: readonly SealedFile[];
}

/** Reads a manifest; undefined for what was cut off, or tells of something else. */
export type ManifestReader<T> = (text: string, place: string) => Sealed<T> | undefined;

/** Folders that `sealInto()` made, found again. */
export class SealedFolders<T> {
  readonly #read: ManifestReader<T>;
  readonly #looking = new Running<T | undefined>();
  readonly #known = new Map<string, { readonly value: T; readonly inode: number }>();

  constructor(read: ManifestReader<T>) {
    this.#read = read;
  }

  /** What is there and whole, as far as can be seen at a glance; after a start of the machine all of it is read once. */
  async find(place: string): Promise<T | undefined> {
    const inode = (await stat(join(place, 'manifest.json')).catch(() => undefined))?.ino;
    const known = this.#known.get(place);
    if (inode !== undefined && known?.inode === inode) return known.value;
    this.#known.delete(place);
    if (inode === undefined) return undefined;
    const value = await this.#looking.share(place, undefined, () => this.#look(place));
    if (value !== undefined) this.#known.set(place, { value, inode });
    return value;
  }

  /** Reads every file again; undefined where there is nothing. */
  async verify(place: string, signal?: AbortSignal): Promise<readonly TreeFault[] | undefined> {
    const sealed = await this.#open(place);
    return sealed && (await checkTree(sealed.folder, sealed.files, signal));
  }

  async #look(place: string): Promise<T | undefined> {
    const sealed = await this.#open(place);
    if (sealed === undefined || (await isOfThisBoot(place))) return sealed?.value;
    if ((await checkTree(sealed.folder, sealed.files)).length > 0) return undefined;
    await stampBoot(place);
    return sealed.value;
  }

  async #open(place: string): Promise<Sealed<T> | undefined> {
    const text = await readFile(join(place, 'manifest.json'), 'utf8').catch(() => '');
    return this.#read(text, place);
  }
}
