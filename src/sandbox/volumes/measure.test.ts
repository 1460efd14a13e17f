import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { makeDeepFolder, removeDeepFolder } from '../../../test/support/deep-folder.ts';
import { newestChild } from '../../../test/support/scarce.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { measureFolder } from './measure.ts';

const roomy = { maxBytes: 2 ** 30, maxFiles: 100_000 };

describe('measureFolder()', () => {
  it('counts what files take on the disk, not how large they say they are', async (context) => {
    const folder = await temporaryFolder(context);
    writeFileSync(join(folder, 'real'), Buffer.alloc(1 << 20, 1));
    writeFileSync(join(folder, 'giant'), '');
    truncateSync(join(folder, 'giant'), 2 ** 40);
    const { bytes, files, unreadable } = await measureFolder(folder, roomy);
    assert.ok(bytes >= 1 << 20 && bytes < 2 << 20, String(bytes));
    assert.deepEqual({ files, unreadable }, { files: 2, unreadable: 0 });
  });

  it('counts the bytes of a file with many names once, and each of its names', async (context) => {
    const folder = await temporaryFolder(context);
    writeFileSync(join(folder, 'a'), Buffer.alloc(1 << 20, 1));
    for (const name of ['b', 'c', 'd']) linkSync(join(folder, 'a'), join(folder, name));
    const { bytes, files } = await measureFolder(folder, roomy);
    assert.ok(bytes >= 1 << 20 && bytes < 2 << 20, String(bytes));
    assert.equal(files, 4);
  });

  it('follows no link', async (context) => {
    const folder = await temporaryFolder(context);
    const [inside, outside] = [join(folder, 'inside'), join(folder, 'outside')];
    mkdirSync(inside);
    mkdirSync(outside);
    writeFileSync(join(outside, 'large'), Buffer.alloc(4 << 20, 1));
    symlinkSync(outside, join(inside, 'folder'));
    symlinkSync(join(outside, 'large'), join(inside, 'file'));
    const { bytes, files } = await measureFolder(inside, roomy);
    assert.ok(bytes < 1 << 20, String(bytes));
    assert.equal(files, 2);
    assert.ok((await measureFolder(outside, roomy)).bytes >= 4 << 20, 'the control');
  });

  it('stops soon after a bound is passed', async (context) => {
    const folder = await temporaryFolder(context);
    for (let count = 0; count < 3000; count++) writeFileSync(join(folder, String(count)), '');
    const { files } = await measureFolder(folder, { ...roomy, maxFiles: 20 });
    assert.ok(files > 20, String(files));
    assert.equal((await measureFolder(folder, roomy)).files, 3000);
  });

  it('takes no part for the whole where it was cut short by somebody else', async (context) => {
    const folder = await temporaryFolder(context);
    for (let count = 0; count < 6000; count++) writeFileSync(join(folder, String(count)), '');
    const measuring = measureFolder(folder, roomy);
    process.kill(newestChild(), 'SIGKILL'); // what it has to say is more than a pipe holds
    await assert.rejects(measuring, { code: 'WORKSPACE_UNUSABLE', message: /cannot measure .*killed/ });
    assert.equal((await measureFolder(folder, roomy)).files, 6000, 'the control');
  });

  it('goes deeper than any path is long', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'belljar-deep-'));
    makeDeepFolder(folder, 10_000);
    context.after(() => removeDeepFolder(folder));
    const { files, unreadable } = await measureFolder(folder, roomy);
    assert.deepEqual({ files, unreadable }, { files: 10_000, unreadable: 0 });
  });
});
