import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { openShelf, buildOf, specOf, temporaryShelf } from '../support/shelf.ts';
import { needs, root } from '../support/prerequisite.ts';
import { smallDisk } from '../support/volumes.ts';
import { OtherProcess } from '../storage/other-process.ts';

const hold = new URL('fixtures/hold.ts', import.meta.url);
const lock = 'a'.repeat(64);

describe('an environment on the shelf', () => {
  it('stays while another process leases it, and goes when that is killed', async (context) => {
    const { home, shelf } = await temporaryShelf(context);
    await using other = new OtherProcess(hold, [home, lock]);
    const key = await other.nextLine();
    assert.equal((await shelf.find(key))?.leases, 1);
    const { removed, kept } = await shelf.collect({ maxBytes: 0 });
    assert.deepEqual([removed, kept.map(({ why }) => why)], [[], ['leased']]);
    other.child.kill('SIGKILL');
    await other.exit();
    assert.equal((await shelf.list())[0]?.leases, 0);
    assert.equal((await shelf.collect({ maxBytes: 0 })).removed[0]?.name, key);
  });

  it('is either leased or collected when both are tried at once, and never half', async (context) => {
    const { shelf, openOther } = await temporaryShelf(context);
    const other = await openOther();
    for (let round = 0; round < 20; round++) {
      const made = await shelf.obtain(specOf(lock), buildOf('x'));
      made[Symbol.dispose]();
      await shelf.collect({ maxBytes: Number.MAX_SAFE_INTEGER }); // gives its own lease back
      const [lease, { removed }] = await Promise.all([
        other.lease(made.environment.key),
        shelf.collect({ maxBytes: 0 }),
      ]);
      assert.equal(removed.length, lease === undefined ? 1 : 0);
      if (lease === undefined) continue;
      assert.ok((await readdir(lease.folder)).includes('whole'));
      lease[Symbol.dispose]();
    }
  });

  it('is not removed under a build that waits, and its builder’s wheels stay', async (context) => {
    const { shelf, openOther } = await temporaryShelf(context);
    const other = await openOther();
    using lease = await shelf.obtain(specOf(lock), async (folder, tools) => {
      const { removed, kept } = await other.collect({ maxBytes: 0 });
      assert.deepEqual([removed, kept.map(({ why }) => why)], [[], ['building']]);
      return buildOf('x')(folder, tools);
    });
    assert.ok((await readdir(lease.folder)).includes('whole'));
  });

  it('keeps its pin when it is built anew', async (context) => {
    let problems: string[] = [];
    const { shelf, actions } = await temporaryShelf(context, { verifyTree: async () => ({ problems }) });
    const made = await shelf.obtain(specOf(lock), buildOf('x'));
    made[Symbol.dispose]();
    assert.equal(await shelf.pin(made.environment.key), true);
    assert.equal(await shelf.pin(made.environment.key), true, 'twice is once');
    assert.equal(await shelf.pin('f'.repeat(64)), false);
    problems = ['a file is another one'];
    assert.equal((await shelf.verify(made.environment.key)).problems.length, 1);
    problems = [];
    const again = await shelf.obtain(specOf(lock), buildOf('x'));
    again[Symbol.dispose]();
    assert.equal(again.environment.isPinned, true);
    assert.deepEqual((await shelf.collect({ maxBytes: 0 })).removed, []);
    assert.equal((await actions()).filter((action) => action === 'environment.pinned').length, 1);
  });
});

describe('a build on a small disk', needs(root), () => {
  it('fails with STORAGE_FULL, leaves nothing, and is built when there is room', async (context) => {
    const disk = smallDisk(context, '6m');
    await using home = await openShelf(disk);
    const { shelf } = home;
    const large = buildOf('x'.repeat(400_000), 30);
    await assert.rejects(shelf.obtain(specOf(lock), large), { code: 'STORAGE_FULL', hint: /belljar env gc/ });
    assert.deepEqual(await readdir(join(shelf.folder, 'half')), []);
    assert.deepEqual(await readdir(join(shelf.folder, 'built')), []);
    using small = await shelf.obtain(specOf(lock), buildOf('x'));
    assert.equal(small.isNew, true);
  });

  it('makes the room itself where nobody uses what is there', async (context) => {
    const disk = smallDisk(context, '12m');
    let asked = 0;
    await using home = await openShelf(disk, {
      makeRoom: {
        beforeBuild: () => Promise.resolve(),
        whenFull: async () => {
          asked += 1;
          const { removed } = await home.shelf.collect({ maxBytes: 0 });
          return removed.length > 0;
        },
      },
    });
    const { shelf } = home;
    const old = await shelf.obtain(specOf('b'.repeat(64)), buildOf('x'.repeat(400_000), 16));
    old[Symbol.dispose]();
    await mkdir(join(shelf.folder, 'wheels/11', '1'.repeat(64)), { recursive: true });
    await writeFile(join(shelf.folder, 'wheels/11', '1'.repeat(64), 'file'), 'x');
    using lease = await shelf.obtain(specOf(lock), buildOf('y'.repeat(400_000), 16));
    assert.deepEqual([lease.isNew, asked], [true, 1]);
    assert.deepEqual(await readdir(join(shelf.folder, 'built')), [lease.environment.key]);
    assert.deepEqual(await readdir(join(shelf.folder, 'half')), []);
  });
});
