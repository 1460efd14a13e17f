import assert from 'node:assert/strict';
import { chmod, chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { needs, root } from '../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { testMigrations } from '../../test/storage/test-migrations.ts';
import { ensureDatabaseFile } from './database-file.ts';
import { openDatabase } from './open-database.ts';
import { sql } from './sql.ts';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test('ensureDatabaseFile makes an empty private file, and leaves nothing else behind', async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, 'a.sqlite');
  await Promise.all([ensureDatabaseFile(path), ensureDatabaseFile(path), ensureDatabaseFile(path)]);
  assert.deepEqual(await readdir(folder), ['a.sqlite']);
  assert.equal(await modeOf(path), 0o600);
});

test('ensureDatabaseFile leaves the content of a file alone, and takes it away from others', async (context) => {
  const path = join(await temporaryFolder(context), 'a.sqlite');
  const content = 'content '.repeat(100);
  for (const file of [path, `${path}-wal`]) {
    await writeFile(file, content);
    await chmod(file, 0o644);
  }
  await ensureDatabaseFile(path);
  assert.equal(await readFile(path, 'utf8'), content);
  assert.equal(await modeOf(path), 0o600);
  assert.equal(await modeOf(`${path}-wal`), 0o600);
});

test('ensureDatabaseFile says that the folder is missing, and does not make it', async (context) => {
  const folder = join(await temporaryFolder(context), 'missing');
  const missing = { code: 'STORAGE_FAILED', message: `the folder ${folder} does not exist` };
  await assert.rejects(ensureDatabaseFile(join(folder, 'a.sqlite')), missing);
  await assert.rejects(stat(folder), { code: 'ENOENT' });
});

test('every file of an open database is private', async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, 'a.sqlite');
  const database = await openDatabase({ path, migrations: testMigrations });
  context.after(() => database.close());
  await database.write(sql`insert into things (key) values (${'a'})`);
  const files = await readdir(folder);
  assert.deepEqual(files.sort(), ['a.sqlite', 'a.sqlite-shm', 'a.sqlite-wal']);
  for (const file of files) assert.equal(await modeOf(join(folder, file)), 0o600, file);
});

test('ensureDatabaseFile refuses links in the place of its files, and leaves alone what they lead to', async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, 'a.sqlite');
  const target = join(folder, 'target');
  await writeFile(target, 'content '.repeat(100), { mode: 0o644 });
  await chmod(target, 0o644);
  for (const name of [path, `${path}-wal`, `${path}-shm`]) {
    await symlink(target, name);
    await assert.rejects(ensureDatabaseFile(path), { code: 'STORAGE_FAILED', message: /a link/ }, name);
    assert.equal(await modeOf(target), 0o644);
    await rm(name);
    await ensureDatabaseFile(path);
  }
  await rm(path);
  await mkdir(path);
  await assert.rejects(ensureDatabaseFile(path), { code: 'STORAGE_FAILED' });
});

test('ensureDatabaseFile refuses files of another user', needs(root), async (context) => {
  const path = join(await temporaryFolder(context), 'a.sqlite');
  for (const name of [path, `${path}-wal`]) {
    await writeFile(name, '', { mode: 0o644 });
    await chmod(name, 0o644);
    await chown(name, 12_345, 12_345);
    await assert.rejects(ensureDatabaseFile(path), { code: 'STORAGE_FAILED', message: /uid 12345/ }, name);
    assert.equal(await modeOf(name), 0o644);
    await chown(name, 0, 0);
    await ensureDatabaseFile(path);
    assert.equal(await modeOf(name), 0o600);
  }
});

test('ensureDatabaseFile changes no mode in a folder where others may change names', async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, 'a.sqlite');
  await writeFile(path, '');
  await chmod(path, 0o644);
  await chmod(folder, 0o777);
  await assert.rejects(ensureDatabaseFile(path), { code: 'STORAGE_FAILED', message: /not ours alone/ });
  assert.equal(await modeOf(path), 0o644);
  await chmod(folder, 0o700);
  await ensureDatabaseFile(path);
  assert.equal(await modeOf(path), 0o600);
});
