import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

import type { AuditRecord, RecordedActor } from '../../record/index.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import type { AdvisoryData, AdvisoryIndex } from './advisory-index.ts';
import { type AdvisoryChange, describeChange } from './changes.ts';
import { downloadDump, nameSource } from './download.ts';
import { loadFirstData } from './first-data.ts';
import { type DumpCounts, readDump, type ReadDumpOptions } from './read-dump.ts';
import { indexSnapshot, type Snapshot } from './snapshot.ts';
import { loadStored, readChangesSince, readStored, type StoredChange, storeSnapshot, touchStored } from './store.ts';
import { readUnjudged, type Unjudged } from './unjudged.ts';

export interface AdvisoriesOptions {
  /** Where changes of the data are told. */
  readonly record?: Pick<AuditRecord, 'appendWithin'> | undefined;
  /** Where a dump lies while it is fetched; the system's temporary folder where left out. */
  readonly folder?: string | undefined;
  /** What tells how dumps are reached: the proxy, the certificates, the `.netrc`; the process's own where left out. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

export interface ImportOptions extends ReadDumpOptions {
  readonly actor?: RecordedActor | undefined;
  /** Takes data that is older than what is there, or much less. */
  readonly force?: boolean | undefined;
}

/** What an import found and changed. */
export interface ImportReport {
  readonly source: string;
  readonly asOf: string | undefined;
  readonly digest: string;
  /** False where the same data was there already. */
  readonly isChanged: boolean;
  /** On how many projects something else is said now. */
  readonly changedPackages: number;
  /** Undefined where the source said that nothing is new. */
  readonly counts: DumpCounts | undefined;
}

export interface AdvisoriesStatus {
  readonly asOf: string | undefined;
  readonly digest: string;
  readonly advisories: number;
  readonly packages: number;
  /** `shipped` until something is imported. */
  readonly source: string;
  readonly importedAt: string | undefined;
  /** When the source was last known to have nothing newer. */
  readonly checkedAt: string | undefined;
  readonly refused: number;
}

type Listener = (change: AdvisoryChange) => void;

interface Source {
  readonly name: string;
  readonly etag?: string | undefined;
}

interface ToldChange extends StoredChange {
  readonly snapshot: Snapshot;
  readonly counts: DumpCounts;
  readonly source: Source;
  readonly actor: RecordedActor | null;
}

/**
 * What is known against packages: the data that was imported last, or that came with Belljar. Any number of processes
 * may read and import at once.
 *
 * @example
 * const advisories = await openAdvisories(database, { record });
 * advisories.current.find('jinja2', '2.7');
 */
export class Advisories {
  readonly #database: Database;
  readonly #options: AdvisoriesOptions;
  readonly #listeners = new Set<Listener>();
  #index: AdvisoryIndex;
  #reloading: Promise<boolean> | undefined;

  constructor(database: Database, index: AdvisoryIndex, options: AdvisoriesOptions) {
    this.#database = database;
    this.#index = index;
    this.#options = options;
  }

  /** The data now. Who judges many packages keeps it, so that all are judged by the same. */
  get current(): AdvisoryData {
    return this.#index;
  }

  /** Calls back whenever the data changed, by whichever process; returns how to stop that. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes over what another process imported; resolves to whether something changed. */
  reload(signal?: AbortSignal): Promise<boolean> {
    // One at a time; whoever comes meanwhile may have written after it began to read.
    const before = this.#reloading ?? Promise.resolve(false);
    const reloading = before.catch(() => false).then(() => this.#reload(signal));
    this.#reloading = reloading;
    return reloading;
  }

  /**
   * Takes a dump (a ZIP file or a folder of OSV records) in the place of what was there: all of it, or nothing.
   *
   * @throws ADVISORIES_UNUSABLE, INPUT_UNREADABLE, CANCELLED and the codes of the database.
   */
  import(path: string, options: ImportOptions = {}): Promise<ImportReport> {
    return this.#take(path, { name: basename(resolve(path)) }, options);
  }

  /**
   * Fetches a dump and imports it, unless it is the one that is there.
   *
   * @throws ADVISORIES_UNAVAILABLE, USAGE for an address that is not https, and what `import` throws.
   */
  async update(url: string, options: ImportOptions = {}): Promise<ImportReport> {
    const { signal, onProgress } = options;
    const name = nameSource(url);
    const stored = await readStored(this.#database);
    // Another source has other marks; and data that was changed by hand is to be mended by force.
    const etag = stored?.source === name && options.force !== true ? (stored.etag ?? undefined) : undefined;
    const folder = await mkdtemp(join(this.#options.folder ?? tmpdir(), 'belljar-advisories-'));
    try {
      const path = join(folder, `${randomUUID()}.zip`);
      const download = await downloadDump({ url, path, etag, signal, onProgress, env: this.#options.env });
      if (download.kind === 'written') return await this.#take(path, { name, etag: download.etag }, options);
      if (stored !== undefined) await touchStored(this.#database, stored.number);
      await this.reload(signal);
      return this.#report(name, { isChanged: false, changedPackages: 0, counts: undefined });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Where the data comes from, and how old it is. */
  async status(): Promise<AdvisoriesStatus> {
    await this.reload();
    const stored = await readStored(this.#database);
    if (stored === undefined) return shippedStatus();
    const { digest, advisories, source, importedAt, checkedAt, refused } = stored;
    const packages = [...this.#index.names()].length;
    return { asOf: this.#index.asOf, digest, advisories, packages, source, importedAt, checkedAt, refused };
  }

  /**
   * The projects on which something else is said since the data had this digest; undefined where that is not known, and
   * everything is to be judged again.
   */
  changedSince(digest: string, signal?: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    if (digest === this.#index.digest) return Promise.resolve(new Set());
    return readChangesSince(this.#database, digest, signal);
  }

  /** What changed since locks were judged last; undefined where nothing did. */
  async findUnjudged(signal?: AbortSignal): Promise<Unjudged | undefined> {
    const unjudged = await readUnjudged(this.#database, signal);
    if (unjudged !== undefined) await this.reload(signal);
    return unjudged;
  }

  async #take(path: string, source: Source, options: ImportOptions): Promise<ImportReport> {
    const { signal, actor = null, force = false } = options;
    const { snapshot, counts } = await readDump(path, options);
    const { isChanged, changedNames } = await storeSnapshot(this.#database, snapshot, {
      source: source.name,
      etag: source.etag,
      refused: counts.refused,
      force,
      first: await loadFirstData(),
      onChange: (transaction, change) => this.#tell(transaction, { ...change, snapshot, counts, source, actor }),
      signal,
    });
    // It is done: what follows is not to be given up half-way.
    await this.reload();
    return this.#report(source.name, { isChanged, changedPackages: changedNames.size, counts });
  }

  #report(source: string, outcome: Pick<ImportReport, 'isChanged' | 'changedPackages' | 'counts'>): ImportReport {
    const { asOf, digest } = this.#index;
    return { source, asOf, digest, ...outcome };
  }

  async #tell(transaction: Transaction, change: ToldChange): Promise<void> {
    const { snapshot, counts, source, actor, previousDigest, changedNames } = change;
    const { asOf = null, digest } = snapshot;
    const { advisories, refused } = counts;
    await this.#options.record?.appendWithin(transaction, {
      action: 'advisories.updated',
      actor,
      subject: source.name,
      details: { asOf, digest, previousDigest, changedPackages: changedNames.size, advisories, refused },
    });
  }

  async #reload(signal: AbortSignal | undefined): Promise<boolean> {
    const previous = this.#index;
    const current = await loadNewer(this.#database, previous, signal);
    if (current === undefined) return false;
    this.#index = current;
    const change = describeChange(previous, current);
    for (const listener of this.#listeners) listener(change);
    return true;
  }
}

/** Opens what is known against packages; a new installation begins with what came with Belljar. */
export async function openAdvisories(database: Database, options: AdvisoriesOptions = {}): Promise<Advisories> {
  const index = (await loadNewer(database, undefined)) ?? indexSnapshot(await loadFirstData());
  return new Advisories(database, index, options);
}

/** What holds where nothing was ever imported, and no home is there to ask. */
export async function shippedStatus(): Promise<AdvisoriesStatus> {
  const first = await loadFirstData();
  return {
    asOf: first.asOf,
    digest: first.digest,
    advisories: first.lines.size,
    packages: [...indexSnapshot(first).names()].length,
    source: 'shipped',
    importedAt: undefined,
    checkedAt: undefined,
    refused: 0,
  };
}

/** What is stored; undefined where there is nothing, or it is what we have. */
async function loadNewer(
  database: Database,
  known: AdvisoryIndex | undefined,
  signal?: AbortSignal,
): Promise<AdvisoryIndex | undefined> {
  for (;;) {
    const stored = await readStored(database);
    if (stored === undefined || stored.digest === known?.digest) return undefined;
    const loaded = await loadStored(database, stored, signal);
    // Another process may have stored more between the two questions.
    if ((await readStored(database))?.digest === stored.digest) return loaded;
  }
}
