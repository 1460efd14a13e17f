import { z } from 'zod';

import { factsSchema } from '../../policy/index.ts';
import { type Database, type Sql, sql } from '../../storage/index.ts';
import { actorKinds, roleNames, verdicts } from '../../words.ts';
// Past its door, behind which stands all that resolves: reading plans needs none of it.
import { type Lock, lockContentSchema, sealLock } from '../resolve/lock.ts';

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
  /** The digest of its lock; empty where it came to none. */
  readonly lock: string;
  readonly verdict: z.output<typeof rowSchema>['verdict'];
}

/** How long a plan can be judged again. */
const keptDays = 90;
const dayMs = 86_400_000;
/** More is more than one installation has in use. */
const mostLocks = 5000;

const columns = sql`p.id, p.time, p.workspace, p.lock, p.verdict, p.body`;

/** The plans of this installation, and the locks that they came to. */
export class PlanStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async keep(plan: KeptPlan, lock?: Lock): Promise<void> {
    const { id, time, workspace, lock: digest, verdict, ...body } = plan;
    const oldest = daysBefore(time, keptDays);
    await this.#database.write(
      sql`insert into plans (id, time, workspace, lock, verdict, body)
        values (${id}, ${time}, ${workspace}, ${digest}, ${verdict}, ${JSON.stringify(body)})`,
      // Of a lock that an environment is built from, that a workspace can go back to, or that somebody was asked about,
      // the newest stays.
      sql`delete from plans where time < ${oldest} and ((lock not in (select lock from environments)
          and lock not in (select lock from workspace_history where lock is not null)
          and lock not in (select lock from approvals))
        or exists (select 1 from plans newer where newer.lock = plans.lock and newer.time > plans.time))`,
      ...(lock === undefined ? [] : keepLock(lock, time)),
      // What somebody agreed to stays as long as the answer does.
      sql`delete from planned_locks where time < ${oldest}
        and digest not in (select lock from plans) and digest not in (select lock from approvals)`,
      sql`delete from advisory_alerts where time < ${oldest} and lock not in (select lock from plans)`,
    );
  }

  /** Those made since a moment, the oldest first; what an older Belljar wrote in another form is passed over. */
  since(moment: Date, signal?: AbortSignal): AsyncGenerator<KeptPlan> {
    return this.#iterate(sql`where p.time >= ${moment.toISOString()} order by p.time`, signal);
  }

  /** Of each lock that was let in or asked about, the newest plan that came to it; the newest first. */
  ofEachLock(signal?: AbortSignal): AsyncGenerator<KeptPlan> {
    const newest = sql`where p.lock <> '' and p.verdict <> 'deny' and not exists (
      select 1 from plans other where other.lock = p.lock and other.verdict <> 'deny'
        and (other.time > p.time or (other.time = p.time and other.id > p.id))
    ) order by p.time desc limit ${mostLocks}`;
    return this.#iterate(newest, signal);
  }

  /** The lock of this digest, where a plan came to it. */
  async findLock(digest: string): Promise<Lock | undefined> {
    const query = sql`select body from planned_locks where digest = ${digest}`;
    const [row] = await this.#database.read<{ body: string }>(query);
    // One that an older Belljar wrote in another form is as good as none.
    const parsed = row === undefined ? undefined : lockContentSchema.safeParse(JSON.parse(row.body));
    const lock = parsed?.success === true ? sealLock(parsed.data) : undefined;
    return lock?.digest === digest ? lock : undefined;
  }

  /** The newest plan that came to a lock. */
  async newestOf(lock: string): Promise<KeptPlan | undefined> {
    for await (const plan of this.#iterate(sql`where p.lock = ${lock} order by p.time desc limit 1`)) return plan;
    return undefined;
  }

  /** The workspaces that a lock was planned for. */
  async workspacesOf(lock: string): Promise<string[]> {
    const query = sql`select distinct workspace from plans where lock = ${lock} and workspace is not null order by workspace`;
    return (await this.#database.read<{ workspace: string }>(query)).map(({ workspace }) => workspace);
  }

  async *#iterate(condition: Sql, signal?: AbortSignal): AsyncGenerator<KeptPlan> {
    const options = { schema: rowSchema, batchSize: 20, ...(signal === undefined ? {} : { signal }) };
    for await (const { body, ...row } of this.#database.iterate(
      sql`select ${columns} from plans p ${condition}`,
      options,
    )) {
      const parsed = bodySchema.safeParse(JSON.parse(body));
      if (parsed.success) yield { ...row, ...parsed.data };
    }
  }
}

/** Written once, and then only now and then that it is still planned: it may be large. */
function keepLock({ digest, ...content }: Lock, time: string): Sql[] {
  return [
    sql`insert into planned_locks (digest, time, body) values (${digest}, ${time}, ${JSON.stringify(content)})
      on conflict (digest) do update set time = excluded.time where planned_locks.time < ${daysBefore(time, 1)}`,
  ];
}

function daysBefore(time: string, days: number): string {
  return new Date(Date.parse(time) - days * dayMs).toISOString();
}
