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
}

const maxRemembered = 20_000;

/** What says more about this machine at that moment than about the wheel: the next process looks again. */
function isLasting(inspection: KeptInspection): boolean {
  return inspection.verdict === 'sound' || !inspection.problems.some(({ rule }) => rule.startsWith('inspection.'));
}

/** What was found in wheels, by their sha256: each is opened once, and what was found is kept. */
export class Inspections {
  readonly #options: InspectionsOptions;
  readonly #remembered = new Map<string, KeptInspection>();
  readonly #running = new Map<string, Promise<KeptInspection>>();

  constructor(options: InspectionsOptions) {
    this.#options = options;
  }

  /** What is known of a wheel without opening it. */
  async find(sha256: string): Promise<KeptInspection | undefined> {
    const known = this.#remembered.get(sha256) ?? (await this.#read(sha256));
    if (known !== undefined) this.#remember(sha256, known);
    return known;
  }

  /** What is known of a wheel in this process. */
  peek(sha256: string): KeptInspection | undefined {
    return this.#remembered.get(sha256);
  }

  /** What is known of a wheel, and where nothing is, what looking finds. */
  async findOr(sha256: string, look: () => Promise<unknown>): Promise<KeptInspection> {
    const known = await this.find(sha256);
    if (known !== undefined) return known;
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
    return inspection;
  }

  #remember(sha256: string, inspection: KeptInspection): void {
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
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
