import { type SqlValue } from './sql.ts';

/** What the thread that owns the SQLite connections understands. One answer to each request, in order. */
export type SqliteRequest =
  | OpenRequest
  | BatchRequest
  | { readonly op: 'rollback' }
  | (Query & { readonly op: 'read' })
  | (Query & { readonly op: 'cursor'; readonly cursor: number })
  | { readonly op: 'next'; readonly cursor: number; readonly count: number }
  | { readonly op: 'end'; readonly cursor: number }
  | { readonly op: 'close' };

interface OpenRequest {
  readonly op: 'open';
  readonly path: string;
  /** How long SQLite itself waits for a lock; short, because the thread stands still meanwhile. */
  readonly busyTimeoutMs: number;
  /** The writing connection is opened now, not at the first batch. */
  readonly writes: boolean;
  /** Makes the database full early, for tests. */
  readonly maxPages?: number;
}

/** Several statements in one message. Without `begin` it must find a transaction open. */
export interface BatchRequest {
  readonly op: 'batch';
  readonly begin: boolean;
  readonly commit: boolean;
  readonly texts: readonly string[];
  /** Index into `texts`, and the parameters. */
  readonly calls: readonly (readonly [number, readonly SqlValue[]])[];
}

interface Query {
  readonly text: string;
  readonly params: readonly SqlValue[];
}

/** Rows without the names repeated. */
export interface RowBatch {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** The answer to a batch: rows of its last statement, rows changed by all. */
export interface BatchResult extends RowBatch {
  readonly changes: number;
}

export interface SqliteFailure {
  readonly message: string;
  /** SQLite's extended result code, where it was SQLite that failed. */
  readonly sqliteCode: number | undefined;
}

export type SqliteMessage = SqliteRequest & { readonly id: number };
export type SqliteReply =
  | { readonly id: number; readonly value: unknown; readonly failure?: undefined }
  | { readonly id: number; readonly failure: SqliteFailure };
