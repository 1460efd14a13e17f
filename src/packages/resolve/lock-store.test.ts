import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { lockedPackage } from '../../../test/packages/locked-package.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { openDatabase, sql } from '../../storage/index.ts';
import { sealLock } from './lock.ts';
import { LockStore } from './lock-store.ts';

const key = { wish: 'a wish', target: 'python 3.12' };
const lock = sealLock({ target: key.target, packages: [lockedPackage('app')] });

test('LockStore keeps the lock of a wish for a target until another takes its place', async (context) => {
  const path = join(await temporaryFolder(context), 'test.sqlite');
  const database = await openDatabase({ path });
  context.after(() => database.close());
  const store = new LockStore(database);
  assert.equal(await store.find(key), undefined);
  await store.keep(key, lock, new Date('2026-01-01T00:00:00Z'));
  assert.deepEqual(await store.find(key), { lock, time: '2026-01-01T00:00:00.000Z' });
  assert.equal(await store.find({ ...key, target: 'python 3.13' }), undefined);
  assert.equal(await store.find({ ...key, wish: 'another' }), undefined);
  const newer = sealLock({ target: key.target, packages: [lockedPackage('app', { version: '2.0' })] });
  await store.keep(key, newer, new Date('2026-02-01T00:00:00Z'));
  assert.equal((await store.find(key))?.lock.digest, newer.digest);
});

test('LockStore takes what it cannot read as no lock', async (context) => {
  const path = join(await temporaryFolder(context), 'test.sqlite');
  const database = await openDatabase({ path });
  context.after(() => database.close());
  const store = new LockStore(database);
  await store.keep(key, lock, new Date());
  await database.write(sql`update locks set body = '{"packages":[{"name":"../x"}]}'`);
  assert.equal(await store.find(key), undefined);
});
