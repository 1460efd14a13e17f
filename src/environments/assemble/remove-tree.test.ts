import assert from 'node:assert/strict';
import { chmodSync, existsSync, linkSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryTree } from '../../../test/support/temporary-tree.ts';
import { removeTree } from './remove-tree.ts';

describe('removeTree()', () => {
  it('takes a sealed tree away and leaves what shares its files as it was', async (context) => {
    const folder = await temporaryTree(context);
    const [kept, tree] = [join(folder, 'kept'), join(folder, 'tree')];
    writeFileSync(kept, 'x');
    chmodSync(kept, 0o444);
    mkdirSync(join(tree, 'a'), { recursive: true });
    linkSync(kept, join(tree, 'a/shared'));
    for (const path of [join(tree, 'a'), tree]) chmodSync(path, 0o555);
    await removeTree(tree);
    assert.ok(!existsSync(tree));
    const { nlink, mode } = statSync(kept);
    assert.deepEqual([nlink, mode & 0o777], [1, 0o444]);
  });

  it('follows no link out of the tree, or to it', async (context) => {
    const folder = await temporaryTree(context);
    const [outside, tree] = [join(folder, 'outside'), join(folder, 'tree')];
    for (const path of [outside, tree]) mkdirSync(path);
    writeFileSync(join(outside, 'kept'), '');
    chmodSync(outside, 0o750);
    symlinkSync(outside, join(tree, 'out'));
    symlinkSync(join(outside, 'kept'), join(tree, 'file'));
    symlinkSync(outside, join(folder, 'to'));
    for (const path of [tree, join(folder, 'to')]) await removeTree(path);
    assert.ok(!existsSync(tree) && !existsSync(join(folder, 'to')));
    assert.ok(existsSync(join(outside, 'kept')));
    assert.equal(statSync(outside).mode & 0o777, 0o750);
  });

  it('finds nothing to do where nothing is', async (context) => {
    await removeTree(join(await temporaryTree(context), 'none'));
  });
});
