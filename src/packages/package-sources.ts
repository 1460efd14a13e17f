import { hash } from 'node:crypto';
import { join } from 'node:path';

import type { Policy } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import type { Database } from '../storage/index.ts';
import { type Advisories, openAdvisories } from './advisories/index.ts';
import { Inspections } from './gate/index.ts';
import { handlingTerms } from './handling/index.ts';
import { Inspector, inspectorVersion } from './inspection/index.ts';
import { learnFromWheel, LearnedImports } from './learned/index.ts';
import {
  Flights,
  type IndexSource,
  type LocalUpstream,
  openUpstream,
  readConfiguredIndexes,
  trustAsConfigured,
} from './upstream/index.ts';

export interface PackageSourcesOptions {
  /** Where what can be made again is kept. */
  readonly cacheFolder: string;
  readonly database: Database;
  readonly record: AuditRecord;
  readonly env: NodeJS.ProcessEnv;
  /** The Python whose pip is asked for what it is configured with; the machine's own where left out. */
  readonly python?: string | undefined;
  /** Asked once, when something is first wanted. */
  readonly readSettings: () => Promise<PackageSettings>;
  /** Says what whoever opens wheels may take; the built-in policy where left out. */
  readonly currentPolicy?: (() => { readonly policy: Policy }) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PackageSettings {
  /** Those that this machine is configured with where left out. */
  readonly indexes?: readonly IndexSource[] | undefined;
  /** How long a page of an index is good without asking. */
  readonly freshMs: number;
}

/** What packages come from, and what is known of them. */
export interface OpenedSources {
  /** Where all of it is kept. */
  readonly folder: string;
  readonly upstream: LocalUpstream;
  readonly advisories: Advisories;
  readonly inspections: Inspections;
  /** Starts nothing before a wheel is to be opened. */
  readonly inspector: Inspector;
  readonly freshMs: number;
}

/** Where all that has to do with packages gets them, on an installation: opened together, when it is first needed. */
export class PackageSources implements AsyncDisposable {
  readonly #options: PackageSourcesOptions;
  readonly #resources = new AsyncDisposableStack();
  readonly #opening = new Flights<OpenedSources>();
  #opened: OpenedSources | undefined;

  constructor(options: PackageSourcesOptions) {
    this.#options = options;
  }

  /** @throws USAGE, INDEX_UNAVAILABLE, ARTIFACT_UNKEPT, CANCELLED, what reading the settings throws, and the codes of the database. */
  async open(signal?: AbortSignal): Promise<OpenedSources> {
    return (this.#opened ??= await this.#opening.join('all', (opening) => this.#open(opening), signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opening.close(); // whoever asked for it was told
    await this.#resources.disposeAsync();
  }

  async #open(opening: AbortSignal): Promise<OpenedSources> {
    const { cacheFolder, database, record, env, currentPolicy } = this.#options;
    const { indexes: named, freshMs } = await this.#options.readSettings();
    const folder = join(cacheFolder, 'packages');
    const indexes = await this.#findIndexes(folder, { named, opening });
    const [upstream, advisories] = await Promise.all([
      openUpstream({ folder, indexes, freshMs, env }).then((each) => this.#resources.use(each)),
      openAdvisories(database, { record, env }),
    ]);
    const imports = new LearnedImports(database);
    const inspections = new Inspections({
      ...{ folder: join(folder, 'inspections'), inspector: inspectorVersion },
      // Knowing who brings a module helps later: nothing waits for it, nor fails with it.
      onFound: (inspection) => void learnFromWheel(imports, inspection).catch(() => undefined),
    });
    const inspector = this.#resources.use(
      new Inspector({ cacheFolder, terms: currentPolicy && (() => handlingTerms(currentPolicy().policy)) }),
    );
    return { folder, upstream, advisories, inspections, inspector, freshMs };
  }

  #findIndexes(
    folder: string,
    { named, opening }: { readonly named: readonly IndexSource[] | undefined; readonly opening: AbortSignal },
  ): Promise<readonly IndexSource[]> {
    const { env, python = env['BELLJAR_PYTHON'] || 'python3', signal: own } = this.#options;
    const signal = own === undefined ? opening : AbortSignal.any([own, opening]);
    // Two Pythons may have two pips, each with an answer of its own.
    const keptIn = join(folder, 'pip', `${hash('sha256', python).slice(0, 16)}.json`);
    const question = { python, keptIn, signal };
    return named === undefined ? readConfiguredIndexes(env, question) : trustAsConfigured(named, env, question);
  }
}
