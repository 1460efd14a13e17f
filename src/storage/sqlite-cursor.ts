import { type SqlValue } from './sql.ts';
import { type RowBatch, type SqliteRequest } from './sqlite-protocol.ts';

interface CursorQuery {
  readonly text: string;
  readonly params: readonly SqlValue[];
  readonly batchSize: number;
}

type Call = <T>(request: SqliteRequest) => Promise<T>;

let lastCursor = 0;

/** Batches of rows from one snapshot; while one is used, the next is on its way. */
export async function* readCursor(
  call: Call,
  { text, params, batchSize }: CursorQuery,
): AsyncIterableIterator<RowBatch> {
  const cursor = ++lastCursor;
  await call({ op: 'cursor', cursor, text, params });
  const fetch = (): Promise<RowBatch> => {
    const next = call<RowBatch>({ op: 'next', cursor, count: batchSize });
    // It may fail while the batch before is still in use; whoever awaits it then hears of it.
    next.catch(() => undefined);
    return next;
  };
  let coming = fetch();
  try {
    for (;;) {
      const batch = await coming;
      const isLast = batch.rows.length < batchSize;
      if (!isLast) coming = fetch();
      if (batch.rows.length > 0) yield batch;
      if (isLast) return;
    }
  } finally {
    // Whoever stopped early does not hear how the next batch would have ended.
    await coming.catch(() => undefined);
    await call({ op: 'end', cursor }).catch(() => undefined);
  }
}
