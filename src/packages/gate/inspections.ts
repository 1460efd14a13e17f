import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { z } from 'zod';

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

const keptSchema = z.object({ inspector: z.string(), inspection: inspectionSchema });

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

/** What was found in wheels, by their sha256: each is opened once, and what was found is kept. */
export class Inspections {
  readonly #options: InspectionsOptions;
  readonly #remembered = new Map<string, KeptInspection>();
  readonly #running = new Map<string, Promise<KeptInspection>>();
  readonly #pauses = new Map<string, Pause>();
  readonly #now: () => number;

  constructor(options: InspectionsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** What is known of a wheel without opening it. */
  async find(sha256: string): Promise<KeptInspection | undefined> {
    const known = this.#remembered.get(sha256) ?? (await this.#read(sha256));
    if (known !== undefined) this.#remember(sha256, known);
    return known;
  }

  /** What is known of a wheel in this process; nothing of one that is to be looked at again. */
  peek(sha256: string): KeptInspection | undefined {
    return this.#isDue(sha256) ? undefined : this.#remembered.get(sha256);
  }

  /** When a wheel that could not be looked at to the end is looked at again. */
  dueMs(sha256: string): number | undefined {
    return this.#pauses.get(sha256)?.endsMs;
  }

  /** What is known of a wheel, and where nothing is, what looking finds. */
  async findOr(sha256: string, look: () => Promise<unknown>): Promise<KeptInspection> {
    const known = await this.find(sha256);
    if (known !== undefined && !this.#isDue(sha256)) return known;
    const running = this.#running.get(sha256);
    if (running !== undefined) return running;
    const looking = this.#look(sha256, look).finally(() => this.#running.delete(sha256));
    this.#running.set(sha256, looking);
    return looking;
  }

  async #look(sha256: string, look: () => Promise<unknown>): Promise<KeptInspection> {
    const inspection = inspectionSchema.parse(await look());
    this.#remember(sha256, inspection);
    if (isLasting(inspection)) await this.#write(sha256, inspection);
    this.#pause(sha256, inspection);
    this.#options.onFound?.(inspection);
    return inspection;
  }

  #isDue(sha256: string): boolean {
    const pause = this.#pauses.get(sha256);
    return pause !== undefined && this.#now() >= pause.endsMs;
  }

  /** A wheel that is always too much costs all that a look may cost, each time: twice as long is waited after each. */
  #pause(sha256: string, inspection: KeptInspection): void {
    const before = this.#pauses.get(sha256);
    this.#pauses.delete(sha256);
    if (isLasting(inspection)) return;
    const lengthMs = before === undefined ? firstPauseMs : Math.min(before.lengthMs * 2, longestPauseMs);
    this.#pauses.set(sha256, { lengthMs, endsMs: this.#now() + lengthMs });
  }

  #remember(sha256: string, inspection: KeptInspection): void {
    if (this.#remembered.size >= maxRemembered) {
      this.#remembered.clear();
      this.#pauses.clear();
    }
    this.#remembered.set(sha256, inspection);
  }

  async #read(sha256: string): Promise<KeptInspection | undefined> {
    const text = await readFile(this.#pathOf(sha256), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      const { inspector, inspection } = keptSchema.parse(JSON.parse(text));
      return inspector === this.#options.inspector ? inspection : undefined;
    } catch {
      return undefined; // damaged: the wheel is opened again
    }
  }

  /** Beside its place first: another process never reads a half, and two that look at one wheel write the same. */
  async #write(sha256: string, inspection: KeptInspection): Promise<void> {
    const path = this.#pathOf(sha256);
    const half = `${path}.${randomUUID()}`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      await writeFile(half, JSON.stringify({ inspector: this.#options.inspector, inspection }), { mode: 0o600 });
      await rename(half, path);
    } finally {
      await rm(half, { force: true });
    }
  }

  #pathOf(sha256: string): string {
    return join(this.#options.folder, sha256.slice(0, 2), `${sha256}.json`);
  }
}
