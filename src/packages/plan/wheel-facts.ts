import { z } from 'zod';

import { type Database, joinSql, sql } from '../../storage/index.ts';

const wheelFactsSchema = z.object({
  /** The sha256 of the METADATA that all this stands in. */
  metadataSha256: z.string(),
  /** The requirements in its METADATA, as they stand there. */
  needs: z.array(z.string()),
  licence: z.object({ expression: z.string(), source: z.string() }).optional(),
  licenceContradictions: z.array(z.string()).default([]),
  sizeBytes: z.int().min(0).optional(),
  /** The Pythons that it says it is for. */
  requiresPython: z.string().optional(),
  /** The modules that it says it brings. */
  importNames: z.array(z.string()).default([]),
});

/** By the index and the file name that it was learned under: what one index says of a wheel’s bytes holds for no other. */
const keptSchema = z.record(z.string(), wheelFactsSchema);

/** Which wheel, and as what file of which index. */
export interface ListedHash {
  readonly sha256: string;
  readonly place: string;
}

/** What the METADATA of a wheel says, as its index gives it out. */
export type WheelFacts = Readonly<z.output<typeof wheelFactsSchema>>;

const rowSchema = z.object({ sha256: z.string(), body: z.string() });
/** Databases bound the parameters of one query. */
const perQuery = 500;

/** Keeps what was learned of wheels, in the database and, for this process, at hand. */
export class WheelFactStore {
  readonly #database: Database;
  readonly #known = new Map<string, Readonly<Record<string, WheelFacts>>>();
  #unwritten = new Set<string>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Brings to hand what the database knows of these wheels, in one go. */
  async load(hashes: readonly string[]): Promise<void> {
    const missing = [...new Set(hashes)].filter((sha256) => !this.#known.has(sha256));
    for (let at = 0; at < missing.length; at += perQuery) {
      const wanted = joinSql(
        missing.slice(at, at + perQuery).map((sha256) => sql`${sha256}`),
        ', ',
      );
      const query = sql`select sha256, body from wheel_facts where sha256 in (${wanted})`;
      for (const { sha256, body } of await this.#database.read(query, { schema: rowSchema })) {
        const parsed = keptSchema.safeParse(JSON.parse(body));
        if (parsed.success) this.#known.set(sha256, parsed.data);
      }
    }
  }

  /** What is at hand. */
  find({ sha256, place }: ListedHash): WheelFacts | undefined {
    return this.#known.get(sha256)?.[place];
  }

  add({ sha256, place }: ListedHash, facts: WheelFacts): void {
    this.#known.set(sha256, { ...this.#known.get(sha256), [place]: facts });
    this.#unwritten.add(sha256);
  }

  /** Writes what was added, in one transaction. */
  async flush(): Promise<void> {
    const added = [...this.#unwritten];
    if (added.length === 0) return;
    this.#unwritten = new Set();
    await this.#database.write(
      ...added.map(
        (
          sha256,
        ) => sql`insert into wheel_facts (sha256, body) values (${sha256}, ${JSON.stringify(this.#known.get(sha256))})
          on conflict (sha256) do update set body = excluded.body`,
      ),
    );
  }
}
