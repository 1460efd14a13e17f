import { hash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { BelljarError } from '../../errors.ts';
import { isProjectName, normalizeName } from '../../policy/index.ts';
import type { KeptFile } from '../keep-within.ts';
import { Artifacts } from './artifacts.ts';
import { chooseAmong, type ChooseIndex } from './choose-index.ts';
import { askSize } from './find-size.ts';
import { IndexClient } from './index-client.ts';
import { readNetrc } from './netrc.ts';
import { PageReader } from './page-reader.ts';
import { Pages, type PageTimes } from './pages.ts';
import type { ProjectFile, ProjectPage } from './project-page.ts';
import { Sizes } from './sizes.ts';
import { unavailable } from './unavailable.ts';
import { unkept } from './unkept.ts';
import type { Artifact, ArtifactOptions, FetchOptions, IndexSource, PageOptions, Upstream } from './upstream.ts';
import { WheelMetadata } from './wheel-metadata.ts';

export interface UpstreamOptions extends Partial<PageTimes> {
  /** Where everything that came is kept; made where it is missing. */
  readonly folder: string;
  readonly indexes: readonly IndexSource[];
  readonly maxMemoryBytes?: number | undefined;
  readonly maxPageBytes?: number | undefined;
  readonly maxArtifactBytes?: number | undefined;
  readonly maxMetadataBytes?: number | undefined;
  readonly pageTimeoutMs?: number | undefined;
  /** So long upstream may say nothing. */
  readonly silenceMs?: number | undefined;
  readonly retryDelaysMs?: readonly number[] | undefined;
  readonly minBytesPerSecond?: number | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

const defaults = {
  freshMs: 10 * 60_000,
  backgroundMs: 60 * 60_000,
  missingMs: 60_000,
  retryMs: 10_000,
  maxMemoryBytes: 256 * 2 ** 20,
  maxPageBytes: 64 * 2 ** 20,
  maxArtifactBytes: 8 * 2 ** 30,
  maxMetadataBytes: 16 * 2 ** 20,
  pageTimeoutMs: 120_000,
  silenceMs: 30_000,
  retryDelaysMs: [200, 1000],
  minBytesPerSecond: 1000,
} as const;

type Settled = { readonly [Key in keyof typeof defaults]: Exclude<UpstreamOptions[Key], undefined> };

/**
 * Opens the indexes and what is kept of them.
 *
 * @throws USAGE where the indexes do not fit together, ARTIFACT_UNKEPT where nothing can be kept.
 */
export async function openUpstream(options: UpstreamOptions): Promise<LocalUpstream> {
  const settled = settle(options);
  const { folder, indexes, env = process.env } = options;
  const choose = chooseAmong(indexes);
  const netrc = await readNetrc(env);
  const { silenceMs, retryDelaysMs } = settled;
  const clients = await Promise.all(
    indexes.map(async (source) => {
      const certificates = await readCertificates(source);
      return new IndexClient(source, { netrc, certificates, silenceMs, retryDelaysMs, env });
    }),
  );
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const upstream = new LocalUpstream({
      folder,
      settled,
      choose,
      clients,
      sizes: await Sizes.open(join(folder, 'file-sizes')),
    });
    await upstream.prepare();
    return upstream;
  } catch (error) {
    throw unkept(error);
  }
}

function settle(options: UpstreamOptions): Settled {
  const given = Object.entries(options).filter(([key, value]) => Object.hasOwn(defaults, key) && value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

async function readCertificates({ name, certificates }: IndexSource): Promise<string | undefined> {
  if (certificates === undefined) return undefined;
  try {
    return await readFile(certificates, 'utf8');
  } catch (cause) {
    throw new BelljarError(
      'INPUT_UNREADABLE',
      `the certificates for the package index ${name} cannot be read from ${certificates}`,
      { cause },
    );
  }
}

interface Parts {
  readonly folder: string;
  readonly settled: Settled;
  readonly choose: ChooseIndex;
  readonly clients: readonly IndexClient[];
  readonly sizes: Sizes;
}

/** The indexes as this machine reaches them, with caches on its disk. */
export class LocalUpstream implements Upstream {
  readonly #choose: ChooseIndex;
  readonly #places: ReadonlyMap<string, { readonly client: IndexClient; readonly pages: Pages }>;
  readonly #artifacts: Artifacts;
  readonly #metadata: WheelMetadata;
  readonly #sizes: Sizes;
  readonly #reader = new PageReader();

  constructor({ folder, settled, choose, clients, sizes }: Parts) {
    this.#choose = choose;
    this.#sizes = sizes;
    const maxMemoryBytes = settled.maxMemoryBytes / clients.length;
    const pagesOf = (client: IndexClient): Pages => {
      return new Pages({ ...settled, folder: join(folder, 'pages'), client, reader: this.#reader, maxMemoryBytes });
    };
    this.#places = new Map(clients.map((client) => [client.name, { client, pages: pagesOf(client) }]));
    this.#artifacts = new Artifacts({ ...settled, folder });
    this.#metadata = new WheelMetadata({
      folder: join(folder, 'metadata'),
      maxMetadataBytes: settled.maxMetadataBytes,
      placeOf: (file) => this.placeOf(file),
      clientOf: (file) => this.#clientOf(file),
      findSize: (file, options) => this.findSize(file, options),
      findArtifact: (file) => this.#artifacts.find(file),
      fetchArtifact: (file, options) => this.fetchArtifact(file, options),
    });
  }

  async prepare(): Promise<void> {
    await this.#artifacts.prepare();
    for (const { pages } of this.#places.values()) await pages.prepare();
  }

  async findPage(name: string, options: PageOptions = {}): Promise<ProjectPage | undefined> {
    if (!isProjectName(name)) return undefined;
    return this.#findPlace(name).pages.find(normalizeName(name), options);
  }

  async fetchArtifact(file: ProjectFile, options: ArtifactOptions = {}): Promise<Artifact> {
    const { base } = this.#findPlace(projectOf(file.filename)).client;
    const artifact = await this.#artifacts.fetch(file, { base, open: () => this.#clientOf(file) }, options);
    await this.#sizes.set(artifact.sha256, artifact.sizeBytes);
    return artifact;
  }

  async fetchMetadata(file: ProjectFile, options: FetchOptions = {}): Promise<Uint8Array> {
    return this.#metadata.fetch(file, options);
  }

  forgetMetadata(file: ProjectFile): Promise<void> {
    return this.#metadata.forget(file);
  }

  async findSize(file: ProjectFile, { signal }: FetchOptions = {}): Promise<number | undefined> {
    const { sha256 } = file;
    const key = sha256 === undefined ? undefined : sizeKey(this.placeOf(file), sha256);
    const known = file.sizeBytes ?? this.#sizes.get(sha256) ?? this.#sizes.get(key);
    if (known !== undefined) return known;
    const sizeBytes = await askSize(await this.#clientOf(file), new URL(file.url), signal);
    if (sizeBytes !== undefined && key !== undefined) await this.#sizes.set(key, sizeBytes);
    return sizeBytes;
  }

  placeOf({ filename }: ProjectFile): string {
    return this.#findPlace(projectOf(filename)).client.base.href;
  }

  /** Keeps a file from being evicted by this process, until it is let go. */
  holdArtifact(sha256: string): Disposable {
    return this.#artifacts.hold(sha256);
  }

  /** The files that are kept, with which of them this process holds. */
  listArtifacts(): Promise<KeptFile[]> {
    return this.#artifacts.list();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const places = [...this.#places.values()];
    await Promise.all([this.#artifacts.close(), this.#metadata.close(), ...places.map(({ pages }) => pages.close())]);
    for (const { client } of places) client.close();
    await this.#reader.close();
  }

  #findPlace(name: string): { readonly client: IndexClient; readonly pages: Pages } {
    const place = this.#places.get(this.#choose(name));
    if (place === undefined) throw new BelljarError('INTERNAL', 'a name belongs to no index');
    return place;
  }

  /** The one index that the file’s project belongs to, if that is where it lies. */
  async #clientOf({ filename, url: address }: ProjectFile): Promise<IndexClient> {
    const name = projectOf(filename);
    const { client, pages } = this.#findPlace(name);
    const url = new URL(address);
    if (client.mayReach(url)) return client;
    await pages.find(normalizeName(name)); // after a restart, its hosts are not known yet
    if (client.mayReach(url)) return client;
    const message = 'no page of this index names the host that it lies on';
    throw unavailable({ index: client.name, url, why: 'redirect', message });
  }
}

/** What one index answers of a file holds for no other; what came and was checked is kept by its hash alone. */
function sizeKey(place: string, sha256: string): string {
  return hash('sha256', `${place} ${sha256}`);
}

/** The name in a file’s name: what stands before the version. */
function projectOf(filename: string): string {
  if (filename.endsWith('.whl')) return filename.slice(0, filename.indexOf('-'));
  return /^(.+?)-v?\d/.exec(filename)?.[1] ?? filename;
}
