import { hash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { BelljarError } from '../../errors.ts';
import type { KeptFile } from '../keep-within.ts';
import { ArtifactStore } from './artifact-store.ts';
import { claim } from './claim.ts';
import { download } from './download.ts';
import { Flights } from './flights.ts';
import type { IndexClient } from './index-client.ts';
import type { ProjectFile } from './project-page.ts';
import { unkept } from './unkept.ts';
import type { Artifact, ArtifactOptions } from './upstream.ts';

export interface ArtifactsOptions {
  readonly folder: string;
  readonly maxArtifactBytes: number;
  readonly minBytesPerSecond: number;
}

/** The index that a file is asked of. */
export interface ArtifactPlace {
  readonly base: URL;
  readonly open: () => Promise<IndexClient>;
}

type Listener = (bytes: number) => void;

/** What a killed process was downloading is of no use after so long. */
const oldHalfMs = 24 * 60 * 60_000;

/** Files of indexes, brought here once whoever asks for them, in this process or another. */
export class Artifacts {
  readonly #options: ArtifactsOptions;
  readonly #store: ArtifactStore;
  readonly #halves: string;
  readonly #flights = new Flights<Artifact>();
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(options: ArtifactsOptions) {
    this.#options = options;
    this.#store = new ArtifactStore(join(options.folder, 'artifacts'));
    this.#halves = join(options.folder, 'halves');
  }

  async prepare(): Promise<void> {
    for (const folder of [join(this.#options.folder, 'artifacts'), this.#halves]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    await this.#sweep();
  }

  async find(file: ProjectFile): Promise<Artifact | undefined> {
    return file.sha256 === undefined ? undefined : this.#store.find(file.sha256, file.sizeBytes);
  }

  async fetch(file: ProjectFile, place: ArtifactPlace, options: ArtifactOptions): Promise<Artifact> {
    const sha256 = requireHash(file);
    const { onProgress, signal } = options;
    using _ = this.#listen(sha256, onProgress);
    using _held = this.#store.hold(sha256);
    const kept = await this.#store.find(sha256, file.sizeBytes);
    if (kept !== undefined) return requireSize(file, kept);
    const errand = { file: { ...file, sha256 }, key: keyOf(place, file.url, sha256) };
    return await this.#flights.join(
      errand.key,
      async (flightSignal) => this.#bring(errand, await place.open(), flightSignal),
      signal,
    );
  }

  hold(sha256: string): Disposable {
    return this.#store.hold(sha256);
  }

  list(): Promise<KeptFile[]> {
    return this.#store.list();
  }

  async close(): Promise<void> {
    await this.#flights.close();
  }

  async #bring({ file, key }: Errand, client: IndexClient, signal: AbortSignal): Promise<Artifact> {
    const { sha256, filename, sizeBytes } = file;
    const isDone = async (): Promise<boolean> => (await this.#store.find(sha256)) !== undefined;
    await using claimed = await claim({ path: join(this.#halves, `${key}.claim`), isDone, signal });
    if (claimed !== undefined) {
      const path = join(this.#halves, `${sha256}.${randomUUID()}`);
      const onProgress = (bytes: number): void => this.#tell(sha256, bytes);
      const bounds = { maxBytes: this.#options.maxArtifactBytes, minBytesPerSecond: this.#options.minBytesPerSecond };
      await download({
        client,
        url: new URL(file.url),
        filename,
        sha256,
        sizeBytes,
        ...bounds,
        path,
        onProgress,
        signal,
      });
      await this.#keep(path, sha256);
    }
    const artifact = await this.#store.find(sha256);
    if (artifact === undefined) throw unkept(Object.assign(new Error('it is gone again'), { code: 'ENOENT' }));
    return requireSize(file, artifact);
  }

  async #keep(half: string, sha256: string): Promise<void> {
    try {
      await this.#store.prepare(sha256);
      await rename(half, this.#store.pathOf(sha256));
    } catch (error) {
      await rm(half, { force: true });
      throw unkept(error);
    }
  }

  #listen(sha256: string, listener: Listener | undefined): Disposable {
    const listeners = this.#listeners.get(sha256) ?? new Set();
    if (listener !== undefined) this.#listeners.set(sha256, listeners.add(listener));
    return {
      [Symbol.dispose]: () => {
        if (listener !== undefined) listeners.delete(listener);
        if (listeners.size === 0 && this.#listeners.get(sha256) === listeners) this.#listeners.delete(sha256);
      },
    };
  }

  #tell(sha256: string, bytes: number): void {
    for (const listener of this.#listeners.get(sha256) ?? []) listener(bytes);
  }

  async #sweep(): Promise<void> {
    for (const name of await readdir(this.#halves)) {
      const path = join(this.#halves, name);
      const found = await stat(path).catch(() => undefined); // another process was quicker
      if (found !== undefined && Date.now() - found.mtimeMs > oldHalfMs) await rm(path, { force: true });
    }
  }
}

interface Errand {
  readonly file: ProjectFile & { readonly sha256: string };
  readonly key: string;
}

/** Whose place is slow holds up nobody who would fetch the same bytes from another. */
function keyOf({ base }: ArtifactPlace, url: string, sha256: string): string {
  return `${sha256}.${hash('sha256', `${base.href} ${url}`).slice(0, 16)}`;
}

function requireHash({ filename, sha256 }: ProjectFile): string {
  if (sha256 !== undefined) return sha256;
  throw new BelljarError(
    'ARTIFACT_MISMATCH',
    `the package index promises no sha256 of ${filename}, so nothing could tell whether it is what comes`,
    {
      hint: 'Ask whoever runs the index for hashes; Belljar brings in nothing that cannot be checked.',
      details: { filename },
    },
  );
}

/** Its bytes are those that were promised; a page that lies about their number still lies. */
function requireSize({ filename, sizeBytes }: ProjectFile, artifact: Artifact): Artifact {
  if (sizeBytes === undefined || sizeBytes === artifact.sizeBytes) return artifact;
  const message = `the package index promised ${filename} with ${sizeBytes} bytes, and it has ${artifact.sizeBytes}`;
  throw new BelljarError('ARTIFACT_MISMATCH', message, {
    details: { filename, promised: sizeBytes, came: artifact.sizeBytes },
  });
}
