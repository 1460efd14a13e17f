import type { Pythons, Shelf } from './environments/index.ts';
import type { AuditRecord } from './record/index.ts';
import type { FindBundle } from './sandbox/index.ts';
import { type EnvironmentSource, environmentFinder } from './sessions/index.ts';
import { type Database, cacheFolder, environmentsFolder } from './storage/index.ts';

export interface HomeEnvironmentsParts {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly database: Database;
  readonly record: AuditRecord;
}

interface OpenedEnvironments {
  readonly shelf: Shelf;
  readonly pythons: Pythons;
  readonly find: FindBundle;
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

  /** The Pythons of the machine. */
  async pythons(): Promise<Pythons> {
    return (await this.#open()).pythons;
  }

  async lease(key: string): ReturnType<EnvironmentSource['lease']> {
    return (await this.shelf()).lease(key);
  }

  /** What a session with an environment is shown. */
  readonly findBundle: FindBundle = async (name) => (await this.#open()).find(name);

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#opened)?.shelf.close();
  }

  #open(): Promise<OpenedEnvironments> {
    this.#opened ??= this.#load();
    return this.#opened;
  }

  async #load(): Promise<OpenedEnvironments> {
    const { home, env, ...rest } = this.#parts;
    const { Pythons, Shelf, verifyTree } = await import('./environments/index.ts');
    const cache = cacheFolder(home);
    const shelf = new Shelf({ folder: environmentsFolder(home), verifyTree, ...rest });
    const pythons = new Pythons({ env, cacheFolder: cache });
    return { shelf, pythons, find: environmentFinder({ shelf, pythons, cacheFolder: cache }) };
  }
}
