import type {
  AcquireOptions,
  Acquiring,
  AcquiringOptions,
  EnvironmentLease,
  PythonBuild,
  Pythons,
  Shelf,
  WheelStore,
  WhichEnvironment,
} from './environments/index.ts';
import type { EnvironmentExportOptions } from './exports/index.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { Packages } from './packages/packages.ts';
import type { AuditRecord } from './record/index.ts';
import type { FindBundle } from './sandbox/index.ts';
import { type EnvironmentSource, environmentFinder } from './sessions/index.ts';
import { type Database, cacheFolder } from './storage/index.ts';

export interface HomeEnvironmentsParts {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly database: Database;
  readonly record: AuditRecord;
  /** The one that environments are made for. */
  readonly python: PythonBuild;
  readonly readSettings: AcquiringOptions['readSettings'];
  readonly packages: AcquiringOptions['packages'] & Pick<Packages, 'plans'>;
  readonly currentPolicy: AcquiringOptions['currentPolicy'];
}

interface OpenedEnvironments {
  readonly housekeeping: Housekeeping;
  readonly shelf: Shelf;
  readonly pythons: Pythons;
  readonly find: FindBundle;
  readonly acquiring: Acquiring;
}

/** The environments of a home, and the Pythons that they can be made with; loaded with the first who wants one. */
export class HomeEnvironments implements EnvironmentSource, AsyncDisposable {
  readonly #parts: HomeEnvironmentsParts;
  #opened: Promise<OpenedEnvironments> | undefined;

  constructor(parts: HomeEnvironmentsParts) {
    this.#parts = parts;
  }

  /** Where those are that are built. */
  async shelf(): Promise<Shelf> {
    return (await this.#open()).shelf;
  }

  /**
   * The environment of a lock, for as long as the lease is held. The lock is judged by the policy of now at every use, so
   * that what is there never lets in what is denied today; what is not there is built.
   *
   * @example
   * const { lock } = await belljar.packages.plan({ requirements: ['six'], actor, role: 'owner' });
   * using lease = await belljar.environments.acquire({ lock: lock.digest, asker: { actor, role: 'owner' } });
   * await using session = await belljar.sessions.open({ actor, role: 'owner', environment: lease.environment.key });
   * @throws POLICY_DENIED, APPROVAL_NEEDED, LOCK_UNKNOWN, what Packages.bring() throws, WHEEL_REFUSED, PACKAGES_COLLIDE,
   * BUILD_FAILED, BUILD_LIMIT, STILL_BUILDING, STORAGE_FULL, ENVIRONMENT_UNKEPT, CANCELLED and the codes of the database.
   */
  async acquire(options: AcquireOptions): Promise<EnvironmentLease> {
    return (await this.#open()).acquiring.acquire(options);
  }

  /** Whether the environment of a lock is there, so that nothing would come in. */
  async has(options: WhichEnvironment): Promise<boolean> {
    return (await this.#open()).acquiring.has(options);
  }

  /** Where those are that are built, and the wheels that they are built of. */
  async stores(): Promise<{ readonly shelf: Shelf; readonly wheels: WheelStore }> {
    const { shelf } = await this.#open();
    const { WheelStore: Store } = await import('./environments/index.ts');
    return { shelf, wheels: new Store({ folder: shelf.folder, cacheFolder: cacheFolder(this.#parts.home) }) };
  }

  /**
   * One of them as other tools read it; nothing is done before the first piece is wanted.
   *
   * @example
   * await pipeline(belljar.environments.export({ key, format: 'sbom', asker }), createWriteStream('sbom.cdx.json'));
   * @throws POLICY_DENIED, ENVIRONMENT_MISSING, LOCK_UNKNOWN
   */
  async *export(options: EnvironmentExportOptions): AsyncGenerator<Uint8Array> {
    const { exportEnvironment } = await import('./exports/index.ts');
    yield* exportEnvironment({ ...this.#parts, openStores: () => this.stores() }, options);
  }

  /** What is kept, for how long, and whether it is whole. */
  async housekeeping(): Promise<Housekeeping> {
    return (await this.#open()).housekeeping;
  }

  /** The Pythons of the machine. */
  async pythons(): Promise<Pythons> {
    return (await this.#open()).pythons;
  }

  /**
   * Judges what is there of a key for who names it, as acquire() does; resolves to when it was made.
   *
   * @throws ENVIRONMENT_MISSING where it is not there, not whole, or somebody else's; POLICY_DENIED, APPROVAL_NEEDED.
   */
  async admit(...named: Parameters<EnvironmentSource['admit']>): Promise<string> {
    return (await this.#open()).acquiring.admitKey(...named);
  }

  async lease(key: string): ReturnType<EnvironmentSource['lease']> {
    return (await this.shelf()).lease(key);
  }

  /** What a session with an environment is shown. */
  readonly findBundle: FindBundle = async (name) => (await this.#open()).find(name);

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined); // whoever asked for it was told
    await opened?.acquiring[Symbol.asyncDispose]();
    await opened?.housekeeping[Symbol.asyncDispose]();
  }

  #open(): Promise<OpenedEnvironments> {
    this.#opened ??= this.#load().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #load(): Promise<OpenedEnvironments> {
    const { home, env, database, ...rest } = this.#parts;
    const [{ Acquiring, Pythons }, { Housekeeping }] = await Promise.all([
      import('./environments/index.ts'),
      import('./housekeeping.ts'),
    ]);
    const cache = cacheFolder(home);
    const housekeeping = new Housekeeping({ home, env, database, record: rest.record });
    await housekeeping.start();
    const { shelf } = housekeeping;
    const pythons = new Pythons({ env, cacheFolder: cache });
    const findOwner = async (workspace: string): Promise<string | null> => {
      const { Declarations } = await import('./workspace-packages/index.ts');
      const declarations = new Declarations({ database, record: rest.record });
      return (await declarations.find(workspace))?.owner ?? null;
    };
    const acquiring = new Acquiring({ ...rest, cacheFolder: cache, shelf, findOwner });
    return { housekeeping, shelf, pythons, acquiring, find: environmentFinder({ shelf, pythons, cacheFolder: cache }) };
  }
}
