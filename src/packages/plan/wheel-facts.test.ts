import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { type Database, openDatabase, sql } from '../../storage/index.ts';
import { type ListedHash, WheelFactStore } from './wheel-facts.ts';

async function open(context: TestContext): Promise<Database> {
  const database = await openDatabase({ path: join(await temporaryFolder(context), 'test.sqlite') });
  context.after(() => database.close());
  return database;
}

const listed = (sha256: string, place = 'index'): ListedHash => ({ sha256, place });

const facts = {
  metadataSha256: 'm',
  needs: ['dep>=1'],
  licenceContradictions: [],
  importNames: ['dep'],
  licence: { expression: 'MIT', source: 'test' },
};

test('WheelFactStore keeps what it was given, for the next process too', async (context) => {
  const database = await open(context);
  const store = new WheelFactStore(database);
  store.add(listed('a'), facts);
  assert.deepEqual(store.find(listed('a')), facts);
  await store.flush();
  const other = new WheelFactStore(database);
  assert.equal(other.find(listed('a')), undefined);
  await other.load(['a', 'b']);
  assert.deepEqual(other.find(listed('a')), facts);
  assert.equal(other.find(listed('b')), undefined);
});

test('WheelFactStore loads any number of wheels, and takes the newest of what was learned', async (context) => {
  const database = await open(context);
  const store = new WheelFactStore(database);
  const names = Array.from({ length: 1200 }, (_, index) => `wheel-${index}`);
  for (const name of names) store.add(listed(name), { ...facts, needs: [name] });
  await store.flush();
  store.add(listed('wheel-7'), { ...facts, sizeBytes: 7 });
  await store.flush();
  const other = new WheelFactStore(database);
  await other.load(names);
  assert.deepEqual(other.find(listed('wheel-1199'))?.needs, ['wheel-1199']);
  assert.equal(other.find(listed('wheel-7'))?.sizeBytes, 7);
});

test('WheelFactStore keeps what several indexes say of the same bytes apart', async (context) => {
  const database = await open(context);
  const store = new WheelFactStore(database);
  const lie = { ...facts, needs: ['evil'] };
  store.add(listed('a', 'lab'), lie);
  assert.equal(store.find(listed('a', 'public')), undefined);
  store.add(listed('a', 'public'), facts);
  await store.flush();
  const other = new WheelFactStore(database);
  await other.load(['a']);
  assert.deepEqual([other.find(listed('a', 'lab')), other.find(listed('a', 'public'))], [lie, facts]);
});

test('WheelFactStore takes what it cannot read as not known', async (context) => {
  const database = await open(context);
  await database.write(sql`insert into wheel_facts (sha256, body) values ('a', '{"needs": 1}')`);
  const store = new WheelFactStore(database);
  await store.load(['a']);
  assert.equal(store.find(listed('a')), undefined);
});
