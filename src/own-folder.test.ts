import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { isOwnFolder, makeOwnFolder } from './own-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'belljar-own-'));
after(() => rmSync(folder, { recursive: true }));

describe('makeOwnFolder()', () => {
  it('makes what nobody else can write to, whatever the umask', async () => {
    for (const umask of [0o000, 0o022, 0o077]) {
      const path = join(folder, `umask-${umask}`);
      const before = process.umask(umask);
      await makeOwnFolder(path).finally(() => process.umask(before));
      assert.equal(statSync(path).mode & 0o777, 0o711);
      assert.ok(await isOwnFolder(path));
    }
  });

  it('leaves a folder that is there as it is', async () => {
    const path = join(folder, 'there');
    mkdirSync(path);
    chmodSync(path, 0o777);
    await makeOwnFolder(path);
    assert.equal(statSync(path).mode & 0o777, 0o777);
  });
});

describe('isOwnFolder()', () => {
  it('says no to a folder that others may write to', async () => {
    for (const mode of [0o770, 0o707, 0o1777]) {
      const path = join(folder, `open-${mode}`);
      mkdirSync(path);
      chmodSync(path, mode);
      assert.equal(await isOwnFolder(path), false);
    }
  });

  it('says no to a link, a missing one, and another user’s', async () => {
    symlinkSync(folder, join(folder, 'link'));
    assert.equal(await isOwnFolder(join(folder, 'link')), false);
    assert.equal(await isOwnFolder(join(folder, 'missing')), false);
    assert.equal(await isOwnFolder(folder), true);
    if (process.getuid?.() !== 0) return;
    mkdirSync(join(folder, 'theirs'), { mode: 0o755 });
    chownSync(join(folder, 'theirs'), 54_321, 54_321);
    assert.equal(await isOwnFolder(join(folder, 'theirs')), false);
  });
});
