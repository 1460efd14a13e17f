export {
  type Database,
  type IterateOptions,
  type ReadOptions,
  type Row,
  type RowSchema,
  type Transaction,
  type TransactionOptions,
} from './database.ts';
export { databasePath, ensureHome, isHomeThere, keyFolder, resolveHome } from './home.ts';
export { openDatabase, type OpenDatabaseOptions } from './open-database.ts';
export { joinSql, Sql, sql, type SqlValue } from './sql.ts';
