import { type Row, type RowSchema } from './database.ts';
import { type SqlValue } from './sql.ts';
import { type RowBatch } from './sqlite-protocol.ts';

/** Rows as objects, parsed where the caller brought a schema; without one the caller takes the values as they are. */
export function parseRows<T>({ columns, rows }: RowBatch, schema: RowSchema<T> | undefined): T[] {
  return rows.map((values) => {
    const row: Record<string, SqlValue> = {};
    for (let index = 0; index < columns.length; index++) row[columns[index] ?? ''] = values[index] ?? null;
    return schema === undefined ? (row as Row as T) : schema.parse(row);
  });
}
