import { hash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { z } from 'zod';

import { holdAgainst } from '../inspection/index.ts';
import { Flights, type ProjectFile, projectsOf } from '../upstream/index.ts';

/** What is kept of an inspection; it may hold more. */
const inspectionSchema = z.discriminatedUnion('verdict', [
  z.looseObject({
    verdict: z.literal('sound'),
    installedBytes: z.int().min(0),
    startupFiles: z.array(z.string()),
    hasNativeCode: z.boolean(),
    licence: z.object({ expression: z.string(), source: z.string() }).optional(),
    metadataSha256: z.string(),
    /** What METADATA inside says that it needs. */
    requires: z.array(z.string()).optional(),
  }),
  z.looseObject({
    verdict: z.literal('refused'),
    problems: z.array(z.object({ rule: z.string(), message: z.string(), path: z.string().optional() })),
  }),
]);
export type KeptInspection = z.output<typeof inspectionSchema>;

const keptSchema = z.object({ inspector: z.string(), filename: z.string(), inspection: inspectionSchema });

/** A wheel as its index lists it: what is found in the same bytes under another name is another thing. */
export type ListedWheel = Pick<ProjectFile, 'filename' | 'coreMetadata'> & { readonly sha256: string };

export interface InspectionsOptions {
  /** The folder that keeps what was found. */
  readonly folder: string;
  /** What changes when the inspector looks at more than before: wheels are opened again then. */
  readonly inspector: string;
  /** Told of each wheel that was opened. */
  readonly onFound?: ((inspection: KeptInspection) => void) | undefined;
  readonly now?: (() => number) | undefined;
}

const firstPauseMs = 60_000;
const longestPauseMs = 86_400_000;

/** Of a wheel that could not be looked at to the end: how long that is taken for an answer. */
interface Pause {
  readonly lengthMs: number;
  readonly endsMs: number;
}

const maxRemembered = 20_000;

/** What says more about this machine at that moment than about the wheel: it is looked at again, by the next process or later. */
export function isLasting(inspection: KeptInspection): boolean {
  return inspection.verdict === 'sound' || !inspection.problems.some(({ rule }) => rule.startsWith('inspection.'));
}

/** What was found in wheels, by their sha256 and names: each is opened once, and what was found is kept. */
export class Inspections {
  readonly #options: InspectionsOptions;
  readonly #remembered = new Map<string, KeptInspection>();
  /** The names of the files that were taken in. */
  readonly #loaded = new Set<string>();
  readonly #flights = new Flights<KeptInspection>();
  readonly #pauses = new Map<string, Pause>();
  readonly #now: () => number;

  constructor(options: InspectionsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** What is known of a wheel without opening it. */
  async find(wheel: ListedWheel): Promise<KeptInspection | undefined> {
    return promised(wheel, await this.#find(wheel));
  }

  /** What is known of a wheel in this process; nothing of one that is to be looked at again. */
  peek(wheel: ListedWheel): KeptInspection | undefined {
    return this.#isDue(keyOf(wheel)) ? undefined : promised(wheel, this.#remembered.get(keyOf(wheel)));
  }

  /** Takes in what is kept of a project’s wheels, for peek(); the answer tells one state of that from another. */
  async load(project: string): Promise<string> {
    const folder = join(this.#options.folder, project);
    const names = isFolderName.test(project) ? await readdir(folder).catch(() => []) : []; // none was opened
    const known: string[] = [];
    for (const name of names.filter((each) => isKeptName.test(each)).sort()) {
      if (this.#loaded.has(name) || (await this.#load(folder, name))) known.push(name);
    }
    return known.length === 0 ? '' : hash('sha256', known.join('\n'));
  }

  /** When a wheel that could not be looked at to the end is looked at again. */
  dueMs(wheel: ListedWheel): number | undefined {
    return this.#pauses.get(keyOf(wheel))?.endsMs;
  }

  /**
   * What is known of a wheel, and where nothing is, what looking finds; given up when the last who waits for it goes.
   *
   * @throws CANCELLED, and what looking throws.
   */
  async findOr(
    wheel: ListedWheel,
    look: (signal: AbortSignal) => Promise<unknown>,
    signal?: AbortSignal,
  ): Promise<KeptInspection> {
    const known = await this.#find(wheel);
    const isKnown = known !== undefined && !this.#isDue(keyOf(wheel));
    const start = (looking: AbortSignal): Promise<KeptInspection> => this.#look(wheel, look(looking));
    return promised(wheel, isKnown ? known : await this.#flights.join(keyOf(wheel), start, signal));
  }

  async #find(wheel: ListedWheel): Promise<KeptInspection | undefined> {
    const known = this.#remembered.get(keyOf(wheel)) ?? (await this.#read(wheel));
    if (known !== undefined) this.#remember(keyOf(wheel), known);
    return known;
  }

  async #look(wheel: ListedWheel, looking: Promise<unknown>): Promise<KeptInspection> {
    const inspection = inspectionSchema.parse(await looking);
    this.#remember(keyOf(wheel), inspection);
    if (isLasting(inspection)) await this.#write(wheel, inspection);
    this.#pause(keyOf(wheel), inspection);
    this.#options.onFound?.(inspection);
    return inspection;
  }

  async #load(folder: string, name: string): Promise<boolean> {
    const kept = await this.#readKept(join(folder, name));
    if (kept === undefined) return false;
    const key = keyOf({ sha256: name.slice(0, 64), filename: kept.filename });
    if (!this.#remembered.has(key)) this.#remember(key, kept.inspection);
    this.#loaded.add(name);
    return true;
  }

  #isDue(key: string): boolean {
    const pause = this.#pauses.get(key);
    return pause !== undefined && this.#now() >= pause.endsMs;
  }

  /** A wheel that is always too much costs all that a look may cost, each time: twice as long is waited after each. */
  #pause(key: string, inspection: KeptInspection): void {
    const before = this.#pauses.get(key);
    this.#pauses.delete(key);
    if (isLasting(inspection)) return;
    const lengthMs = before === undefined ? firstPauseMs : Math.min(before.lengthMs * 2, longestPauseMs);
    this.#pauses.set(key, { lengthMs, endsMs: this.#now() + lengthMs });
  }

  #remember(key: string, inspection: KeptInspection): void {
    if (this.#remembered.size >= maxRemembered) {
      this.#remembered.clear();
      this.#loaded.clear();
      this.#pauses.clear();
    }
    this.#remembered.set(key, inspection);
  }

  async #read(wheel: ListedWheel): Promise<KeptInspection | undefined> {
    const kept = await this.#readKept(this.#pathOf(wheel));
    return kept?.filename === wheel.filename ? kept.inspection : undefined;
  }

  async #readKept(path: string): Promise<z.output<typeof keptSchema> | undefined> {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      const kept = keptSchema.parse(JSON.parse(text));
      return kept.inspector === this.#options.inspector ? kept : undefined;
    } catch {
      return undefined; // damaged: the wheel is opened again
    }
  }

  /** Beside its place first: another process never reads a half, and two that look at one wheel write the same. */
  async #write(wheel: ListedWheel, inspection: KeptInspection): Promise<void> {
    const path = this.#pathOf(wheel);
    const half = `${path}.${randomUUID()}`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      const kept = { inspector: this.#options.inspector, filename: wheel.filename, inspection };
      await writeFile(half, JSON.stringify(kept), { mode: 0o600 });
      await rename(half, path);
    } finally {
      await rm(half, { force: true });
    }
  }

  #pathOf({ sha256, filename }: ListedWheel): string {
    const [project = '_'] = projectsOf(filename);
    return join(this.#options.folder, project, `${sha256}.${hash('sha256', filename).slice(0, 32)}.json`);
  }
}

const isFolderName = /^[a-z0-9-]+$/;
const isKeptName = /^[0-9a-f]{64}\.[0-9a-f]{32}\.json$/;

function keyOf({ sha256, filename }: Pick<ListedWheel, 'sha256' | 'filename'>): string {
  return `${sha256} ${filename}`;
}

/** A page that promises other METADATA than what is inside lies of the wheel, as long as it says so. */
function promised<T extends KeptInspection | undefined>({ coreMetadata }: ListedWheel, found: T): T | KeptInspection {
  if (found === undefined || typeof coreMetadata !== 'object') return found;
  return holdAgainst<KeptInspection>(found, coreMetadata.sha256);
}
