import { BelljarError } from '../errors.ts';
import {
  type Database,
  type IterateOptions,
  type ReadOptions,
  type Row,
  type Transaction,
  type TransactionOptions,
} from './database.ts';
import { sqliteDialect } from './dialect.ts';
import { type LockWait, retryWhileLocked } from './lock-wait.ts';
import { parseRows } from './rows.ts';
import { renderSql, type Sql } from './sql.ts';
import { readCursor } from './sqlite-cursor.ts';
import { type BatchResult, type RowBatch, type SqliteRequest } from './sqlite-protocol.ts';
import { SqliteThread } from './sqlite-thread.ts';
import { SqliteTransaction, toBatch } from './sqlite-transaction.ts';
import { Turn } from './turn.ts';

export interface SqliteOptions {
  readonly path: string;
  /** How long to wait for another process's lock; 10 s where left out. */
  readonly lockTimeoutMs?: number;
  /** Makes the database full early, for tests. */
  readonly maxPages?: number;
}

const defaultLockTimeoutMs = 10_000;
const defaultTransactionTimeoutMs = 30_000;
const defaultBatchSize = 500;
/** Longer, and one waiting writer would hold back the reads that share its thread. */
const busyTimeoutMs = 15;

/** SQLite behind two threads: one writes, the other reads from the moment that something is written while we read. */
export class SqliteDatabase implements Database {
  readonly #path: string;
  readonly #lockTimeoutMs: number;
  readonly #writer: SqliteThread;
  readonly #reader: SqliteThread;
  readonly #turn = new Turn();
  readonly #begun = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;
  #damage: BelljarError | undefined;

  constructor({ path, lockTimeoutMs = defaultLockTimeoutMs, maxPages }: SqliteOptions) {
    this.#path = path;
    this.#lockTimeoutMs = lockTimeoutMs;
    const shared = { path, busyTimeoutMs };
    this.#writer = new SqliteThread({ ...shared, writes: true, ...(maxPages === undefined ? {} : { maxPages }) });
    this.#reader = new SqliteThread({ ...shared, writes: false });
  }

  async read<T = Row>(query: Sql, { schema, signal }: ReadOptions<T> = {}): Promise<T[]> {
    const { text, params } = renderSql(query, sqliteDialect.placeholder);
    const attempt = (): Promise<RowBatch> => this.#threadForReading().call<RowBatch>({ op: 'read', text, params });
    return parseRows(await this.#begin(() => this.#patiently(attempt, this.#lockWait(signal))), schema);
  }

  async *iterate<T = Row>(query: Sql, options: IterateOptions<T> = {}): AsyncIterableIterator<T> {
    const { schema, signal, batchSize = defaultBatchSize } = options;
    const { text, params } = renderSql(query, sqliteDialect.placeholder);
    const call = <R>(request: SqliteRequest): Promise<R> => {
      // Whoever gave up must still let go of the snapshot.
      const wait = this.#lockWait(request.op === 'end' ? undefined : signal);
      return this.#begin(() => this.#patiently(() => this.#reader.call<R>(request), wait));
    };
    for await (const batch of readCursor(call, { text, params, batchSize })) yield* parseRows(batch, schema);
  }

  write(...queries: readonly Sql[]): Promise<number> {
    const batch = toBatch(queries, { begin: true, commit: true });
    const attempt = (): Promise<BatchResult> => this.#writer.call(batch);
    const wait = this.#lockWait(undefined);
    return this.#inTurn(undefined, async () => (await this.#patiently(attempt, wait)).changes);
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const { signal, timeoutMs = defaultTransactionTimeoutMs } = options;
    const begin = toBatch([], { begin: true, commit: false });
    const wait = this.#lockWait(signal);
    return this.#inTurn(signal, async () => {
      await this.#patiently(() => this.#writer.call(begin), wait);
      const transaction = new SqliteTransaction((request) => this.#noticeDamage(this.#writer.call(request)));
      return transaction.settle(work, { timeoutMs, signal });
    });
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    while (this.#begun.size > 0) await Promise.allSettled(this.#begun);
    // The writer last: it folds the write-ahead log into the database.
    await this.#reader.close();
    await this.#writer.close();
  }

  // A second thread costs a command more than its reads: it starts when reading and writing really meet.
  #threadForReading(): SqliteThread {
    return this.#turn.isTaken || this.#reader.hasStarted ? this.#reader : this.#writer;
  }

  #inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    return this.#begin(async () => {
      const endTurn = await this.#turn.take(signal);
      try {
        if (this.#damage !== undefined) throw this.#damage;
        return await work();
      } finally {
        endTurn();
      }
    });
  }

  /** What was begun is waited for when closing; what comes after is refused. */
  async #begin<T>(start: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new BelljarError('STORAGE_FAILED', `the database ${this.#path} was closed`);
    const work = start();
    this.#begun.add(work);
    try {
      return await work;
    } finally {
      this.#begun.delete(work);
    }
  }

  /** From now on, so that what queues here behind others that wait does not wait as long again. */
  #lockWait(signal: AbortSignal | undefined): LockWait {
    return { deadline: performance.now() + this.#lockTimeoutMs, signal };
  }

  #patiently<T>(attempt: () => Promise<T>, wait: LockWait): Promise<T> {
    return this.#noticeDamage(retryWhileLocked(attempt, wait));
  }

  async #noticeDamage<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof BelljarError && error.code === 'STORAGE_CORRUPT') this.#damage = error;
      throw error;
    }
  }
}
