import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { needs, root } from '../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { writeWholeFile } from './whole-file.ts';

test('writeWholeFile() writes every byte of every piece, and gives back what the producer made', async (context) => {
  const path = join(await temporaryFolder(context), 'file');
  const pieces = ['é'.repeat(3_000_000), '', '漢字\n'];
  const result = await writeWholeFile(path, async (write) => {
    for (const piece of pieces) await write(piece);
    return 42;
  });
  assert.equal(result, 42);
  assert.equal(await readFile(path, 'utf8'), pieces.join(''));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('writeWholeFile() leaves another’s file of its temporary name alone', async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, 'file');
  const taken = `${path}.${process.pid}.tmp`;
  await writeFile(taken, 'another’s');
  await assert.rejects(
    writeWholeFile(path, async (write) => write('mine')),
    { code: 'OUTPUT_UNWRITABLE', message: /EEXIST/ },
  );
  assert.equal(await readFile(taken, 'utf8'), 'another’s');
  assert.deepEqual(await readdir(folder), [`file.${process.pid}.tmp`]);
});

test('writeWholeFile() takes away what it made when the producer or the renaming fails', async (context) => {
  const folder = await temporaryFolder(context);
  await mkdir(join(folder, 'taken'));
  const failure = new Error('the producer’s');
  const failing = writeWholeFile(join(folder, 'file'), async (write) => {
    await write('half');
    throw failure;
  });
  await assert.rejects(failing, failure);
  const misplaced = writeWholeFile(join(folder, 'taken'), async (write) => write('whole'));
  await assert.rejects(misplaced, { code: 'OUTPUT_UNWRITABLE' });
  assert.deepEqual(await readdir(folder), ['taken']);
});

test('writeWholeFile() says that the disk is full, and leaves nothing half-made', needs(root), async (context) => {
  const disk = join(await temporaryFolder(context), 'disk');
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
  try {
    const path = join(disk, 'file');
    const tooMuch = writeWholeFile(path, async (write) => write('x'.repeat(1_000_000)));
    await assert.rejects(tooMuch, { code: 'OUTPUT_UNWRITABLE', message: /ENOSPC/ });
    assert.deepEqual(await readdir(disk), []);
    await writeWholeFile(path, async (write) => write('fits'));
    assert.equal(await readFile(path, 'utf8'), 'fits');
  } finally {
    execFileSync('umount', [disk]);
  }
});
