import { type Database } from './database.ts';
import { ensureDatabaseFile } from './database-file.ts';
import { sqliteDialect } from './dialect.ts';
import { migrate, type Migration } from './migrate.ts';
import { migrations as allMigrations } from './migrations/list.ts';
import { SqliteDatabase, type SqliteOptions } from './sqlite-database.ts';

export interface OpenDatabaseOptions extends SqliteOptions {
  /** For tests of migrating itself. */
  readonly migrations?: readonly Migration[];
  /** Gives up waiting for another process that keeps the database locked. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a database file, makes it where there is none, and brings its tables to the newest form.
 *
 * @throws STORAGE_LOCKED, STORAGE_FULL, STORAGE_CORRUPT, STORAGE_TOO_NEW, STORAGE_FAILED
 *
 * @example
 * const database = await openDatabase({ path: join(home, 'belljar.sqlite') });
 */
export async function openDatabase({
  migrations = allMigrations,
  signal,
  ...options
}: OpenDatabaseOptions): Promise<Database> {
  await ensureDatabaseFile(options.path);
  const database = new SqliteDatabase(options);
  try {
    await migrate(database, migrations, { dialect: sqliteDialect, ...(signal === undefined ? {} : { signal }) });
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
