import assert from 'node:assert/strict';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { needs, root } from '../../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { countsSwap, findHandedOver, findRemedy, handedOverName } from './handed-over.ts';

describe('findHandedOver()', needs(root), () => {
  it('takes what root gave to the user, and nothing that belongs to another', async (context) => {
    const tree = await temporaryFolder(context);
    const folder = join(tree, handedOverName(4242));
    assert.equal(await findHandedOver(tree, 4242), undefined);
    mkdirSync(folder);
    assert.equal(await findHandedOver(tree, 4242), undefined);
    chownSync(folder, 4242, 4242);
    assert.equal(await findHandedOver(tree, 4242), folder);
    assert.equal(await findHandedOver(tree, 4243), undefined);
  });

  it('is not for root, who may divide the trees as they are', async () => {
    assert.equal(await findHandedOver('/sys/fs/cgroup/memory', 0), undefined);
  });
});

describe('countsSwap()', () => {
  const header = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';

  it('says no only where swap is on and no file limits it', async (context) => {
    const folder = await temporaryFolder(context);
    const swaps = join(folder, 'swaps');
    writeFileSync(swaps, header);
    assert.equal(await countsSwap(folder, swaps), true);
    writeFileSync(swaps, `${header}/dev/sda2                               partition\t999420\t\t0\t\t-2\n`);
    assert.equal(await countsSwap(folder, swaps), false);
    for (const name of ['memory.memsw.limit_in_bytes', 'memory.swap.max']) {
      const counted = join(folder, name.slice(7, 9));
      mkdirSync(counted);
      writeFileSync(join(counted, name), '');
      assert.equal(await countsSwap(counted, swaps), true);
    }
  });
});

describe('findRemedy()', () => {
  it('sends an ordinary user to root’s setup, and root nowhere', async () => {
    const remedy = await findRemedy('cannot make groups in /x: EACCES');
    if (process.getuid?.() === 0) assert.equal(remedy, undefined);
    else assert.match(remedy ?? '', /by '?\/.*\/belljar'? setup --user \S+$/);
  });
});
