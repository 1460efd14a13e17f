import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { listTree } from './list-tree.ts';

describe('listTree()', () => {
  it('finds all there is, goes through no symbolic link, and names parents first', async (context) => {
    const root = await temporaryFolder(context);
    mkdirSync(join(root, 'a/b'), { recursive: true });
    writeFileSync(join(root, 'a/b/file'), '');
    symlinkSync('a', join(root, 'link'));
    symlinkSync('/', join(root, 'a/out'));
    const { folders, files } = await listTree(root);
    assert.deepEqual(folders, [root, join(root, 'a'), join(root, 'a/b')]);
    assert.deepEqual(files.toSorted(), [join(root, 'a/b/file'), join(root, 'a/out'), join(root, 'link')]);
  });

  it('fails where nothing is', async (context) => {
    await assert.rejects(listTree(join(await temporaryFolder(context), 'none')), { code: 'ENOENT' });
  });
});
