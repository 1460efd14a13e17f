import assert from 'node:assert/strict';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { FileWatch } from './file-watch.ts';

test('FileWatch tells who listens late of what changed before', async (t) => {
  const path = join(await temporaryFolder(t), 'file');
  await writeFile(path, 'old');
  using watching = await FileWatch.start(path);
  using witness = await FileWatch.start(path);
  const settled = new Promise<void>((resolve) => witness.listen(resolve));
  await writeFile(path, 'new');
  // The witness was started last, so that the other has settled when it has.
  await settled;
  let calls = 0;
  watching.listen(() => calls++);
  assert.equal(calls, 1);
});

test('FileWatch tells nothing where nothing changed', async (t) => {
  const path = join(await temporaryFolder(t), 'file');
  using watching = await FileWatch.start(path);
  watching.listen(() => assert.fail('nothing has changed'));
});

test('FileWatch sees a file that appears, and one that is put in its place', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'file');
  using watching = await FileWatch.start(path);
  let changed = Promise.withResolvers<unknown>();
  watching.listen(() => changed.resolve(undefined));
  await writeFile(path, 'first');
  await changed.promise;
  changed = Promise.withResolvers();
  await writeFile(join(folder, 'draft'), 'second');
  await rename(join(folder, 'draft'), path);
  await changed.promise;
});

test('FileWatch sees a file appear in a folder that was not there', async (t) => {
  const folder = join(await temporaryFolder(t), 'later');
  using watching = await FileWatch.start(join(folder, 'file'));
  const changed = new Promise<void>((resolve) => watching.listen(resolve));
  await mkdir(folder);
  await writeFile(join(folder, 'file'), 'here');
  await changed;
});
