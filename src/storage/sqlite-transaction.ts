import { BelljarError, cancelled, refuseWhenCancelled } from '../errors.ts';
import { type ReadOptions, type Row, type Transaction } from './database.ts';
import { sqliteDialect } from './dialect.ts';
import { parseRows } from './rows.ts';
import { renderSql, type Sql, type SqlValue } from './sql.ts';
import { type BatchRequest, type BatchResult, type SqliteRequest } from './sqlite-protocol.ts';

type Call = (request: SqliteRequest) => Promise<unknown>;

interface Bounds {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** A transaction that has begun. */
export class SqliteTransaction implements Transaction {
  readonly #call: Call;
  #isOver = false;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Runs the callback, then commits; rolls back when it throws, takes too long or is given up. */
  async settle<T>(work: (transaction: Transaction) => Promise<T>, bounds: Bounds): Promise<T> {
    try {
      refuseWhenCancelled(bounds.signal);
      const result = await withinBounds(work(this), bounds);
      refuseWhenCancelled(bounds.signal);
      this.#isOver = true;
      await this.#call(toBatch([], { begin: false, commit: true }));
      return result;
    } catch (error) {
      this.#isOver = true;
      // What the caller must hear is why, not that rolling back failed as well: SQLite does it by itself then.
      await this.#call({ op: 'rollback' }).catch(() => undefined);
      throw error;
    }
  }

  async read<T = Row>(query: Sql, { schema }: ReadOptions<T> = {}): Promise<T[]> {
    return parseRows(await this.#run([query]), schema);
  }

  async write(...queries: readonly Sql[]): Promise<number> {
    return (await this.#run(queries)).changes;
  }

  async #run(queries: readonly Sql[]): Promise<BatchResult> {
    if (this.#isOver) throw new BelljarError('STORAGE_FAILED', 'the transaction is over; nothing can be added to it');
    return (await this.#call(toBatch(queries, { begin: false, commit: false }))) as BatchResult;
  }
}

/** Equal texts travel once: a thousand inserts share theirs. */
export function toBatch(queries: readonly Sql[], bounds: { begin: boolean; commit: boolean }): BatchRequest {
  const indexes = new Map<string, number>();
  const calls = queries.map((query): [number, SqlValue[]] => {
    const { text, params } = renderSql(query, sqliteDialect.placeholder);
    const index = indexes.get(text) ?? indexes.size;
    indexes.set(text, index);
    return [index, params];
  });
  return { op: 'batch', ...bounds, texts: [...indexes.keys()], calls };
}

async function withinBounds<T>(work: Promise<T>, { timeoutMs, signal }: Bounds): Promise<T> {
  const late = Promise.withResolvers<never>();
  const giveUp = (): void => {
    if (signal !== undefined) late.reject(cancelled(signal));
  };
  const timer = setTimeout(() => {
    const message = `a transaction took longer than ${timeoutMs} ms and was rolled back`;
    late.reject(
      new BelljarError('STORAGE_FAILED', message, {
        hint: 'A transaction must not wait for anything but its own queries.',
      }),
    );
  }, timeoutMs);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}
