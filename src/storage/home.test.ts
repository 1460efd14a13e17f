import assert from 'node:assert/strict';
import { chmod, chown, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { needs, root } from '../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { databasePath, ensureHome, isHomeThere, keyFolder, resolveHome } from './home.ts';

test('resolveHome takes BELLJAR_HOME, and only as an absolute path', () => {
  assert.equal(resolveHome({ BELLJAR_HOME: '/srv/jar' }), '/srv/jar');
  assert.throws(() => resolveHome({ BELLJAR_HOME: 'jar' }), { code: 'HOME_UNUSABLE' });
});

test('resolveHome has a default for root outside its own home', needs(root), () => {
  assert.equal(resolveHome({}), '/var/lib/belljar');
  assert.equal(resolveHome({ BELLJAR_HOME: '' }), '/var/lib/belljar');
});

test('resolveHome follows XDG_DATA_HOME for others', (context) => {
  context.mock.method(process as unknown as { getuid: () => number }, 'getuid', () => 1000);
  assert.equal(resolveHome({ XDG_DATA_HOME: '/data' }), '/data/belljar');
  assert.match(resolveHome({ XDG_DATA_HOME: 'relative' }), /\/\.local\/share\/belljar$/);
});

test('ensureHome makes a home that only its owner can write to, and finds it again', async (context) => {
  const home = join(await temporaryFolder(context), 'deep', 'home');
  assert.equal(await ensureHome(home), home);
  assert.equal((await stat(home)).mode & 0o777, 0o711);
  assert.equal(await ensureHome(home), home);
});

test('ensureHome refuses a home that others may write to', async (context) => {
  const home = join(await temporaryFolder(context), 'home');
  await mkdir(home);
  await chmod(home, 0o777);
  await assert.rejects(ensureHome(home), {
    code: 'HOME_UNUSABLE',
    hint: `Choose a folder of its own, such as ${join(home, 'belljar')}.`,
  });
  await chmod(home, 0o755);
  await ensureHome(home);
});

test('ensureHome refuses a home of another user', needs(root), async (context) => {
  const home = join(await temporaryFolder(context), 'home');
  await mkdir(home);
  await chown(home, 12_345, 12_345);
  await assert.rejects(ensureHome(home), { code: 'HOME_UNUSABLE', message: /12345/ });
});

test('isHomeThere makes nothing, and refuses what ensureHome refuses', async (context) => {
  const folder = await temporaryFolder(context);
  const home = join(folder, 'home');
  assert.equal(await isHomeThere(home), false);
  await assert.rejects(stat(home), { code: 'ENOENT' });
  await mkdir(home);
  await symlink(home, join(folder, 'link'));
  assert.equal(await isHomeThere(home), true);
  assert.equal(await isHomeThere(join(folder, 'link')), true);
  await chmod(home, 0o777);
  await assert.rejects(isHomeThere(home), { code: 'HOME_UNUSABLE' });
  await assert.rejects(isHomeThere(join(folder, 'link')), { code: 'HOME_UNUSABLE' });
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(isHomeThere(join(folder, 'file')), { code: 'HOME_UNUSABLE', message: /not a folder/ });
});

test('isHomeThere refuses a home of another user', needs(root), async (context) => {
  const home = join(await temporaryFolder(context), 'home');
  await mkdir(home);
  assert.equal(await isHomeThere(home), true);
  await chown(home, 12_345, 12_345);
  await assert.rejects(isHomeThere(home), { code: 'HOME_UNUSABLE', message: /12345/ });
});

test('ensureHome says why it cannot make one', async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(ensureHome(join(folder, 'file', 'home')), { code: 'HOME_UNUSABLE' });
});

test('a home has one database and one folder of keys', () => {
  assert.equal(databasePath('/srv/jar'), '/srv/jar/belljar.sqlite');
  assert.equal(keyFolder('/srv/jar'), '/srv/jar/keys');
});
