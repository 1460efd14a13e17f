import { type CoreMetadata, type MetadataReading, readCoreMetadata } from '../inspection/index.ts';
import { isSource } from '../resolve/index.ts';
import { Flights, type ProjectFile, type Upstream } from '../upstream/index.ts';
import type { LearnedImports } from '../learned/index.ts';
import type { WheelFacts, WheelFactStore } from './wheel-facts.ts';

export interface LearnWheelOptions {
  readonly upstream: Pick<Upstream, 'fetchMetadata' | 'findSize'>;
  readonly store: WheelFactStore;
  /** Told which modules wheels say they bring. */
  readonly imports?: Pick<LearnedImports, 'learn'> | undefined;
}

/** Learns of wheels what their METADATA says, each one once for ever. */
export class WheelLearner {
  readonly #options: LearnWheelOptions;
  readonly #flights = new Flights<WheelFacts>();

  constructor(options: LearnWheelOptions) {
    this.#options = options;
  }

  /** @throws INDEX_UNAVAILABLE where it is not known yet and upstream cannot be asked, CANCELLED. */
  async learn(file: ProjectFile, signal?: AbortSignal): Promise<WheelFacts> {
    const { sha256 } = file;
    const known = sha256 === undefined ? undefined : this.#options.store.find(sha256);
    if (known !== undefined) return known;
    if (isSource(file)) return { needs: [], importNames: [], licenceContradictions: [] };
    return this.#flights.join(sha256 ?? file.url, (reading) => this.#read(file, reading), signal);
  }

  /** Takes over what somebody else read; of a source nobody but its reader can tell. */
  remember(sha256: string, metadata: Uint8Array): void {
    this.#options.store.add(sha256, readFacts(readCoreMetadata(metadata)));
  }

  /** The size of a file, which a page need not tell. */
  async learnSize(file: ProjectFile, signal?: AbortSignal): Promise<number | undefined> {
    const known = file.sha256 === undefined ? undefined : this.#options.store.find(file.sha256);
    if (file.sizeBytes !== undefined) return file.sizeBytes;
    if (known?.sizeBytes !== undefined) return known.sizeBytes;
    const sizeBytes = await this.#options.upstream.findSize(file, { signal });
    if (sizeBytes !== undefined && known !== undefined && file.sha256 !== undefined) {
      this.#options.store.add(file.sha256, { ...known, sizeBytes });
    }
    return sizeBytes;
  }

  async #read(file: ProjectFile, signal: AbortSignal): Promise<WheelFacts> {
    const reading = readCoreMetadata(await this.#options.upstream.fetchMetadata(file, { signal }));
    const facts = readFacts(reading);
    if (reading.ok) await this.#learnImports(reading.metadata);
    if (file.sha256 !== undefined) this.#options.store.add(file.sha256, facts);
    return facts;
  }

  async #learnImports({ name, importNames, importNamespaces }: CoreMetadata): Promise<void> {
    const { imports } = this.#options;
    if (importNames.length > 0) await imports?.learn(name, importNames, 'metadata');
    if (importNamespaces.length > 0) await imports?.learn(name, importNamespaces, 'namespace');
  }
}

/** What cannot be read tells nothing: then the licence is not known, and the wheel itself is refused when it is opened. */
function readFacts(reading: MetadataReading): WheelFacts {
  if (!reading.ok) return { needs: [], importNames: [], licenceContradictions: [`the METADATA ${reading.message}`] };
  const { requires, requiresPython, licence, licenceContradictions, importNames } = reading.metadata;
  return {
    needs: [...requires],
    importNames: [...importNames],
    ...(requiresPython === undefined ? {} : { requiresPython }),
    licenceContradictions: [...licenceContradictions],
    ...(licence === undefined ? {} : { licence }),
  };
}
