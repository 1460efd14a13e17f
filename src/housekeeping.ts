import {
  BytecodeStore,
  type Collected,
  type Inventory,
  type MakeRoom,
  type Origin,
  Shelf,
  type ShelvedEnvironment,
  takeInventory,
  type VerifiedEnvironment,
  Verification,
  type VerifyOptions,
  verifyTree,
  WheelStore,
} from './environments/index.ts';
import { BelljarError, refuseWhenCancelled } from './errors.ts';
import { type KeptWithin, PackageCache } from './packages/index.ts';
import type { AuditRecord } from './record/index.ts';
import { readSettings } from './settings/index.ts';
import { cacheFolder, type Database, environmentsFolder } from './storage/index.ts';
import { Declarations } from './workspace-packages/index.ts';

export interface HousekeepingParts {
  readonly home: string;
  /** Where the settings are looked up. */
  readonly env: NodeJS.ProcessEnv;
  readonly database: Database;
  readonly record: AuditRecord;
}

export interface TidyOptions {
  /** How much the environments may take; what the settings say where left out. */
  readonly maxBytes?: number | undefined;
  /** The same for what is kept of packages. */
  readonly maxCacheBytes?: number | undefined;
  /** Only says what would be removed. */
  readonly isDryRun?: boolean | undefined;
  readonly origin?: Origin | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Tidied {
  readonly environments: Collected & { readonly maxBytes: number };
  readonly packages: KeptWithin & { readonly maxBytes: number };
}

/**
 * Makes room where the database itself has none left to say what may go: removes what can be fetched or built again, unless
 * it was used a moment ago.
 */
export async function tidyWithoutDatabase(home: string, signal?: AbortSignal): Promise<KeptWithin> {
  return new PackageCache(cacheFolder(home)).keepWithin({ maxBytes: 0, signal });
}

/** Names of workspaces by the key of the environment that they declare. */
export type DeclaredBy = ReadonlyMap<string, readonly string[]>;

/** So short a beginning of a key names no environment. */
const shortestKey = 6;
/** Room for most of what is built; more is found by the next who needs it. */
const wantedBytes = 2 ** 30;

/** What a home keeps of environments and packages: listed, verified, and within its budgets. */
export class Housekeeping implements MakeRoom, AsyncDisposable {
  readonly shelf: Shelf;
  readonly #parts: HousekeepingParts;
  #timer: NodeJS.Timeout | undefined;
  readonly #closing = new AbortController();
  #tidying: Promise<unknown> | undefined;

  constructor(parts: HousekeepingParts) {
    const { home, database, record } = parts;
    this.#parts = parts;
    this.shelf = new Shelf({ folder: environmentsFolder(home), verifyTree, database, record, makeRoom: this });
  }

  /** What stands on the shelf, and what it takes on the disk. @throws CANCELLED and the codes of the database. */
  async inventory(signal?: AbortSignal): Promise<Inventory> {
    return takeInventory(this.shelf, signal);
  }

  /** Which workspaces declare an environment, by its key. */
  async declaredBy(): Promise<DeclaredBy> {
    const declared = await new Declarations(this.#parts).list();
    const names = new Map<string, string[]>();
    for (const { name, environment } of declared) {
      if (environment !== null) names.set(environment, [...(names.get(environment) ?? []), name]);
    }
    return names;
  }

  /**
   * The environment whose key begins so.
   *
   * @throws USAGE where that is no key or several begin so, ENVIRONMENT_MISSING, and the codes of the database.
   */
  async find(beginning: string): Promise<ShelvedEnvironment> {
    if (!/^[0-9a-f]{1,64}$/.test(beginning) || beginning.length < shortestKey) {
      const hint = '`belljar env list` prints the keys.';
      const message = `“${beginning}” is no key: write at least its first ${shortestKey} characters, of 0-9 and a-f`;
      throw new BelljarError('USAGE', message, { hint });
    }
    const [found, ...others] = await this.shelf.match(beginning);
    if (found === undefined) {
      const details = { key: beginning };
      throw new BelljarError('ENVIRONMENT_MISSING', `there is no environment ${beginning}`, { details });
    }
    if (others.length === 0) return found;
    const candidates = [found, ...others].map(({ key }) => key);
    const hint = `Write more of it: ${candidates.map((key) => key.slice(0, beginning.length + 6)).join(', ')}.`;
    throw new BelljarError('USAGE', `several keys begin with ${beginning}`, { hint, details: { candidates } });
  }

  /** Reads all files of these environments; one that is not whole is never leased again, but built anew. */
  async verify(keys: readonly string[], options: VerifyOptions = {}): Promise<VerifiedEnvironment[]> {
    const { shelf } = this;
    const of = { folder: shelf.folder, cacheFolder: cacheFolder(this.#parts.home) };
    const stores = { wheels: new WheelStore(of), bytecode: new BytecodeStore(of) };
    return new Verification({ shelf, ...stores }).verify(keys, options);
  }

  /**
   * Removes what was not used longest until the rest is within the budgets; never what is leased, pinned or being built.
   *
   * @throws SETTINGS_INVALID, CANCELLED, STORAGE_FAILED where it cannot be measured, and the codes of the database.
   */
  async tidy({ maxBytes, maxCacheBytes, ...options }: TidyOptions = {}): Promise<Tidied> {
    const budgets = await this.#budgets();
    const most = { maxBytes: maxBytes ?? budgets.maxBytes, maxCacheBytes: maxCacheBytes ?? budgets.maxCacheBytes };
    // On a full disk what follows needs room itself: files go without a word in the database.
    const packages = await this.#tidyPackages(most.maxCacheBytes, options);
    const environments = await this.shelf.collect({ ...options, maxBytes: most.maxBytes });
    return {
      environments: { ...environments, maxBytes: most.maxBytes },
      packages: { ...packages, maxBytes: most.maxCacheBytes },
    };
  }

  /** Keeps the home within its budgets from time to time, as long as this process lives for another reason. */
  async start(): Promise<void> {
    const { collectEveryMs } = await this.#budgets();
    // What cannot be done now is tried again the next time.
    this.#timer = setInterval(() => void this.#tidyQuietly().catch(() => undefined), collectEveryMs).unref();
  }

  /** Counts only where there may be too much: a build does not wait for that otherwise. */
  readonly beforeBuild = async (signal: AbortSignal): Promise<void> => {
    const { maxBytes } = await this.#budgets();
    const estimate = await this.shelf.estimate();
    if (estimate !== undefined && estimate <= maxBytes) return;
    try {
      await this.shelf.collect({ maxBytes, signal });
    } catch {
      refuseWhenCancelled(signal); // what else stands in the way of tidying does not stand in that of a build
    }
  };

  /** First what can be fetched again, then what no environment is made of, then environments that nobody uses. */
  readonly whenFull = async (signal: AbortSignal): Promise<boolean> => {
    const packages = await this.#tidyPackages(0, { signal });
    const freed = packages.beforeBytes - packages.afterBytes;
    if (freed >= wantedBytes) return true;
    const { totalBytes } = await this.shelf.usage(signal);
    const maxBytes = Math.max(0, totalBytes + freed - wantedBytes);
    const { beforeBytes, afterBytes } = await this.shelf.collect({ maxBytes, signal });
    return freed + beforeBytes - afterBytes > 0;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort(new BelljarError('CANCELLED', 'Belljar was closed'));
    await this.#tidying?.catch(() => undefined); // nobody asked for it
    await this.shelf.close();
  }

  /** One at a time: a slow one is not joined by the next, nor waited for when all is closed. */
  async #tidyQuietly(): Promise<void> {
    this.#tidying ??= this.tidy({ signal: this.#closing.signal }).finally(() => {
      this.#tidying = undefined;
    });
    await this.#tidying;
  }

  async #tidyPackages(maxBytes: number, { isDryRun, signal }: TidyOptions): Promise<KeptWithin> {
    const stays = await this.shelf.wheelsOfBuilds();
    const cache = new PackageCache(cacheFolder(this.#parts.home));
    return cache.keepWithin({ maxBytes, stays, isDryRun, signal });
  }

  async #budgets(): Promise<{ maxBytes: number; maxCacheBytes: number; collectEveryMs: number }> {
    const { home, env } = this.#parts;
    const { environments, packages } = await readSettings({ home, env });
    const { maxBytes, collectEvery: collectEveryMs } = environments;
    return { maxBytes, maxCacheBytes: packages.cache.maxBytes, collectEveryMs };
  }
}
