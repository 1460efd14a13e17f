import { type Sql, type SqlValue } from './sql.ts';

export type Row = Readonly<Record<string, SqlValue>>;

/** A zod schema, or anything else that parses one row. */
export interface RowSchema<T> {
  parse(row: unknown): T;
}

export interface ReadOptions<T> {
  readonly schema?: RowSchema<T>;
  readonly signal?: AbortSignal;
}

export interface IterateOptions<T> extends ReadOptions<T> {
  /** Rows fetched at a time; the next batch is fetched while this one is used. */
  readonly batchSize?: number;
}

export interface TransactionOptions {
  /** Cancels the waiting, and rolls back what is not yet committed. */
  readonly signal?: AbortSignal;
  /** A callback that takes longer is rolled back; 30 s where left out. */
  readonly timeoutMs?: number;
}

/** One transaction: all of it or nothing. Useless once its callback has returned. */
export interface Transaction {
  read<T = Row>(query: Sql, options?: ReadOptions<T>): Promise<T[]>;
  /** Runs the queries in order, in one go. Resolves to the number of rows changed. */
  write(...queries: readonly Sql[]): Promise<number>;
}

/**
 * A database that never stops the event loop. Every failure is a `BelljarError` with a `STORAGE_` code.
 *
 * Reads never wait for writers. A write that was acknowledged survives a power cut.
 */
export interface Database {
  /** All rows, as of the last commit. */
  read<T = Row>(query: Sql, options?: ReadOptions<T>): Promise<T[]>;
  /** Rows in batches, all from one snapshot. */
  iterate<T = Row>(query: Sql, options?: IterateOptions<T>): AsyncIterableIterator<T>;
  /** The queries in one transaction. Resolves to the number of rows changed. */
  write(...queries: readonly Sql[]): Promise<number>;
  /**
   * Runs the callback in a write transaction; a callback that throws rolls back. Those of one process queue, so a
   * callback must not start another and wait for it.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Waits for what was begun; refuses what comes after. */
  close(): Promise<void>;
}
