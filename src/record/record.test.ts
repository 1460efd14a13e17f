import assert from 'node:assert/strict';
import { chmod, mkdir } from 'node:fs/promises';
import { test } from 'node:test';

import { OtherProcess } from '../../test/storage/other-process.ts';
import { appendMany, draftOf, openTemporaryRecord, tamper } from '../../test/record/temporary-record.ts';
import { openDatabase, sql } from '../storage/index.ts';
import { type Entry, noPrevious } from './entry.ts';
import { AuditRecord } from './record.ts';

test('the first append begins the record', async (context) => {
  const { record } = await openTemporaryRecord(context);
  assert.deepEqual(await record.tail({ limit: 10 }), []);
  assert.equal(await record.head(), undefined);
  const entry = await record.append({ action: 'policy.changed', details: { a: 1 } });
  assert.equal(entry.seq, 2);
  const [genesis, second] = await record.tail({ limit: 10 });
  assert.equal(genesis?.action, 'record.genesis');
  assert.equal(genesis.previous, noPrevious);
  assert.deepEqual(second, entry);
  assert.equal(second.previous, genesis.hash);
  const { recordId, hash, time } = entry;
  assert.deepEqual(await record.head(), { recordId, seq: 2, hash, time });
});

test('entries that are appended at once stand in the order of asking, each on the one before', async (context) => {
  const { record } = await openTemporaryRecord(context);
  const appended = await Promise.all(Array.from({ length: 600 }, (_, index) => record.append(draftOf(index))));
  assert.deepEqual(
    appended.map(({ seq }) => seq),
    Array.from({ length: 600 }, (_, index) => index + 2),
  );
  assert.deepEqual(
    appended.map(({ details }) => details['index']),
    Array.from({ length: 600 }, (_, index) => index),
  );
  let last: Entry | undefined;
  for await (const entry of record.entries()) {
    assert.equal(entry.previous, last?.hash ?? noPrevious);
    assert.ok(last === undefined || entry.time >= last.time);
    last = entry;
  }
  assert.equal(last?.seq, 601);
});

test('several writers share one chain', async (context) => {
  const { path, keyFolder, record } = await openTemporaryRecord(context);
  const other = await openDatabase({ path });
  context.after(() => other.close());
  const second = new AuditRecord({ database: other, keyFolder });
  await Promise.all([appendMany(record, 200), appendMany(second, 200), appendMany(record, 100)]);
  const result = await record.verify();
  assert.equal(result.ok, true, JSON.stringify(result.bad));
  assert.equal(result.entries, 501);
});

test('appendWithin() is a part of what else the transaction writes: both are there, or neither', async (context) => {
  const { record, path, keyFolder } = await openTemporaryRecord(context);
  const database = await openDatabase({ path });
  context.after(() => database.close());
  const own = new AuditRecord({ database, keyFolder });
  await database.write(sql`create table things (name text)`);
  const write = (name: string, fails: boolean) =>
    database.transaction(async (transaction) => {
      await transaction.write(sql`insert into things (name) values (${name})`);
      const [entry] = await own.appendWithin(transaction, { action: 'thing.made', subject: name });
      if (fails) throw new Error('given up');
      return entry;
    });
  const [entry] = await Promise.all([write('one', false), appendMany(record, 20), appendMany(own, 20)]);
  await assert.rejects(write('two', true), /given up/);
  assert.equal(entry?.subject, 'one');
  assert.deepEqual(await database.read(sql`select name from things`), [{ name: 'one' }]);
  assert.deepEqual(
    (await record.tail({ limit: 9, action: 'thing' })).map(({ subject }) => subject),
    ['one'],
  );
  assert.equal((await record.verify()).ok, true);
  await assert.rejects(
    database.transaction((transaction) => own.appendWithin(transaction, { action: 'no verb' })),
    { code: 'RECORD_INVALID' },
  );
});

test('a draft that breaks the schema fails alone', async (context) => {
  const { record } = await openTemporaryRecord(context);
  const outcomes = await Promise.allSettled([
    record.append({ action: 'a.good' }),
    record.append({ action: 'nonsense' }),
    record.append({ action: 'a.half', subject: '\ud800' }),
    record.append({ action: 'a.late' }),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  assert.equal((await record.tail({ limit: 10 })).length, 3);
});

test('the rail refuses to change or remove an entry or a checkpoint', async (context) => {
  const { record, database, path } = await openTemporaryRecord(context);
  await record.append({ action: 'a.b' });
  for (const attempt of [
    sql`update record_entries set action = ${'x.y'}`,
    sql`delete from record_entries`,
    sql`update record_checkpoints set body = ${''}`,
    sql`delete from record_checkpoints`,
    sql`insert or replace into record_entries select * from record_entries where seq = ${2}`,
  ]) {
    await assert.rejects(database.write(attempt), { code: 'STORAGE_FAILED', message: /only grows/ });
  }
  tamper(path, (plain) => plain.exec("update record_entries set action = 'x.y' where seq = 2"));
  assert.equal((await record.verify()).ok, false, 'without the rail it can be done, and the chain shows it');
});

test('tail filters, newest last', async (context) => {
  const { record } = await openTemporaryRecord(context);
  for (let index = 0; index < 12; index++) await record.append(draftOf(index));
  const seqs = async (filter: Parameters<typeof record.tail>[0]): Promise<number[]> =>
    (await record.tail(filter)).map(({ seq }) => seq);
  assert.deepEqual(await seqs({ limit: 3 }), [11, 12, 13]);
  assert.deepEqual(await seqs({ limit: 9, actor: 'user-1' }), [3, 6, 9, 12]);
  assert.deepEqual(await seqs({ limit: 9, workspace: 'notebook-4' }), [6, 11]);
  assert.deepEqual(await seqs({ limit: 2, action: 'run.end' }), [11, 13]);
  assert.deepEqual(await seqs({ limit: 9, afterSeq: 10, upToSeq: 12 }), [11, 12]);
  assert.deepEqual(await seqs({ limit: 9, actor: "x' or 1=1 --" }), []);
});

test('an action is matched whole, by its beginning up to a dot, or by a pattern', async (context) => {
  const { record } = await openTemporaryRecord(context);
  for (const action of ['run.start', 'run.end', 'runner.start', 'run_x.start', 'plugin.call.denied'])
    await record.append({ action });
  const actions = async (action: string): Promise<string[]> =>
    (await record.tail({ limit: 20, action })).map((entry) => entry.action);
  assert.deepEqual(await actions('run.start'), ['run.start']);
  assert.deepEqual(await actions('run'), ['run.start', 'run.end']);
  assert.deepEqual(await actions('run.'), ['run.start', 'run.end']);
  assert.deepEqual(await actions('run*'), ['run.start', 'run.end', 'runner.start', 'run_x.start']);
  assert.deepEqual(await actions('run_x'), ['run_x.start']);
  assert.deepEqual(await actions('run?x.start'), ['run_x.start']);
  assert.deepEqual(await actions('*.denied'), ['plugin.call.denied']);
  assert.deepEqual(await actions('%'), [], 'a database’s own wildcards mean nothing');
});

test('times filter from one instant up to another', async (context) => {
  const { record } = await openTemporaryRecord(context);
  const first = await record.append({ action: 'a.b' });
  const at = new Date(first.time);
  const after = new Date(at.getTime() + 1);
  assert.deepEqual((await record.tail({ limit: 9, since: at, until: after })).at(-1), first);
  assert.deepEqual(await record.tail({ limit: 9, since: after }), []);
  assert.deepEqual(await record.tail({ limit: 9, until: new Date(0) }), []);
});

test('a checkpoint signs the newest entry, and asking again gives the same', async (context) => {
  const { record } = await openTemporaryRecord(context);
  await assert.rejects(record.checkpoint(), { code: 'RECORD_INVALID', message: /empty/ });
  const entry = await record.append({ action: 'a.b' });
  const checkpoint = await record.checkpoint();
  assert.deepEqual([checkpoint.seq, checkpoint.hash, checkpoint.recordId], [2, entry.hash, entry.recordId]);
  assert.deepEqual(await record.checkpoint(), checkpoint);
  await record.append({ action: 'a.c' });
  assert.equal((await record.checkpoint()).seq, 3);
});

test('a stored checkpoint that was tampered with is not handed out', async (context) => {
  const { record, path } = await openTemporaryRecord(context);
  await record.append({ action: 'a.b' });
  await record.checkpoint();
  const forged = `replace(body, '"seq":2', '"seq":3')`;
  tamper(path, (plain) => plain.exec(`update record_checkpoints set body = ${forged} where seq = 2`));
  await assert.rejects(record.checkpoint(), { code: 'RECORD_INVALID', message: /tampered/ });
});

test('every thousandth entry is signed in the transaction that adds it', async (context) => {
  const { record, database } = await openTemporaryRecord(context);
  await appendMany(record, 2100);
  const rows = await database.read<{ seq: number }>(sql`select seq from record_checkpoints order by seq`);
  assert.deepEqual(
    rows.map(({ seq }) => seq),
    [1, 1000, 2000],
  );
});

test('an entry that cannot be signed is not appended, and the next attempt may succeed', async (context) => {
  const { record, keyFolder } = await openTemporaryRecord(context);
  await mkdir(keyFolder, { mode: 0o755 });
  await assert.rejects(record.append({ action: 'a.b' }), { code: 'KEY_UNUSABLE' });
  assert.equal(await record.head(), undefined);
  await chmod(keyFolder, 0o700);
  assert.equal((await record.append({ action: 'a.b' })).seq, 2);
});

test('an append can be cancelled while another process keeps the database locked', async (context) => {
  const { record, path } = await openTemporaryRecord(context);
  await record.append({ action: 'a.before' });
  await using other = new OtherProcess(new URL('../../test/storage/fixtures/hold-lock.ts', import.meta.url), [path]);
  assert.equal(await other.nextLine(), 'locked');
  const controller = new AbortController();
  const cancelled = record.append({ action: 'a.cancelled' }, { signal: controller.signal });
  const kept = record.append({ action: 'a.kept' });
  controller.abort();
  await assert.rejects(cancelled, { code: 'CANCELLED' });
  other.release();
  assert.equal((await kept).seq, 3);
});

test('a damaged newest entry is reported when something is to follow it', async (context) => {
  const { record, path } = await openTemporaryRecord(context);
  await record.append({ action: 'a.b' });
  for (const damage of ["time = 'soon'", "hash = 'short'", "body = 'nonsense'"]) {
    tamper(path, (plain) => plain.exec(`update record_entries set ${damage} where seq = 2`));
    await assert.rejects(record.append({ action: 'a.c' }), { code: 'RECORD_INVALID', message: /entry 2/ }, damage);
  }
  await assert.rejects(record.tail({ limit: 5 }), { code: 'RECORD_INVALID', message: /entry 2/ });
});
