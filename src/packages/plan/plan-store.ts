import { z } from 'zod';

import { factsSchema } from '../../policy/index.ts';
import { type Database, sql } from '../../storage/index.ts';
import { actorKinds, roleNames, verdicts } from '../../words.ts';

const bodySchema = z.object({
  actor: z.object({ id: z.string(), kind: z.enum(actorKinds) }),
  role: z.enum(roleNames),
  requirements: z.array(z.object({ name: z.string(), specifier: z.string() })),
  facts: factsSchema,
  policyHash: z.string(),
});

const rowSchema = z.object({
  id: z.string(),
  time: z.string(),
  workspace: z.string().nullable(),
  lock: z.string(),
  verdict: z.enum(verdicts),
  body: z.string(),
});

/** A plan with the facts that it was judged by, so that another policy can judge it again. */
export interface KeptPlan extends Readonly<z.output<typeof bodySchema>> {
  readonly id: string;
  readonly time: string;
  readonly workspace: string | null;
  /** The digest of its lock. */
  readonly lock: string;
  readonly verdict: z.output<typeof rowSchema>['verdict'];
}

/** How long a plan can be judged again. */
const keptDays = 90;

/** The plans of this installation. */
export class PlanStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async keep(plan: KeptPlan): Promise<void> {
    const { id, time, workspace, lock, verdict, ...body } = plan;
    const oldest = new Date(Date.parse(time) - keptDays * 86_400_000).toISOString();
    await this.#database.write(
      sql`insert into plans (id, time, workspace, lock, verdict, body)
        values (${id}, ${time}, ${workspace}, ${lock}, ${verdict}, ${JSON.stringify(body)})`,
      sql`delete from plans where time < ${oldest}`,
    );
  }

  /** Those made since a moment, the oldest first; what an older Belljar wrote in another form is passed over. */
  async *since(moment: Date, signal?: AbortSignal): AsyncGenerator<KeptPlan> {
    const query = sql`select id, time, workspace, lock, verdict, body from plans
      where time >= ${moment.toISOString()} order by time`;
    const options = { schema: rowSchema, batchSize: 20, ...(signal === undefined ? {} : { signal }) };
    for await (const { body, ...row } of this.#database.iterate(query, options)) {
      const parsed = bodySchema.safeParse(JSON.parse(body));
      if (parsed.success) yield { ...row, ...parsed.data };
    }
  }
}
