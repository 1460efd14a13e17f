import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { FolderWriter } from './folder-writer.ts';

describe('FolderWriter', () => {
  it('writes files that nobody may write to, and folders that nobody may add to', async (context) => {
    const folder = join(await temporaryFolder(context), 'tree');
    using writer = new FolderWriter(folder);
    writer.open('a/b/program');
    writer.write(Buffer.from('one '));
    writer.write(Buffer.from('two'));
    writer.close(true);
    writer.makeFolder('empty');
    await writer.seal();
    assert.equal(readFileSync(join(folder, 'a/b/program'), 'utf8'), 'one two');
    assert.equal(statSync(join(folder, 'a/b/program')).mode & 0o7777, 0o555);
    for (const path of ['', 'a', 'a/b', 'empty']) assert.equal(statSync(join(folder, path)).mode & 0o7777, 0o555);
  });

  it('writes over nothing, and through no link', async (context) => {
    const outside = await temporaryFolder(context);
    const folder = join(await temporaryFolder(context), 'tree');
    using writer = new FolderWriter(folder);
    writer.open('a');
    writer.close(false);
    assert.throws(() => writer.open('a'), /EEXIST/);
    writeFileSync(join(outside, 'victim'), 'whole');
    symlinkSync(join(outside, 'victim'), join(folder, 'link'));
    assert.throws(() => writer.open('link'), /EEXIST/);
    symlinkSync(outside, join(folder, 'folder'));
    assert.throws(() => writer.open('folder/b'), /EEXIST/);
    assert.equal(readFileSync(join(outside, 'victim'), 'utf8'), 'whole');
    assert.ok(!existsSync(join(outside, 'b')));
  });

  it('takes no folder that is there already', async (context) => {
    const folder = join(await temporaryFolder(context), 'tree');
    mkdirSync(folder);
    assert.throws(() => new FolderWriter(folder), /EEXIST/);
  });
});
