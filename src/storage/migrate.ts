import { hash } from 'node:crypto';

import { BelljarError } from '../errors.ts';
import { type Database, type Transaction } from './database.ts';
import { type Dialect } from './dialect.ts';
import { Sql, sql } from './sql.ts';

export interface Migration {
  /** The place in the order; never changed, never reused. */
  readonly number: number;
  readonly name: string;
  /** What was applied somewhere must not be edited: a change is a new migration. */
  statements(dialect: Dialect): readonly string[];
}

interface MigrateOptions {
  readonly dialect: Dialect;
  readonly signal?: AbortSignal;
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly hash: string;
}

/**
 * Brings the tables to the newest form, each migration in a transaction of its own. Of two processes at once, the
 * second finds the work done.
 *
 * @throws STORAGE_TOO_NEW, STORAGE_FAILED where a migration differs from what was applied; both leave the database as it was.
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[],
  { dialect, ...options }: MigrateOptions,
): Promise<void> {
  const applied = await readApplied(database, dialect, options);
  checkApplied(applied, migrations, dialect);
  for (const migration of migrations.slice(applied.length)) {
    await database.transaction((transaction) => apply(transaction, migration, dialect), options);
  }
}

async function apply(transaction: Transaction, migration: Migration, dialect: Dialect): Promise<void> {
  const { integer, text } = dialect.types;
  await transaction.write(
    raw(
      `create table if not exists migrations (number ${integer} primary key, name ${text} not null, hash ${text} not null)`,
    ),
  );
  // Read again, now that nobody else can write.
  const applied = await readApplied(transaction, dialect);
  if (applied.some(({ number }) => number === migration.number)) return;
  await transaction.write(...migration.statements(dialect).map(raw));
  await transaction.write(
    sql`insert into migrations (number, name, hash) values (${migration.number}, ${migration.name}, ${hashOf(migration, dialect)})`,
  );
}

async function readApplied(
  source: Pick<Transaction, 'read'>,
  dialect: Dialect,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Applied[]> {
  const found = await source.read(dialect.tableExists('migrations'), options);
  if (found.length === 0) return [];
  return source.read<Applied>(sql`select number, name, hash from migrations order by number`, options);
}

function checkApplied(applied: readonly Applied[], migrations: readonly Migration[], dialect: Dialect): void {
  const newest = migrations.at(-1)?.number ?? 0;
  const unknown = applied.find(({ number }) => number > newest);
  if (unknown !== undefined) {
    const details = { found: unknown.number, known: newest };
    throw new BelljarError(
      'STORAGE_TOO_NEW',
      `the database is at version ${applied.at(-1)?.number}, this Belljar knows ${newest}`,
      { details },
    );
  }
  applied.forEach((row, index) => {
    const migration = migrations[index];
    if (migration?.number === row.number && hashOf(migration, dialect) === row.hash) return;
    throw new BelljarError(
      'STORAGE_FAILED',
      `migration ${row.number} (${row.name}) is not the one that made this database`,
      {
        hint: 'Use the Belljar that made the database, or another BELLJAR_HOME.',
        details: { number: row.number, name: row.name },
      },
    );
  });
}

function hashOf(migration: Migration, dialect: Dialect): string {
  return hash('sha256', [migration.name, ...migration.statements(dialect)].join('\n'));
}

function raw(text: string): Sql {
  return new Sql([text], []);
}
