import { BelljarError } from '../../errors.ts';
import { NoRanges, openRemote, withFile } from './archive-bytes.ts';
import { Flights } from './flights.ts';
import type { IndexClient } from './index-client.ts';
import { digestOf, MetadataStore } from './metadata-store.ts';
import type { ProjectFile } from './project-page.ts';
import { Sidecars } from './sidecar.ts';
import type { Artifact, FetchOptions } from './upstream.ts';
import { ArchiveProblem, readWheelMetadata } from './wheel-entry.ts';

export interface WheelMetadataOptions {
  readonly folder: string;
  readonly maxMetadataBytes: number;
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
    const key = file.sha256 ?? file.url;
    return this.#flights.join(key, (flightSignal) => this.#find(file, flightSignal), signal);
  }

  async forget({ sha256 }: ProjectFile): Promise<void> {
    if (sha256 !== undefined) await this.#store.remove(sha256);
  }

  async close(): Promise<void> {
    await this.#flights.close();
  }

  async #find(file: ProjectFile, signal: AbortSignal): Promise<Buffer> {
    const { sha256 } = file;
    if (sha256 === undefined) return this.#bring(file, signal); // kept by its wheel’s hash, or not at all
    const kept = await this.#store.read(sha256);
    if (kept !== undefined && isPromised(file, kept)) return kept;
    const content = await this.#bring(file, signal);
    await this.#store.write(sha256, content);
    return content;
  }

  async #bring(file: ProjectFile, signal: AbortSignal): Promise<Buffer> {
    const here = await this.#options.findArtifact(file);
    if (here !== undefined) return this.#readFile(file, here);
    const client = await this.#options.clientOf(file);
    const maxBytes = this.#options.maxMetadataBytes;
    return (
      (await this.#sidecars.fetch({ client, file, maxBytes, signal })) ??
      (await this.#readRanges(file, client, signal)) ??
      (await this.#readFile(file, await this.#options.fetchArtifact(file, { signal })))
    );
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
