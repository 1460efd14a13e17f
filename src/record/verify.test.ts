import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';

import { canonicalJson } from '../canonical-json.ts';
import { appendMany, openTemporaryRecord, tamper, type TemporaryRecord } from '../../test/record/temporary-record.ts';
import { type Problem } from './chain.ts';
import { signCheckpoint } from './checkpoint.ts';
import { hashBody } from './entry.ts';
import { ensureSigningKey, type SigningKey } from './signing-key.ts';
import { type VerifyOptions, type VerifyResult } from './verify.ts';

/** A record with a thousand entries and some, so that it has two checkpoints of its own. */
async function longRecord(context: TestContext): Promise<TemporaryRecord> {
  const temporary = await openTemporaryRecord(context);
  await appendMany(temporary.record, 1019);
  const untouched = await temporary.record.verify();
  assert.deepEqual([untouched.ok, untouched.entries, untouched.signedUpTo], [true, 1020, 1000], 'the control');
  return temporary;
}

async function verifyAfter(
  { path, record }: TemporaryRecord,
  change: (database: DatabaseSync) => void,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  tamper(path, change);
  return record.verify(options);
}

function assertBad(result: VerifyResult, problem: Problem, seq: number): void {
  assert.equal(result.ok, false);
  assert.deepEqual([result.bad?.problem, result.bad?.seq], [problem, seq], result.bad?.message ?? 'nothing');
  assert.ok((result.bad?.message.length ?? 0) > 10);
}

test('verify finds a text that was edited', async (context) => {
  const result = await verifyAfter(await longRecord(context), (database) => {
    database.exec(`update record_entries set body = replace(body, '"owner"', '"viewer"') where seq = 500`);
  });
  assertBad(result, 'edited', 500);
  assert.equal(result.entries, 499);
  assert.match(String(result.bad?.expected), /^[0-9a-f]{64}$/);
});

test('verify finds a text that was edited and hashed again', async (context) => {
  const result = await verifyAfter(await longRecord(context), (database) => {
    const { body } = entryAt(database, 500);
    const edited = body.replace('"owner"', '"viewer"');
    database.prepare('update record_entries set body = ?, hash = ? where seq = 500').run(edited, hashBody(edited));
  });
  assertBad(result, 'unlinked', 501);
});

test('verify finds each column that was edited', async (context) => {
  const temporary = await longRecord(context);
  const { path, record } = temporary;
  const edits: [string, string][] = [
    ['actor', "'somebody'"],
    ['actor', 'null'],
    ['workspace', "'elsewhere'"],
    ['action', "'run.other'"],
    ['time', "'2000-01-01T00:00:00.000Z'"],
    ['action', "x'00'"],
  ];
  for (const [column, value] of edits) {
    tamper(path, (database) => {
      database.exec(`create table kept as select * from record_entries where seq = 7`);
      database.exec(`update record_entries set ${column} = ${value} where seq = 7`);
    });
    const result = await record.verify();
    assertBad(result, 'column-edited', 7);
    assert.match(result.bad?.message ?? '', new RegExp(`column ${column} `));
    tamper(path, (database) => {
      database.exec(
        `update record_entries set ${column} = (select ${column} from kept) where seq = 7; drop table kept`,
      );
    });
  }
  assert.equal((await record.verify()).ok, true);
});

test('verify finds a hash that was edited, and values that are no text', async (context) => {
  const temporary = await longRecord(context);
  assertBad(
    await verifyAfter(temporary, (database) => database.exec("update record_entries set hash = x'00' where seq = 9")),
    'edited',
    9,
  );
  assertBad(
    await verifyAfter(temporary, (database) => database.exec("update record_entries set body = x'00' where seq = 8")),
    'edited',
    8,
  );
  assertBad(
    await verifyAfter(temporary, (database) => database.exec('update record_entries set body = 12 where seq = 7')),
    'edited',
    7,
  );
});

test('verify finds an entry that was removed', async (context) => {
  const result = await verifyAfter(await longRecord(context), (database) =>
    database.exec('delete from record_entries where seq = 500'),
  );
  assertBad(result, 'missing', 500);
  assert.match(result.bad?.message ?? '', /entry 500 is missing/);
});

test('verify finds entries that were removed with the gap closed', async (context) => {
  const result = await verifyAfter(await longRecord(context), (database) => {
    database.exec('delete from record_entries where seq between 500 and 502');
    for (let seq = 503; seq <= 1020; seq++)
      database.exec(`update record_entries set seq = ${seq - 3} where seq = ${seq}`);
  });
  assertBad(result, 'out-of-order', 500);
  assert.deepEqual([result.bad?.expected, result.bad?.found], [500, 503]);
});

test('verify finds a first entry that was removed, or put before the first', async (context) => {
  const temporary = await longRecord(context);
  assertBad(
    await verifyAfter(temporary, (database) => {
      database.exec(
        `insert into record_entries select 0, time, actor, workspace, action, body, hash from record_entries where seq = 5`,
      );
    }),
    'out-of-order',
    1,
  );
  assertBad(
    await verifyAfter(temporary, (database) => database.exec('delete from record_entries where seq < 2')),
    'missing',
    1,
  );
});

test('verify finds an entry that was inserted, with the others moved up', async (context) => {
  const result = await verifyAfter(await longRecord(context), (database) => {
    for (let seq = 1020; seq >= 500; seq--)
      database.exec(`update record_entries set seq = ${seq + 1} where seq = ${seq}`);
    const before = entryAt(database, 499);
    insert(database, 500, follow(before, { action: 'run.invented' }));
  });
  assertBad(result, 'out-of-order', 501);
});

test('verify finds two entries that were swapped', async (context) => {
  const result = await verifyAfter(await longRecord(context), (database) => {
    database.exec('update record_entries set seq = -1 where seq = 500');
    database.exec('update record_entries set seq = 500 where seq = 501');
    database.exec('update record_entries set seq = 501 where seq = -1');
  });
  assertBad(result, 'out-of-order', 500);
});

test('verify finds an entry of another record in the place of its own', async (context) => {
  const other = await openTemporaryRecord(context);
  await appendMany(other.record, 10);
  const [foreign] = await other.record.tail({ limit: 1, upToSeq: 5 });
  assert.ok(foreign);
  const result = await verifyAfter(await longRecord(context), (database) => {
    const { hash, ...content } = foreign;
    database.prepare('update record_entries set body = ?, hash = ? where seq = 5').run(canonicalJson(content), hash);
  });
  assertBad(result, 'foreign', 5);
});

test('verify finds a time that went back, and a form that is no entry’s, even where the hashes fit', async (context) => {
  const temporary = await openTemporaryRecord(context);
  await appendMany(temporary.record, 4);
  const early = await verifyAfter(temporary, (database) => {
    insert(database, 6, follow(entryAt(database, 5), { time: '2001-01-01T00:00:00.000Z' }));
  });
  assertBad(early, 'time-went-back', 6);
  for (const change of [
    { v: 2 },
    { time: 'yesterday' },
    { actor: 'ann' },
    { workspace: 7 },
    { previous: null },
    { action: null },
  ]) {
    const result = await verifyAfter(temporary, (database) => {
      database.exec('delete from record_entries where seq = 6');
      insert(database, 6, follow(entryAt(database, 5), change));
    });
    assertBad(result, 'malformed', 6);
  }
});

test('verify finds a text that is JSON and no object, and a place beyond all counting', async (context) => {
  const temporary = await openTemporaryRecord(context);
  await appendMany(temporary.record, 4);
  const add = (seq: bigint, body: string) => (database: DatabaseSync) => {
    database.exec('delete from record_entries where seq > 5');
    const adding = database.prepare("insert into record_entries values (?, '', null, null, '', ?, ?)");
    adding.setReadBigInts(true);
    adding.run(seq, body, hashBody(body));
  };
  for (const body of ['null', '[]', '7', '"text"', '{}']) {
    assertBad(await verifyAfter(temporary, add(6n, body)), 'malformed', 6);
  }
  const far = await verifyAfter(temporary, add(2n ** 62n, 'null'));
  assertBad(far, 'missing', 6);
  assert.doesNotThrow(() => JSON.stringify(far));
});

test('verify finds a tail that was cut off behind a stored checkpoint', async (context) => {
  const result = await verifyAfter(await longRecord(context), (database) =>
    database.exec('delete from record_entries where seq > 990'),
  );
  assertBad(result, 'cut', 991);
  assert.equal(result.bad?.expected, 1000);
});

test('verify finds a tail that was cut off with its checkpoints only by one that was kept elsewhere', async (context) => {
  const temporary = await longRecord(context);
  const checkpoint = await temporary.record.checkpoint();
  const witnesses = [{ checkpoint, source: 'the file' }];
  assert.deepEqual([(await temporary.record.verify({ witnesses })).ok, checkpoint.seq], [true, 1020], 'the control');
  const blind = await verifyAfter(temporary, (database) => {
    database.exec('delete from record_entries where seq > 990; delete from record_checkpoints where seq > 990');
  });
  assert.deepEqual([blind.ok, blind.entries], [true, 990], 'the limit that the document names');
  const seeing = await temporary.record.verify({ witnesses });
  assertBad(seeing, 'cut', 991);
  assert.deepEqual([seeing.bad?.expected, seeing.bad?.found], [1020, 990]);
});

test('verify finds a record that was emptied, by a checkpoint that was kept elsewhere', async (context) => {
  const temporary = await longRecord(context);
  const witnesses = [{ checkpoint: await temporary.record.checkpoint(), source: 'the file' }];
  const emptied = await verifyAfter(
    temporary,
    (database) => database.exec('delete from record_entries; delete from record_checkpoints'),
    { witnesses },
  );
  assertBad(emptied, 'cut', 1);
});

test('verify finds stored checkpoints that were removed', async (context) => {
  const temporary = await longRecord(context);
  assertBad(
    await verifyAfter(temporary, (database) => database.exec('delete from record_checkpoints where seq = 1000')),
    'checkpoint-missing',
    1000,
  );
  assertBad(
    await verifyAfter(temporary, (database) => database.exec('delete from record_checkpoints')),
    'checkpoint-missing',
    1,
  );
});

test('verify finds stored checkpoints that were edited or forged', async (context) => {
  const temporary = await longRecord(context);
  const stranger = await ensureSigningKey(join(temporary.folder, 'stranger'));
  const head = headAt(temporary, 1000);
  const edit = (body: string) => (database: DatabaseSync) =>
    database.prepare('update record_checkpoints set body = ? where seq = 1000').run(body);
  const forged = signCheckpoint(head, head.time, stranger);
  assertBad(await verifyAfter(temporary, edit(canonicalJson(forged))), 'checkpoint-forged', 1000);
  const real = signCheckpoint(head, head.time, await ensureSigningKey(temporary.keyFolder));
  const later = { ...real, time: '2030-01-01T00:00:00.000Z' };
  assertBad(await verifyAfter(temporary, edit(canonicalJson(later))), 'checkpoint-forged', 1000);
  assertBad(await verifyAfter(temporary, edit(JSON.stringify(real, undefined, 1))), 'malformed', 1000);
  assertBad(await verifyAfter(temporary, edit('nonsense')), 'malformed', 1000);
  const asBytes = (database: DatabaseSync): void =>
    database.exec("update record_checkpoints set body = x'00' where seq = 1000");
  assertBad(await verifyAfter(temporary, asBytes), 'malformed', 1000);
  assert.equal((await verifyAfter(temporary, edit(canonicalJson(real)))).ok, true);
});

test('verify finds a chain that was rewritten from one entry on, by the next signature', async (context) => {
  const temporary = await longRecord(context);
  const result = await verifyAfter(temporary, (database) => rewriteFrom(database, 500));
  assertBad(result, 'rewritten', 2);
  assert.match(result.bad?.message ?? '', /entries 2 to 1000/);
  assert.equal(result.entries, 1, 'only the first is vouched for');
});

test('verify finds a chain that was rewritten after its last checkpoint only by one that was kept elsewhere', async (context) => {
  const temporary = await longRecord(context);
  const key = await ensureSigningKey(temporary.keyFolder);
  const checkpoint = signCheckpoint(headAt(temporary, 1015), '2026-11-21T10:00:00.000Z', key);
  const blind = await verifyAfter(temporary, (database) => rewriteFrom(database, 1010));
  assert.equal(blind.ok, true, 'the limit that the document names');
  const seeing = await temporary.record.verify({ witnesses: [{ checkpoint, source: 'the file' }] });
  assertBad(seeing, 'rewritten', 1001);
});

test('verify finds a whole chain that was replaced by one with another key', async (context) => {
  const temporary = await longRecord(context);
  const other = await longRecord(context);
  await other.database.close();
  const replace = (database: DatabaseSync): void => {
    database.exec('delete from record_entries; delete from record_checkpoints');
    database.exec(`attach '${other.path}' as other`);
    database.exec('insert into record_entries select * from other.record_entries');
    database.exec('insert into record_checkpoints select * from other.record_checkpoints');
  };
  const witnesses = [{ checkpoint: await temporary.record.checkpoint(), source: 'the file' }];
  assertBad(await verifyAfter(temporary, replace), 'checkpoint-forged', 1);
  const key = await ensureSigningKey(other.keyFolder);
  assert.equal((await temporary.record.verify({ key })).ok, true, 'with the other key it is the other record');
  assertBad(await temporary.record.verify({ key, witnesses }), 'foreign', 1020);
});

test('verify refuses a witness that was forged, whatever it claims', async (context) => {
  const temporary = await longRecord(context);
  const stranger: SigningKey = await ensureSigningKey(join(temporary.folder, 'stranger'));
  const head = headAt(temporary, 1020);
  const longer = signCheckpoint({ ...head, seq: 5000 }, head.time, stranger);
  assertBad(
    await temporary.record.verify({ witnesses: [{ checkpoint: longer, source: 'the file' }] }),
    'checkpoint-forged',
    5000,
  );
});

test('verify asks for a key where there is a record and none to check it with', async (context) => {
  const { record, keyFolder } = await openTemporaryRecord(context);
  assert.deepEqual(await record.verify(), {
    ok: true,
    entries: 0,
    recordId: undefined,
    head: undefined,
    signedUpTo: 0,
    signatures: 'unchecked',
  });
  await record.append({ action: 'a.b' });
  const key = await ensureSigningKey(keyFolder);
  await rm(keyFolder, { recursive: true });
  await assert.rejects(record.verify(), { code: 'KEY_UNUSABLE' });
  assert.equal((await record.verify({ key })).ok, true);
});

test('verify goes on while others append, and tells how far it is', async (context) => {
  const { record } = await longRecord(context);
  const steps: [number, number][] = [];
  const [result] = await Promise.all([
    record.verify({ onProgress: (done, total) => steps.push([done, total]) }),
    appendMany(record, 2000),
  ]);
  assert.equal(result.ok, true, JSON.stringify(result.bad));
  assert.equal(steps[0]?.[0], 1000);
  assert.ok(steps.every(([done, total]) => done <= total));
  assert.equal((await record.verify()).entries, 3020);
});

test('verify can be cancelled', async (context) => {
  const { record } = await longRecord(context);
  await assert.rejects(record.verify({ signal: AbortSignal.abort() }), { code: 'CANCELLED' });
});

interface StoredEntry {
  readonly body: string;
  readonly hash: string;
}

function entryAt(database: DatabaseSync, seq: number): StoredEntry {
  const { body, hash } = database
    .prepare('select body, hash from record_entries where seq = ?')
    .get(seq) as unknown as StoredEntry;
  return { body, hash };
}

function headAt({ path }: TemporaryRecord, seq: number): { recordId: string; seq: number; time: string; hash: string } {
  let found: StoredEntry | undefined;
  tamper(path, (database) => (found = entryAt(database, seq)));
  assert.ok(found);
  const { recordId, time } = JSON.parse(found.body) as { recordId: string; time: string };
  return { recordId, seq, time, hash: found.hash };
}

/** A text that follows another with a fitting hash, as a forger without the key would make it. */
function follow(before: StoredEntry, change: Record<string, unknown>): StoredEntry {
  const content = JSON.parse(before.body) as { seq: number };
  const body = canonicalJson({ ...content, seq: content.seq + 1, previous: before.hash, ...change });
  return { body, hash: createHash('sha256').update(body).digest('hex') };
}

function insert(database: DatabaseSync, seq: number, { body, hash }: StoredEntry): void {
  const { time, actor, workspace, action } = JSON.parse(body) as Record<string, unknown>;
  const actorId = (actor as { id?: string } | null)?.id ?? null;
  database
    .prepare('insert into record_entries values (?, ?, ?, ?, ?, ?, ?)')
    .run(seq, String(time), actorId, workspace as string | null, String(action), body, hash);
}

function rewriteFrom(database: DatabaseSync, seq: number): void {
  let before = entryAt(database, seq - 1);
  const replace = database.prepare('update record_entries set body = ?, hash = ? where seq = ?');
  for (let at = seq; ; at++) {
    const row = database.prepare('select body from record_entries where seq = ?').get(at);
    if (row === undefined) return;
    const content = JSON.parse(String(row['body'])) as Record<string, unknown>;
    const body = canonicalJson({ ...content, previous: before.hash, verdict: 'deny' });
    before = { body, hash: hashBody(body) };
    replace.run(before.body, before.hash, at);
  }
}
