import { z } from 'zod';

import { isProjectName, normalizeName } from '../../policy/index.ts';
import { type Database, joinSql, sql } from '../../storage/index.ts';
import { maxNamesPerWheel } from '../inspection/import-names.ts';

/** How it is known: a wheel was opened and has it, or METADATA says so, of a module or of a namespace that many share. */
export type ImportSource = 'wheel' | 'metadata' | 'namespace';

const doubts: Readonly<Record<ImportSource, number>> = { wheel: 0, metadata: 1, namespace: 2 };

const rowSchema = z.object({ distribution: z.string() });
const dottedName = /^[A-Za-z_]\w{0,99}(?:\.[A-Za-z_]\w{0,99}){0,9}$/;
const mostTold = 20;
/** Databases bound the parameters of one query, and each row has three. */
const perQuery = 300;

/** Which distributions bring which modules, as wheels showed or said; kept for the next process. */
export class LearnedImports {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What is no name of a project or of a module is passed over: both come from outside. */
  async learn(distribution: string, modules: Iterable<string>, source: ImportSource): Promise<void> {
    if (!isProjectName(distribution)) return;
    const name = normalizeName(distribution);
    const sound = [...new Set(modules)].filter((module) => dottedName.test(module)).slice(0, maxNamesPerWheel);
    const rows = sound.map((module) => sql`(${module}, ${name}, ${doubts[source]})`);
    const writes = [];
    for (let at = 0; at < rows.length; at += perQuery) {
      writes.push(sql`insert into import_names (module, distribution, doubt)
        values ${joinSql(rows.slice(at, at + perQuery), ', ')}
        on conflict (module, distribution) do update set doubt = excluded.doubt
        where excluded.doubt < import_names.doubt`);
    }
    if (writes.length > 0) await this.#database.write(...writes);
  }

  /** The distributions whose wheels have a module of exactly that dotted name, the surest first. */
  async distributionsOf(module: string): Promise<readonly string[]> {
    const query = sql`select distribution from import_names where module = ${module}
      order by doubt, distribution limit ${mostTold}`;
    const rows = await this.#database.read(query, { schema: rowSchema });
    return rows.map(({ distribution }) => distribution);
  }
}
