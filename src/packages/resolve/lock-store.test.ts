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
  const first = { time: new Date('2026-01-01T00:00:00Z'), replaces: false };
  assert.deepEqual(await store.keep(key, lock, first), lock);
  assert.deepEqual(await store.find(key), { lock, time: '2026-01-01T00:00:00.000Z' });
  assert.equal(await store.find({ ...key, target: 'python 3.13' }), undefined);
  assert.equal(await store.find({ ...key, wish: 'another' }), undefined);
  const newer = sealLock({ target: key.target, packages: [lockedPackage('app', { version: '2.0' })] });
  const second = { time: new Date('2026-02-01T00:00:00Z'), replaces: true };
  assert.equal((await store.keep(key, newer, second)).digest, newer.digest);
  assert.equal((await store.find(key))?.lock.digest, newer.digest);
});

test('LockStore takes what it cannot read as no lock', async (context) => {
  const path = join(await temporaryFolder(context), 'test.sqlite');
  const database = await openDatabase({ path });
  context.after(() => database.close());
  const store = new LockStore(database);
  const now = { time: new Date(), replaces: false };
  await store.keep(key, lock, now);
  await database.write(sql`update locks set body = '{"packages":[{"name":"../x"}]}'`);
  assert.equal(await store.find(key), undefined);
  assert.equal((await store.keep(key, lock, now)).digest, lock.digest);
  assert.notEqual(await store.find(key), undefined);
});

test('LockStore gives all who resolve one wish at once the lock of the first', async (context) => {
  const path = join(await temporaryFolder(context), 'test.sqlite');
  const databases = [await openDatabase({ path }), await openDatabase({ path })];
  context.after(() => Promise.all(databases.map((database) => database.close())));
  const locks = ['1.0', '2.0'].map((version) =>
    sealLock({ target: key.target, packages: [lockedPackage('app', { version })] }),
  );
  const kept = await Promise.all(
    databases.map((database, index) => {
      const keeping = { time: new Date(), replaces: false };
      return new LockStore(database).keep(key, locks[index] ?? lock, keeping);
    }),
  );
  assert.equal(kept[0]?.digest, kept[1]?.digest);
  assert.ok(locks.some(({ digest }) => digest === kept[0]?.digest));
});
