import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';

import { needs } from '../../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { loopImages } from '../../../test/support/volumes.ts';
import { attachedDevices, growImage, makeImage, mountImage, planImage, readImageHead, writeDirectly } from './image.ts';
import { measureMounted, ownInodes } from './measure.ts';
import { unmount } from './mount-table.ts';
import { runProgram } from './programs.ts';

const uid = 1_900_000_000;
const small = { maxBytes: 8 << 20, maxFiles: 128 };

describe('planImage()', () => {
  it('gives no more inodes than files are allowed, beside its own', () => {
    for (const [maxBytes, maxFiles] of [
      [8 << 20, 128],
      [2 ** 30, 65_536],
      [2 ** 36, 2 ** 22],
    ] as const) {
      const { inodes } = planImage({ maxBytes, maxFiles });
      assert.ok(inodes <= maxFiles + ownInodes && inodes > maxFiles * 0.8, `${maxFiles}: ${inodes}`);
    }
  });

  it('grows with what it is to hold', () => {
    assert.ok(planImage({ ...small, maxBytes: 16 << 20 }).blocks > planImage(small).blocks);
  });
});

describe('an image', needs(loopImages), () => {
  for (const bounds of [small, { maxBytes: 300 << 20, maxFiles: 5000 }, { maxBytes: 5 * 2 ** 30, maxFiles: 2 ** 17 }]) {
    it(`made for ${bounds.maxBytes} bytes has room for nearly all, and for no more`, async (context) => {
      const { folder, mountPoint } = await mountNew(context, bounds);
      const { bavail, bsize, ffree } = statfsSync(mountPoint);
      assert.ok(bavail * bsize <= bounds.maxBytes, `${bavail * bsize} of ${bounds.maxBytes}`);
      assert.ok(bavail * bsize >= bounds.maxBytes * 0.96, `${bavail * bsize} of ${bounds.maxBytes}`);
      assert.ok(ffree <= bounds.maxFiles && ffree >= bounds.maxFiles * 0.8, `${ffree} of ${bounds.maxFiles}`);
      assert.deepEqual(await measureMounted(mountPoint), { bytes: 0, files: 0, unreadable: 0 });
      assert.ok(statSync(join(folder, 'image')).blocks * 512 < 4 << 20, 'it takes little of the host’s disk');
    });
  }

  it('belongs to its uid, as does the folder in it', async (context) => {
    const { folder, mountPoint } = await mountNew(context, small);
    assert.equal(statSync(join(mountPoint, 'files')).uid, uid);
    assert.equal(statSync(mountPoint).uid, 0);
    const { uid: owner, damage, blocks } = await readImageHead(join(folder, 'image'));
    assert.deepEqual({ owner, damage, blocks }, { owner: uid, damage: undefined, blocks: planImage(small).blocks });
  });

  it('is told as attached while it is mounted, and not after', async (context) => {
    const { folder, mountPoint } = await mountNew(context, small);
    const image = join(folder, 'image');
    assert.equal((await attachedDevices(image)).length, 1);
    await unmount(mountPoint);
    assert.deepEqual(await attachedDevices(image), []);
  });

  it('is written past the kernel’s cache, where that can be had', async (context) => {
    const { folder } = await mountNew(context, small);
    await writeDirectly(join(folder, 'image'));
    const [device = ''] = await attachedDevices(join(folder, 'image'));
    const { output } = await runProgram('losetup', ['--list', '--noheadings', '--output', 'DIO', device]);
    assert.match(output, /[01]/); // some file systems cannot
  });

  it('gets more room and keeps what it holds', async (context) => {
    const { folder, mountPoint } = await mountNew(context, small);
    writeFileSync(join(mountPoint, 'files/kept'), 'kept');
    await unmount(mountPoint);
    const [image, work] = [join(folder, 'image'), join(folder, 'work')];
    mkdirSync(work);
    const larger = { ...small, maxBytes: 300 << 20 };
    assert.equal((await growImage(image, work, larger)).code, 0);
    assert.equal((await mountImage(image, mountPoint)).code, 0);
    assert.equal(readFileSync(join(mountPoint, 'files/kept'), 'utf8'), 'kept');
    const { bavail, bsize } = statfsSync(mountPoint);
    assert.ok(bavail * bsize > 280 << 20 && bavail * bsize <= 300 << 20, String(bavail * bsize));
    assert.equal(statSync(image).uid, uid);
  });

  it('that was cut short, or is none, says so', async (context) => {
    const folder = await temporaryFolder(context);
    await makeImage(folder, uid, small);
    const image = join(folder, 'image');
    truncateSync(image, 1 << 20);
    assert.match((await readImageHead(image)).damage ?? '', /cut short/);
    writeFileSync(image, Buffer.alloc(1 << 20));
    assert.match((await readImageHead(image)).damage ?? '', /no ext4/);
    truncateSync(image, 10);
    assert.match((await readImageHead(image)).damage ?? '', /no ext4/);
  });

  async function mountNew(context: Pick<TestContext, 'after'>, bounds: typeof small) {
    const folder = mkdtempSync(join(tmpdir(), 'belljar-image-'));
    const mountPoint = join(folder, 'mounted');
    mkdirSync(mountPoint);
    context.after(async () => {
      await unmount(mountPoint);
      rmSync(folder, { recursive: true });
    });
    const { code, said } = await makeImage(folder, uid, bounds);
    assert.equal(code, 0, said);
    assert.equal((await mountImage(join(folder, 'image'), mountPoint)).code, 0);
    return { folder, mountPoint };
  }
});
