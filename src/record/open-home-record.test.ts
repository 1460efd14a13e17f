import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { findHomeRecord, openHomeRecord } from './open-home-record.ts';

test('openHomeRecord makes home, database and, with the first entry, the key', async (context) => {
  const path = join(await temporaryFolder(context), 'home');
  await using home = await openHomeRecord(path);
  assert.ok(!(await readdir(path)).includes('keys'));
  await home.record.append({ action: 'a.b' });
  assert.deepEqual((await readdir(join(path, 'keys'))).sort(), ['record.key', 'record.pub']);
  assert.equal((await stat(join(path, 'belljar.sqlite'))).mode & 0o777, 0o600);
});

test('findHomeRecord makes nothing', async (context) => {
  const path = join(await temporaryFolder(context), 'home');
  assert.equal(await findHomeRecord(path), undefined);
  await assert.rejects(stat(path), { code: 'ENOENT' });
  await mkdir(path);
  assert.equal(await findHomeRecord(path), undefined);
  assert.deepEqual(await readdir(path), []);
});

test('findHomeRecord opens what openHomeRecord made', async (context) => {
  const path = join(await temporaryFolder(context), 'home');
  {
    await using made = await openHomeRecord(path);
    await made.record.append({ action: 'a.b' });
  }
  await using found = await findHomeRecord(path);
  assert.equal((await found?.record.head())?.seq, 2);
});

test('two homes have two records', async (context) => {
  const folder = await temporaryFolder(context);
  await using one = await openHomeRecord(join(folder, 'one'));
  await using other = await openHomeRecord(join(folder, 'other'));
  const [first, second] = [await one.record.append({ action: 'a.b' }), await other.record.append({ action: 'a.b' })];
  assert.notEqual(first.recordId, second.recordId);
  const checkpoint = await one.record.checkpoint();
  const result = await other.record.verify({ witnesses: [{ checkpoint, source: 'the file' }] });
  assert.equal(result.bad?.problem, 'foreign');
});

test('openHomeRecord refuses a home that others may write to', async (context) => {
  const path = join(await temporaryFolder(context), 'home');
  await mkdir(path);
  await chmod(path, 0o777);
  await assert.rejects(openHomeRecord(path), { code: 'HOME_UNUSABLE' });
  assert.deepEqual(await readdir(path), []);
});

test('findHomeRecord refuses a home that others may write to, and a database that is a link', async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, 'home');
  const target = join(folder, 'target');
  await writeFile(target, 'content');
  await chmod(target, 0o644);
  await mkdir(path);
  await symlink(target, join(path, 'belljar.sqlite'));
  await assert.rejects(findHomeRecord(path), { code: 'STORAGE_FAILED' });
  await chmod(path, 0o777);
  await assert.rejects(findHomeRecord(path), { code: 'HOME_UNUSABLE' });
  assert.equal((await stat(target)).mode & 0o777, 0o644);
});
