import { BelljarError } from '../../errors.ts';
import { NoRanges, openRemote, withFile } from './archive-bytes.ts';
import { Flights } from './flights.ts';
import type { IndexClient } from './index-client.ts';
import { digestOf, type MetadataKey, MetadataStore } from './metadata-store.ts';
import type { ProjectFile } from './project-page.ts';
import { Sidecars } from './sidecar.ts';
import type { Artifact, FetchOptions } from './upstream.ts';
import { ArchiveProblem, readWheelMetadata } from './wheel-entry.ts';

export interface WheelMetadataOptions {
  readonly folder: string;
  readonly maxMetadataBytes: number;
  /** Which index a file is one of, as no other is. */
  readonly placeOf: (file: ProjectFile) => string;
  readonly clientOf: (file: ProjectFile) => Promise<IndexClient>;
  readonly findSize: (file: ProjectFile, options: FetchOptions) => Promise<number | undefined>;
  readonly findArtifact: (file: ProjectFile) => Promise<Artifact | undefined>;
  readonly fetchArtifact: (file: ProjectFile, options: FetchOptions) => Promise<Artifact>;
}

/** METADATA of wheels, with as little of them fetched as upstream lets. */
export class WheelMetadata {
  readonly #options: WheelMetadataOptions;
  readonly #store: MetadataStore;
  readonly #sidecars = new Sidecars();
  readonly #flights = new Flights<Buffer>();

  constructor(options: WheelMetadataOptions) {
    this.#options = options;
    this.#store = new MetadataStore(options.folder);
  }

  async fetch(file: ProjectFile, { signal }: FetchOptions): Promise<Buffer> {
    if (!file.filename.endsWith('.whl')) throw new BelljarError('USAGE', `${file.filename} is no wheel`);
    const key = JSON.stringify([
      this.#options.placeOf(file),
      file.filename,
      file.sha256 ?? file.url,
      file.coreMetadata,
    ]);
    return this.#flights.join(key, (flightSignal) => this.#find(file, flightSignal), signal);
  }

  async forget(file: ProjectFile): Promise<void> {
    if (file.sha256 !== undefined) await this.#store.remove(this.#told(file, file.sha256));
  }

  async close(): Promise<void> {
    await this.#flights.close();
  }

  /** What was given out comes first, so that it can be held against the wheel; once it is forgotten, the wheel does. */
  async #find(file: ProjectFile, signal: AbortSignal): Promise<Buffer> {
    const { sha256 } = file;
    if (sha256 === undefined) return (await this.#ask(file, signal)) ?? this.#fetchWhole(file, signal); // never kept
    const told = await this.#store.read(this.#told(file, sha256));
    if (told !== undefined && isPromised(file, told)) return told;
    const inside = await this.#store.read(insideOf(file, sha256));
    if (inside !== undefined) return inside;
    const opened = await this.#open(file);
    if (opened !== undefined) return this.#keep(insideOf(file, sha256), opened);
    const asked = await this.#ask(file, signal);
    if (asked !== undefined) return this.#keep(this.#told(file, sha256), asked);
    return this.#keep(insideOf(file, sha256), await this.#fetchWhole(file, signal));
  }

  async #keep(key: MetadataKey, content: Buffer): Promise<Buffer> {
    await this.#store.write(key, content);
    return content;
  }

  #told(file: ProjectFile, sha256: string): MetadataKey {
    return { sha256, place: JSON.stringify(['told', this.#options.placeOf(file), file.filename]) };
  }

  /** Undefined where upstream has neither a copy beside the wheel nor ranges of it. */
  async #ask(file: ProjectFile, signal: AbortSignal): Promise<Buffer | undefined> {
    const client = await this.#options.clientOf(file);
    const maxBytes = this.#options.maxMetadataBytes;
    return (
      (await this.#sidecars.fetch({ client, file, maxBytes, signal })) ?? (await this.#readRanges(file, client, signal))
    );
  }

  async #open(file: ProjectFile): Promise<Buffer | undefined> {
    const here = await this.#options.findArtifact(file);
    return here === undefined ? undefined : this.#readFile(file, here);
  }

  async #fetchWhole(file: ProjectFile, signal: AbortSignal): Promise<Buffer> {
    return this.#readFile(file, await this.#options.fetchArtifact(file, { signal }));
  }

  /** Undefined where upstream gives no ranges. */
  async #readRanges(file: ProjectFile, client: IndexClient, signal: AbortSignal): Promise<Buffer | undefined> {
    const sizeBytes = await this.#options.findSize(file, { signal });
    if (sizeBytes === undefined) return undefined;
    try {
      const remote = openRemote({ client, url: new URL(file.url), sizeBytes, signal });
      return await readWheelMetadata(remote, file.filename, this.#options.maxMetadataBytes);
    } catch (error) {
      if (error instanceof NoRanges) return undefined;
      throw explain(file, error);
    }
  }

  async #readFile(file: ProjectFile, { path }: Artifact): Promise<Buffer> {
    try {
      return await withFile(path, (bytes) => readWheelMetadata(bytes, file.filename, this.#options.maxMetadataBytes));
    } catch (error) {
      throw explain(file, error);
    }
  }
}

/** What is inside is the same whoever lists it; under another name it may be no wheel at all. */
function insideOf({ filename }: ProjectFile, sha256: string): MetadataKey {
  return { sha256, place: JSON.stringify(['inside', filename]) };
}

/** What was kept before anything was promised, or against another promise, is not what is promised now. */
function isPromised({ coreMetadata }: ProjectFile, kept: Buffer): boolean {
  return (
    typeof coreMetadata !== 'object' || coreMetadata.sha256 === undefined || coreMetadata.sha256 === digestOf(kept)
  );
}

function explain({ filename }: ProjectFile, error: unknown): unknown {
  if (!(error instanceof ArchiveProblem)) return error;
  return new BelljarError('ARTIFACT_MISMATCH', `${filename} is no sound wheel: ${error.message}`, {
    details: { filename },
  });
}
