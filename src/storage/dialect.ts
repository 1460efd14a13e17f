import { type Sql, sql } from './sql.ts';

/** Where databases differ in words. A second database brings its own. */
export interface Dialect {
  readonly placeholder: (position: number) => string;
  /** Column types that keep what `SqlValue` promises. */
  readonly types: { readonly integer: string; readonly text: string; readonly bytes: string };
  /** A query that yields a row when there is such a table. */
  readonly tableExists: (table: string) => Sql;
  /** The statements that make a table refuse UPDATE and DELETE. */
  readonly appendOnly: (table: string) => readonly string[];
}

export const sqliteDialect: Dialect = {
  placeholder: () => '?',
  types: { integer: 'integer', text: 'text', bytes: 'blob' },
  tableExists: (table) => sql`select 1 as found from sqlite_master where type = 'table' and name = ${table}`,
  appendOnly: (table) =>
    ['update', 'delete'].map(
      (verb) =>
        `create trigger ${table}_no_${verb} before ${verb} on ${table} begin select raise(abort, '${table} only grows: ${verb} is refused'); end`,
    ),
};
