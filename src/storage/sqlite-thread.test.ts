import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { ensureDatabaseFile } from './database-file.ts';
import { type BatchResult, type RowBatch } from './sqlite-protocol.ts';
import { SqliteThread } from './sqlite-thread.ts';
import { toBatch } from './sqlite-transaction.ts';
import { sql } from './sql.ts';

const writeBatch = toBatch([sql`insert into t values (${1})`], { begin: true, commit: true });
const count = { op: 'read', text: 'select count(*) from t', params: [] } as const;

async function startThread(context: TestContext): Promise<SqliteThread> {
  const path = join(await temporaryFolder(context), 'a.sqlite');
  await ensureDatabaseFile(path);
  const thread = new SqliteThread({ path, writes: true, busyTimeoutMs: 5 });
  context.after(() => thread.close());
  await thread.call(toBatch([sql`create table t (x integer)`], { begin: true, commit: true }));
  return thread;
}

/** A thread that closes takes no more messages and ends, as one does that crashed. */
async function die(thread: SqliteThread): Promise<void> {
  await thread.call({ op: 'close' });
  while (thread.hasStarted) await new Promise((resolve) => setImmediate(resolve));
}

test('a thread that dies fails what it was asked, and the next call starts another', async (context) => {
  const thread = await startThread(context);
  await thread.call(writeBatch);
  const dying = die(thread);
  const unanswered = [thread.call(writeBatch), thread.call(count)].map((call) =>
    assert.rejects(call, { code: 'STORAGE_FAILED', message: /thread ended/ }),
  );
  await Promise.all([dying, ...unanswered]);
  const { rows } = await thread.call<RowBatch>(count);
  assert.deepEqual(rows, [[1]], 'what was acknowledged is there, and what failed is not');
});

test('a transaction whose thread died is not continued by the next thread', async (context) => {
  const thread = await startThread(context);
  await thread.call(toBatch([], { begin: true, commit: false }));
  await thread.call(toBatch([sql`insert into t values (${1})`], { begin: false, commit: false }));
  await die(thread);
  for (const commit of [false, true]) {
    const rest = toBatch([sql`insert into t values (${2})`], { begin: false, commit });
    await assert.rejects(thread.call(rest), { code: 'STORAGE_FAILED', message: /transaction is gone/ });
  }
  assert.deepEqual((await thread.call<RowBatch>(count)).rows, [[0]]);
  assert.equal((await thread.call<BatchResult>(writeBatch)).changes, 1);
});

test('a thread reads while its own transaction is open, and sees only what was committed', async (context) => {
  const thread = await startThread(context);
  await thread.call(toBatch([sql`insert into t values (${1})`], { begin: true, commit: false }));
  assert.deepEqual((await thread.call<RowBatch>(count)).rows, [[0]]);
  await thread.call(toBatch([], { begin: false, commit: true }));
  assert.deepEqual((await thread.call<RowBatch>(count)).rows, [[1]]);
});

test('rolling back twice is rolling back once', async (context) => {
  const thread = await startThread(context);
  await thread.call(toBatch([sql`insert into t values (${1})`], { begin: true, commit: false }));
  await thread.call({ op: 'rollback' });
  await thread.call({ op: 'rollback' });
  assert.deepEqual((await thread.call<RowBatch>(count)).rows, [[0]]);
});

test('rows of a cursor that ended, or never was, are refused', async (context) => {
  const thread = await startThread(context);
  await thread.call({ op: 'cursor', cursor: 7, text: 'select 1 as one union all select 2', params: [] });
  const next = { op: 'next', cursor: 7, count: 1 } as const;
  assert.deepEqual(await thread.call(next), { columns: ['one'], rows: [[1]] });
  await thread.call({ op: 'end', cursor: 7 });
  await assert.rejects(thread.call(next), { code: 'STORAGE_FAILED' });
  await assert.rejects(thread.call({ ...next, cursor: 8 }), { code: 'STORAGE_FAILED' });
});
