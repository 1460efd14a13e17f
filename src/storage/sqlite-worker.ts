/**
 * The thread that owns SQLite's connections, because every call of theirs stands still until the disk answers.
 * It imports nothing of the project at run time: its start is on the path of every command.
 */
import { statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parentPort } from 'node:worker_threads';

import type {
  BatchRequest,
  BatchResult,
  RowBatch,
  SqliteFailure,
  SqliteMessage,
  SqliteReply,
  SqliteRequest,
} from './sqlite-protocol.ts';
import type { SqlValue } from './sql.ts';

const maxStatements = 200;

interface Prepared {
  readonly statement: StatementSync;
  readonly columns: readonly string[];
}

interface Cursor {
  readonly connection: Connection;
  readonly columns: readonly string[];
  readonly rows: Iterator<unknown, unknown>;
}

class Connection {
  readonly database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(path: string, options: { readOnly: boolean; timeout: number }) {
    this.database = new DatabaseSync(path, options);
  }

  prepare(text: string): Prepared {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;
    const statement = this.database.prepare(text);
    // An integer beyond 2^53 must arrive as it is: see fromSqlite.
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    const prepared = { statement, columns: statement.columns().map(({ name }) => name) };
    if (this.#prepared.size >= maxStatements) this.#prepared.clear();
    this.#prepared.set(text, prepared);
    return prepared;
  }
}

let opened: Extract<SqliteRequest, { op: 'open' }> | undefined;
let writer: Connection | undefined;
let reader: Connection | undefined;
/** Which file the writer has open. */
let written: string | undefined;
const cursors = new Map<number, Cursor>();

parentPort?.on('message', (message: SqliteMessage) => {
  parentPort?.postMessage(answer(message));
  if (message.op === 'close') parentPort?.close();
});

function answer(message: SqliteMessage): SqliteReply {
  try {
    return { id: message.id, value: perform(message) };
  } catch (error) {
    return { id: message.id, failure: describeFailure(error) };
  }
}

function perform(request: SqliteRequest): unknown {
  switch (request.op) {
    case 'open':
      open(request);
      return undefined;
    case 'batch':
      return runBatch(request);
    case 'rollback':
      // SQLite has rolled back by itself where the disk was full.
      if (writer?.database.isTransaction === true) writer.database.exec('rollback');
      return undefined;
    case 'read':
      reader ??= connect(true);
      return runStatement(reader, request.text, request.params);
    case 'cursor':
      openCursor(request);
      return undefined;
    case 'next':
      return readCursor(request.cursor, request.count);
    case 'end':
      endCursor(request.cursor);
      return undefined;
    case 'close':
      closeAll();
      return undefined;
  }
}

function open(request: Extract<SqliteRequest, { op: 'open' }>): void {
  opened = request;
  if (!request.writes || writer !== undefined) return;
  writer = openWriter(request.maxPages);
  written = identify(request.path);
}

function openWriter(maxPages: number | undefined): Connection {
  const connection = connect(false);
  try {
    const [mode] = runStatement(connection, 'pragma journal_mode = wal', []).rows[0] ?? [];
    if (mode !== 'wal') throw new Error(`the file system cannot hold a write-ahead log (journal mode ${String(mode)})`);
    // fullfsync: on macOS a plain fsync does not reach the disk.
    connection.database.exec('pragma synchronous = full; pragma fullfsync = on');
    // recursive_triggers: without it, INSERT OR REPLACE would delete past the triggers of a table that only grows.
    connection.database.exec('pragma journal_size_limit = 67108864; pragma recursive_triggers = on');
    if (maxPages !== undefined) connection.database.exec(`pragma max_page_count = ${maxPages}`);
    return connection;
  } catch (error) {
    connection.database.close();
    throw error;
  }
}

function connect(readOnly: boolean): Connection {
  if (opened === undefined) throw new Error('the database was not opened');
  const connection = new Connection(opened.path, { readOnly, timeout: opened.busyTimeoutMs });
  // Whoever wrote to the file must not make us call functions from its schema.
  connection.database.exec('pragma trusted_schema = off');
  return connection;
}

function runBatch({ begin, commit, texts, calls }: BatchRequest): BatchResult {
  if (writer === undefined) throw new Error('the database was not opened for writing');
  const { database } = writer;
  if (begin) database.exec('begin immediate');
  else if (!database.isTransaction) throw new Error('the transaction is gone: nothing of it was kept');
  try {
    let result: BatchResult = { columns: [], rows: [], changes: 0 };
    for (const [index, params] of calls) {
      const { columns, rows, changes } = runStatement(writer, texts[index] ?? '', params);
      result = { columns, rows, changes: result.changes + changes };
    }
    if (commit) {
      requireInPlace();
      database.exec('commit');
    }
    return result;
  } catch (error) {
    if (begin && database.isTransaction) database.exec('rollback');
    throw error;
  }
}

/** What is committed to a file that has no name any more is lost when it is closed, and nobody would notice. */
function requireInPlace(): void {
  if (opened === undefined || identify(opened.path) === written) return;
  throw new Error(`${opened.path} was removed or replaced while it was open; nothing more is written`);
}

function identify(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

function runStatement(connection: Connection, text: string, params: readonly SqlValue[]): BatchResult {
  const { statement, columns } = connection.prepare(text);
  const bound = params.map(toSqlite);
  if (columns.length === 0) return { columns, rows: [], changes: Number(statement.run(...bound).changes) };
  const rows = (statement.all(...bound) as unknown as SqlValue[][]).map(fromSqlite);
  return { columns, rows, changes: 0 };
}

// A connection of its own: an open cursor holds its snapshot, and the reader must see what was committed since.
function openCursor(request: Extract<SqliteRequest, { op: 'cursor' }>): void {
  const connection = connect(true);
  try {
    const { statement, columns } = connection.prepare(request.text);
    const rows = statement.iterate(...request.params.map(toSqlite));
    cursors.set(request.cursor, { connection, columns, rows });
  } catch (error) {
    connection.database.close();
    throw error;
  }
}

function readCursor(id: number, count: number): RowBatch {
  const cursor = cursors.get(id);
  if (cursor === undefined) throw new Error('the rows were asked for after their cursor had ended');
  const rows: SqlValue[][] = [];
  while (rows.length < count) {
    const { done, value } = cursor.rows.next();
    if (done === true) break;
    rows.push(fromSqlite(value as SqlValue[]));
  }
  return { columns: cursor.columns, rows };
}

function endCursor(id: number): void {
  cursors.get(id)?.connection.database.close();
  cursors.delete(id);
}

function closeAll(): void {
  for (const id of [...cursors.keys()]) endCursor(id);
  // The writer last: whoever closes last folds the write-ahead log into the database, and a reader may not.
  reader?.database.close();
  writer?.database.close();
  reader = writer = undefined;
}

// SQLite takes every JavaScript number for a fraction; a column without a type would keep it as one.
function toSqlite(value: SqlValue): SQLInputValue {
  if (typeof value !== 'number') return value;
  if (Number.isSafeInteger(value)) return BigInt(value);
  if (Number.isInteger(value)) throw new RangeError(`${value} has lost digits already: pass a bigint`);
  return value;
}

function fromSqlite(row: SqlValue[]): SqlValue[] {
  for (let index = 0; index < row.length; index++) {
    const value = row[index];
    if (typeof value !== 'bigint') continue;
    const number = Number(value);
    if (Number.isSafeInteger(number)) row[index] = number;
  }
  return row;
}

function describeFailure(error: unknown): SqliteFailure {
  const { message, errcode } = error as { message: string; errcode?: number };
  return { message, sqliteCode: errcode };
}
