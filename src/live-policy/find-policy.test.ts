import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { findPolicy, isThere } from './find-policy.ts';

test('findPolicy() takes what is named as it is, there or not', async (t) => {
  const home = await temporaryFolder(t);
  const env = { BELLJAR_POLICY: 'other.yaml' };
  assert.deepEqual(await findPolicy({ file: 'named.yaml', env, home }), {
    origin: 'option',
    path: resolve('named.yaml'),
  });
  assert.deepEqual(await findPolicy({ env, home }), { origin: 'environment', path: resolve('other.yaml') });
});

test('findPolicy() takes the home’s file where there is one, else the built-in policy', async (t) => {
  const home = await temporaryFolder(t);
  const builtIn = { origin: 'built-in', path: undefined };
  assert.deepEqual(await findPolicy({ env: {}, home }), builtIn);
  assert.deepEqual(await findPolicy({ env: {} }), builtIn);
  assert.deepEqual(await findPolicy({ env: {}, home: join(home, 'missing') }), builtIn);
  const path = join(home, 'belljar.policy.yaml');
  await writeFile(path, '');
  assert.deepEqual(await findPolicy({ env: {}, home }), { origin: 'home', path });
});

test('isThere() says no only of what is missing, not of what cannot be opened', async (t) => {
  const folder = await temporaryFolder(t);
  const [file, link, loop] = [join(folder, 'file'), join(folder, 'link'), join(folder, 'loop')];
  await writeFile(file, '');
  await symlink(join(folder, 'nowhere'), link);
  await symlink(loop, loop);
  for (const path of [file, link, loop, join(loop, 'below')]) assert.equal(await isThere(path), true, path);
  for (const path of [join(folder, 'missing'), join(file, 'below')]) assert.equal(await isThere(path), false, path);
});
