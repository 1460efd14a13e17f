import { ownerName } from '../environments/inside.ts';
import type { AuditRecord, RecordedActor } from '../record/index.ts';
import { type Database, sql, type Transaction } from '../storage/index.ts';
import {
  type ChangeKind,
  type Declaration,
  declarationSchema,
  type DeclaredState,
  environmentSchema,
  type PastDeclaration,
  pastDeclarationSchema,
} from './declaration.ts';

export interface DeclarationsOptions {
  readonly database: Database;
  readonly record: AuditRecord;
  readonly now?: (() => Date) | undefined;
}

export interface AttachOptions {
  readonly workspace: string;
  readonly kind: ChangeKind;
  readonly actor: RecordedActor;
  readonly policyHash: string;
  readonly state: DeclaredState;
  /** What the change was made to. */
  readonly before: Declaration | undefined;
  /** What is asked for besides, for the record. */
  readonly details?: Readonly<Record<string, string | number>> | undefined;
}

export interface RemoveOptions {
  readonly workspace: string;
  /** This very state alone: what somebody made of it meanwhile stays. */
  readonly only?: Pick<Declaration, 'number' | 'made'> | undefined;
  readonly actor: RecordedActor;
  readonly policyHash: string;
}

const stateColumns = sql`number, python, interpreter, base, asked, requirements, wish, lock, environment`;
const columns = sql`${stateColumns}, name, owner, made, changed`;
const mostListed = 1000;
const mostNamed = 50;

/** What the workspaces of a home have declared, and how each came to it. */
export class Declarations {
  readonly #options: DeclarationsOptions;

  constructor(options: DeclarationsOptions) {
    this.#options = options;
  }

  async find(workspace: string): Promise<Declaration | undefined> {
    return findIn(this.#options.database, workspace);
  }

  /** Which environment each of these has; those that declare nothing are left out. */
  async environmentsOf(workspaces: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    const found = await this.#options.database.read(
      sql`select name, environment from workspaces where name in (select value from json_each(${JSON.stringify(workspaces)}))`,
      { schema: environmentSchema },
    );
    return new Map(found.map(({ name, environment }) => [name, environment]));
  }

  /** Those changed last first. */
  async list(): Promise<Declaration[]> {
    return this.#options.database.read(
      sql`select ${columns} from workspaces order by changed desc, name limit ${mostListed}`,
      { schema: declarationSchema },
    );
  }

  /** The newest state first. */
  async history(workspace: string): Promise<PastDeclaration[]> {
    return this.#options.database.read(
      sql`select ${stateColumns}, time, kind, actor from workspace_history
        where workspace = ${workspace} order by number desc limit ${mostListed}`,
      { schema: pastDeclarationSchema },
    );
  }

  /** Resolves to the new state; undefined where somebody else changed it meanwhile, so that nothing was done. */
  async attach(options: AttachOptions): Promise<Declaration | undefined> {
    const { workspace, before, state, actor } = options;
    const time = (this.#options.now?.() ?? new Date()).toISOString();
    return this.#options.database.transaction(async (transaction) => {
      const now = await findIn(transaction, workspace);
      if (now?.number !== before?.number || now?.made !== before?.made) return undefined;
      const number = (await newestNumber(transaction, workspace)) + 1;
      const owner = now?.owner ?? (actor.role === 'owner' ? ownerName(actor) : null);
      const times = { made: before?.made ?? time, changed: time };
      const after: Declaration = { ...nothingAsked, ...state, ...times, name: workspace, owner, number };
      await transaction.write(putDeclaration(after), putPast(after, options));
      await this.#options.record.appendWithin(transaction, entryOf(after, options));
      return after;
    });
  }

  /** Forgets what a workspace declared, and its history; resolves to whether there was anything. */
  async remove({ workspace, only, ...origin }: RemoveOptions): Promise<boolean> {
    return this.#options.database.transaction(async (transaction) => {
      const now = only === undefined ? undefined : await findIn(transaction, workspace);
      if (now?.number !== only?.number || now?.made !== only?.made) return false;
      const removed = await transaction.write(
        sql`delete from workspaces where name = ${workspace}`,
        sql`delete from workspace_history where workspace = ${workspace}`,
      );
      if (removed === 0) return false;
      await this.#options.record.appendWithin(transaction, { action: 'workspace.removed', workspace, ...origin });
      return true;
    });
  }
}

/** Of what was attached without a word about it. */
const nothingAsked = { interpreter: null, base: null, asked: {} };

async function findIn(source: Pick<Transaction, 'read'>, workspace: string): Promise<Declaration | undefined> {
  const query = sql`select ${columns} from workspaces where name = ${workspace}`;
  const [found] = await source.read(query, { schema: declarationSchema });
  return found;
}

async function newestNumber(transaction: Transaction, workspace: string): Promise<number> {
  const query = sql`select max(number) as newest from workspace_history where workspace = ${workspace}`;
  const [row] = await transaction.read<{ newest: number | null }>(query);
  return row?.newest ?? 0;
}

function putDeclaration(after: Declaration) {
  const { name, owner, made, changed } = after;
  return sql`insert into workspaces (${columns}) values (${stateOf(after)}, ${name}, ${owner}, ${made}, ${changed})
    on conflict (name) do update set number = excluded.number, python = excluded.python,
      interpreter = excluded.interpreter, base = excluded.base, asked = excluded.asked,
      requirements = excluded.requirements, wish = excluded.wish, lock = excluded.lock,
      environment = excluded.environment, owner = excluded.owner, changed = excluded.changed`;
}

function putPast(after: Declaration, { kind, actor }: AttachOptions) {
  const { name, changed } = after;
  return sql`insert into workspace_history (${stateColumns}, workspace, time, kind, actor)
    values (${stateOf(after)}, ${name}, ${changed}, ${kind}, ${JSON.stringify(actor)})`;
}

/** In the order of the columns. */
function stateOf({ number, python, interpreter, base, asked, requirements, wish, lock, environment }: Declaration) {
  return sql`${number}, ${python}, ${interpreter}, ${base}, ${JSON.stringify(asked)}, ${JSON.stringify(requirements)},
    ${wish}, ${lock}, ${environment}`;
}

function entryOf(after: Declaration, { kind, actor, policyHash, before, details }: AttachOptions) {
  const { name, number, wish, lock, environment, requirements, python, base } = after;
  const was = before?.requirements ?? [];
  const without = (all: readonly string[], others: readonly string[]): string[] => {
    return all.filter((line) => !others.includes(line)).slice(0, mostNamed);
  };
  return {
    ...{ action: 'workspace.packages.changed', actor, workspace: name, policyHash },
    subject: environment === null ? 'no environment' : `environment ${environment}`,
    details: {
      ...{ kind, number, python, base, wish, lock, environment, lockBefore: before?.lock ?? null },
      ...{ declared: without(requirements, was), dropped: without(was, requirements) },
      ...details,
    },
  };
}
