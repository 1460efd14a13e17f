export type { Database, Transaction } from './database.ts';
export {
  databasePath,
  ensureHome,
  isHomeThere,
  cacheFolder,
  environmentsFolder,
  keyFolder,
  resolveHome,
  volumesFolder,
} from './home.ts';
export { openDatabase, type OpenDatabaseOptions } from './open-database.ts';
export { joinSql, Sql, sql, type SqlValue } from './sql.ts';
