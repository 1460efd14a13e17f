import assert from 'node:assert/strict';
import { chmod, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { appendMany } from '../../test/record/temporary-record.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { databasePath, keyFolder } from '../storage/index.ts';
import { type WitnessedCheckpoint } from './chain.ts';
import { openHomeRecord } from './open-home-record.ts';
import { findHomeKey, verifyHomeRecord } from './verify-home.ts';

async function makeHome(context: TestContext): Promise<{ home: string; witness: WitnessedCheckpoint }> {
  const home = join(await temporaryFolder(context), 'home');
  await using opened = await openHomeRecord(home);
  await appendMany(opened.record, 9);
  return { home, witness: { checkpoint: await opened.record.checkpoint(), source: 'a checkpoint' } };
}

test('verifyHomeRecord() finds a home where nothing happened whole, and makes none', async (context) => {
  const home = join(await temporaryFolder(context), 'home');
  assert.deepEqual(await verifyHomeRecord(home), {
    ok: true,
    entries: 0,
    recordId: undefined,
    head: undefined,
    signedUpTo: 0,
    signatures: 'unchecked',
  });
  assert.equal(await findHomeKey(home), undefined);
  await assert.rejects(stat(home), { code: 'ENOENT' });
});

test('verifyHomeRecord() walks the record that is there', async (context) => {
  const { home, witness } = await makeHome(context);
  const { ok, entries, signatures } = await verifyHomeRecord(home, { witnesses: [witness] });
  assert.deepEqual([ok, entries, signatures], [true, 10, 'checked']);
  assert.equal((await findHomeKey(home))?.keyId, witness.checkpoint.keyId);
});

test('verifyHomeRecord() misses a record that was removed, by its key or by a checkpoint', async (context) => {
  const { home, witness } = await makeHome(context);
  for (const suffix of ['', '-wal', '-shm']) await rm(`${databasePath(home)}${suffix}`, { force: true });
  const byKey = await verifyHomeRecord(home);
  assert.deepEqual([byKey.ok, byKey.bad?.problem], [false, 'cut']);
  assert.match(byKey.bad?.message ?? '', /the key that signed it is there/);
  await rm(keyFolder(home), { recursive: true });
  assert.equal((await verifyHomeRecord(home)).ok, true, 'from inside it looks as if nothing had happened');
  const byCheckpoint = await verifyHomeRecord(home, { witnesses: [witness] });
  assert.deepEqual([byCheckpoint.ok, byCheckpoint.bad?.expected, byCheckpoint.bad?.found], [false, 10, 0]);
  assert.match(byCheckpoint.bad?.message ?? '', /has seen its entry 10/);
});

test('findHomeKey() takes no key from a home that others may write to', async (context) => {
  const { home } = await makeHome(context);
  await chmod(home, 0o777);
  await assert.rejects(findHomeKey(home), { code: 'HOME_UNUSABLE' });
});
