import { z } from 'zod';

import { type Facts, factsSchema } from '../../policy/index.ts';
import { type Database, joinSql, sql } from '../../storage/index.ts';

/** Databases bound the parameters of one query, and each row has two. */
const perQuery = 400;
const rowSchema = z.object({ time: z.string(), body: z.string() });
const bodySchema = z.object({ facts: factsSchema });

/** What is known of a package from the last plan that it was in. */
export interface RememberedPackage {
  readonly facts: Facts['packages'][number];
  readonly advisoryData: Facts['advisoryData'];
  readonly time: string;
}

/** In which plan each package was judged last, so that it can be judged again without asking anybody. */
export class PlannedPackages {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async keep(plan: string, names: readonly string[]): Promise<void> {
    const rows = names.map((name) => sql`(${name}, ${plan})`);
    const writes = [];
    for (let at = 0; at < rows.length; at += perQuery) {
      writes.push(sql`insert into planned_packages (name, plan) values ${joinSql(rows.slice(at, at + perQuery), ', ')}
        on conflict (name) do update set plan = excluded.plan`);
    }
    if (writes.length > 0) await this.#database.write(...writes);
  }

  /** Undefined where it was in no plan that is kept, or in one that an older Belljar wrote in another form. */
  async find(name: string): Promise<RememberedPackage | undefined> {
    const query = sql`select plans.time as time, plans.body as body from planned_packages
      join plans on plans.id = planned_packages.plan where planned_packages.name = ${name}`;
    const [row] = await this.#database.read(query, { schema: rowSchema });
    const parsed = row === undefined ? undefined : bodySchema.safeParse(JSON.parse(row.body));
    if (row === undefined || parsed?.success !== true) return undefined;
    const { packages, advisoryData } = parsed.data.facts;
    const facts = packages.find((each) => each.name === name);
    return facts === undefined ? undefined : { facts, advisoryData, time: row.time };
  }
}
