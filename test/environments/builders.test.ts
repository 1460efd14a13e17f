import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { halfFolder } from '../../src/environments/index.ts';
import { OtherProcess } from '../storage/other-process.ts';
import { openShelf, temporaryShelf } from '../support/shelf.ts';
import { bubblewrap, needs, python } from '../support/prerequisite.ts';
import { killBuilders } from './kill-builders.ts';
import { killWheelBuilders } from './kill-wheel-builders.ts';

const obtain = new URL('fixtures/obtain.ts', import.meta.url);

test('of 20 processes that ask for one key, one builds', async (context) => {
  const { shelf, home, actions } = await temporaryShelf(context);
  await using processes = new AsyncDisposableStack();
  const all = Array.from({ length: 20 }, () => processes.use(new OtherProcess(obtain, [home, '500', 'a'.repeat(64)])));
  for (const each of all) assert.equal(await each.nextLine(), 'ready');
  const told = await Promise.all(all.map((each) => each.nextLine()));
  assert.deepEqual(told.sort(), ['built', ...Array.from({ length: 19 }, () => 'leased')]);
  for (const each of all) each.release();
  for (const each of all) assert.equal((await each.exit()).code, 0);
  assert.deepEqual(await actions(), ['environment.build', 'environment.built']);
  assert.deepEqual(await readdir(halfFolder(shelf.folder)), []);
});

test('a builder that is killed is followed by another at once', async (context) => {
  const { home, actions } = await temporaryShelf(context);
  const lock = 'a'.repeat(64);
  await using first = new OtherProcess(obtain, [home, '1000000', lock]);
  assert.equal(await first.nextLine(), 'ready');
  while ((await actions()).length === 0);
  first.child.kill('SIGKILL');
  await first.exit();
  await using second = new OtherProcess(obtain, [home, '5', lock]);
  assert.deepEqual([await second.nextLine(), await second.nextLine()], ['ready', 'built']);
  await using fresh = await openShelf(home);
  await fresh.shelf.lease('f'.repeat(64));
  assert.deepEqual(await readdir(halfFolder(fresh.shelf.folder)), []);
});

test('whatever moment builders are killed at, none that is half-made is leased, and none leaks', async (context) => {
  const { home } = await temporaryShelf(context);
  const { kills, leased } = await killBuilders({ home, kills: 12, builders: 3 });
  assert.ok(kills >= 12 && leased > 0);
  await using fresh = await openShelf(home);
  const keys = (await fresh.shelf.list()).map(({ key }) => key);
  await fresh.shelf.lease('f'.repeat(64)); // sweeps
  assert.deepEqual((await readdir(join(fresh.shelf.folder, 'built'))).sort(), keys.sort());
  assert.deepEqual(await readdir(halfFolder(fresh.shelf.folder)), []);
  const { removed } = await fresh.shelf.collect({ maxBytes: 0 });
  assert.equal(removed.length, keys.length);
  assert.equal((await fresh.record.verify()).ok, true);
});

test(
  'whatever moment a real build is killed at, what is stored and leased is whole, and all of it is reclaimed',
  needs(bubblewrap, python),
  async (context) => {
    const { home } = await temporaryShelf(context);
    const told = await killWheelBuilders({ home: join(home, 'wheels'), kills: 6, builders: 3 });
    assert.equal(told.kills, 6);
  },
);
