import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { z } from 'zod';

import { parseWheelName } from '../inspection/index.ts';
import type { KeptFile } from '../keep-within.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const aboutSchema = z.strictObject({
  filename: z.string().refine((name) => parseWheelName(name) !== undefined),
  sha256,
  sizeBytes: z.int().min(1),
  metadata: z.base64(),
});

const recipeSchema = z.strictObject({ needs: z.array(z.string()) });

const factsSchema = z.strictObject({ metadata: z.base64().nullable() });

/** A wheel that was built here, on this machine's disk. */
export interface BuiltWheel {
  readonly path: string;
  readonly filename: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The bytes of its METADATA. */
  readonly metadata: Buffer;
}

/** What a process left that was killed while it built. */
const oldHalfMs = 24 * 60 * 60_000;
const aboutName = 'about.json';

/** What was built, by keys that hold everything a build depends on; each appears whole or not at all. */
export class BuiltWheels {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A wheel that is as it was when it was kept. */
  async find(key: string): Promise<BuiltWheel | undefined> {
    const folder = this.#placeOf('wheels', key);
    const about = await readJson(join(folder, aboutName), aboutSchema);
    if (about === undefined) return undefined;
    const wheel = { ...about, path: join(folder, about.filename), metadata: Buffer.from(about.metadata, 'base64') };
    if ((await hashFile(wheel.path)) === about.sha256) {
      await utimes(join(folder, aboutName), new Date(), new Date()).catch(() => undefined); // removed meanwhile
      return wheel;
    }
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }

  /** All wheels that are kept; the time of what tells of one says when it was used last. */
  async list(): Promise<KeptFile[]> {
    const base = join(this.#folder, 'wheels');
    const entries = await readdir(base, { recursive: true, withFileTypes: true }).catch(() => []);
    const folders = entries.filter(({ name }) => name === aboutName).map(({ parentPath }) => parentPath);
    const found = await Promise.all(
      folders.map(async (folder): Promise<KeptFile[]> => {
        const about = await readJson(join(folder, aboutName), aboutSchema);
        const stats = await stat(join(folder, aboutName)).catch(() => undefined); // another process was quicker
        if (about === undefined || stats === undefined) return [];
        const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
        const { sha256: digest, sizeBytes } = about;
        return [{ kind: 'built', sha256: digest, sizeBytes, usedAtMs: stats.mtimeMs, isHeld: false, remove }];
      }),
    );
    return found.flat();
  }

  /** A folder that nobody else enters, for a wheel that is yet to come. */
  async makeHalf(): Promise<string> {
    const halves = join(this.#folder, 'halves');
    await mkdir(halves, { recursive: true, mode: 0o700 });
    await removeOld(halves);
    const half = join(halves, randomUUID());
    await mkdir(half, { mode: 0o700 });
    return half;
  }

  /** Keeps the wheel of a half; where another process was quicker, that one's is as good. */
  async keep(key: string, half: string, wheel: Omit<BuiltWheel, 'path'>): Promise<BuiltWheel> {
    const folder = this.#placeOf('wheels', key);
    const { filename, sha256: digest, sizeBytes, metadata } = wheel;
    const about = { filename, sha256: digest, sizeBytes, metadata: metadata.toString('base64') };
    await writeFile(join(half, aboutName), JSON.stringify(about), { mode: 0o600 });
    await mkdir(join(folder, '..'), { recursive: true, mode: 0o700 });
    try {
      await rename(half, folder);
    } catch (error) {
      const other = await this.find(key);
      if (other === undefined) throw error;
      return other;
    }
    return { ...wheel, path: join(folder, filename) };
  }

  /** What a source needs to be built, as it said when it was built last. */
  async findNeeds(key: string): Promise<readonly string[] | undefined> {
    return (await readJson(this.#recordOf('recipes', key), recipeSchema))?.needs;
  }

  async keepNeeds(key: string, needs: readonly string[]): Promise<void> {
    await this.#write(this.#recordOf('recipes', key), { needs });
  }

  /** The metadata that a source has without being built; null where it has none, undefined where nobody looked. */
  async findMetadata(source: string): Promise<Buffer | null | undefined> {
    const facts = await readJson(this.#recordOf('sources', source), factsSchema);
    if (facts === undefined) return undefined;
    return facts.metadata === null ? null : Buffer.from(facts.metadata, 'base64');
  }

  async keepMetadata(source: string, metadata: Buffer | null): Promise<void> {
    await this.#write(this.#recordOf('sources', source), { metadata: metadata?.toString('base64') ?? null });
  }

  #placeOf(kind: string, key: string): string {
    return join(this.#folder, kind, key.slice(0, 2), key);
  }

  #recordOf(kind: string, key: string): string {
    return `${this.#placeOf(kind, key)}.json`;
  }

  async #write(path: string, content: unknown): Promise<void> {
    const half = `${path}.${randomUUID()}`;
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    try {
      await writeFile(half, JSON.stringify(content), { mode: 0o600 });
      await rename(half, path);
    } finally {
      await rm(half, { force: true });
    }
  }
}

/** What is missing, or damaged, is made again. */
async function readJson<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

async function hashFile(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  } catch {
    return undefined; // as good as none
  }
}

async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > oldHalfMs) await rm(path, { recursive: true, force: true });
  }
}
