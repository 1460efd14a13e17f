import { join } from 'node:path';

import { type KeepWithinOptions, type KeptFile, type KeptWithin, keepWithin } from './keep-within.ts';
// Past their doors: behind them stands all that fetches and builds.
import { BuiltWheels } from './source-build/built-wheels.ts';
import { ArtifactStore } from './upstream/artifact-store.ts';

/** The large part of what is kept of packages, which can be fetched or built again: files of indexes, wheels built here. */
export class PackageCache {
  readonly #folder: string;
  readonly #listArtifacts: () => Promise<KeptFile[]>;

  /** Whoever has files in its hands lists them itself. */
  constructor(cacheFolder: string, listArtifacts?: () => Promise<KeptFile[]>) {
    this.#folder = join(cacheFolder, 'packages');
    this.#listArtifacts = listArtifacts ?? (() => new ArtifactStore(join(this.#folder, 'artifacts')).list());
  }

  /** Removes what was not used for longest, until the rest fits. */
  async keepWithin(options: KeepWithinOptions): Promise<KeptWithin> {
    const built = new BuiltWheels(join(this.#folder, 'built'));
    return keepWithin([...(await this.#listArtifacts()), ...(await built.list())], options);
  }
}
