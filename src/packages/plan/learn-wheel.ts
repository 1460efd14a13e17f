import { hash } from 'node:crypto';

import { type CoreMetadata, type MetadataReading, readCoreMetadata } from '../inspection/index.ts';
import { isSource } from '../resolve/index.ts';
import { Flights, type ProjectFile, type Upstream } from '../upstream/index.ts';
import type { LearnedImports } from '../learned/index.ts';
import type { ListedHash, WheelFacts, WheelFactStore } from './wheel-facts.ts';

export interface LearnWheelOptions {
  readonly upstream: Pick<Upstream, 'fetchMetadata' | 'findSize' | 'placeOf'>;
  readonly store: WheelFactStore;
  /** Told which modules wheels say they bring. */
  readonly imports?: Pick<LearnedImports, 'learn'> | undefined;
}

/** Learns of wheels what their METADATA says, as their index gives it out: each once for as long as nothing else is promised. */
export class WheelLearner {
  readonly #options: LearnWheelOptions;
  readonly #flights = new Flights<WheelFacts>();

  constructor(options: LearnWheelOptions) {
    this.#options = options;
  }

  /** @throws INDEX_UNAVAILABLE where it is not known yet and upstream cannot be asked, CANCELLED. */
  async learn(file: ProjectFile, signal?: AbortSignal): Promise<WheelFacts> {
    const known = this.#find(file);
    if (known !== undefined) return known;
    if (isSource(file)) return { metadataSha256: '', needs: [], importNames: [], licenceContradictions: [] };
    const { sha256 = file.url, coreMetadata } = file;
    const key = JSON.stringify([sha256, this.#placeOf(file), coreMetadata]);
    return this.#flights.join(key, (reading) => this.#read(file, reading), signal);
  }

  /** Takes over what somebody else read; of a source nobody but its reader can tell. */
  remember(file: ProjectFile, metadata: Uint8Array): void {
    this.#add(file, readFacts(metadata, readCoreMetadata(metadata)));
  }

  /** The size of a file, which a page need not tell. */
  async learnSize(file: ProjectFile, signal?: AbortSignal): Promise<number | undefined> {
    const known = this.#find(file);
    if (file.sizeBytes !== undefined) return file.sizeBytes;
    if (known?.sizeBytes !== undefined) return known.sizeBytes;
    const sizeBytes = await this.#options.upstream.findSize(file, { signal });
    if (sizeBytes !== undefined && known !== undefined) this.#add(file, { ...known, sizeBytes });
    return sizeBytes;
  }

  async #read(file: ProjectFile, signal: AbortSignal): Promise<WheelFacts> {
    const metadata = await this.#options.upstream.fetchMetadata(file, { signal });
    const reading = readCoreMetadata(metadata);
    const facts = readFacts(metadata, reading);
    if (reading.ok) await this.#learnImports(reading.metadata);
    this.#add(file, facts);
    return facts;
  }

  /** What was learned from other METADATA than is promised now is not known. */
  #find(file: ProjectFile): WheelFacts | undefined {
    const { sha256, coreMetadata } = file;
    const known = sha256 === undefined ? undefined : this.#options.store.find({ sha256, place: this.#placeOf(file) });
    const promised = typeof coreMetadata === 'object' && !isSource(file) ? coreMetadata.sha256 : undefined;
    return promised === undefined || promised === known?.metadataSha256 ? known : undefined;
  }

  #add(file: ProjectFile, facts: WheelFacts): void {
    const { sha256 } = file;
    if (sha256 !== undefined) this.#options.store.add({ sha256, place: this.#placeOf(file) }, facts);
  }

  #placeOf(file: ProjectFile): ListedHash['place'] {
    return hash('sha256', JSON.stringify([this.#options.upstream.placeOf(file), file.filename])).slice(0, 32);
  }

  async #learnImports({ name, importNames, importNamespaces }: CoreMetadata): Promise<void> {
    const { imports } = this.#options;
    if (importNames.length > 0) await imports?.learn(name, importNames, 'metadata');
    if (importNamespaces.length > 0) await imports?.learn(name, importNamespaces, 'namespace');
  }
}

/** What cannot be read tells nothing: then the licence is not known, and the wheel itself is refused when it is opened. */
function readFacts(metadata: Uint8Array, reading: MetadataReading): WheelFacts {
  const metadataSha256 = hash('sha256', metadata);
  if (!reading.ok) {
    const licenceContradictions = [`the METADATA ${reading.message}`];
    return { metadataSha256, needs: [], importNames: [], licenceContradictions };
  }
  const { requires, requiresPython, licence, licenceContradictions, importNames } = reading.metadata;
  return {
    metadataSha256,
    needs: [...requires],
    importNames: [...importNames],
    ...(requiresPython === undefined ? {} : { requiresPython }),
    licenceContradictions: [...licenceContradictions],
    ...(licence === undefined ? {} : { licence }),
  };
}
