import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { needs, root as rootUser } from '../../../test/support/prerequisite.ts';
import { temporaryTree } from '../../../test/support/temporary-tree.ts';
import { BelljarError } from '../../errors.ts';
import { makeTree, type TreeContents } from './make-tree.ts';

interface Ground {
  readonly root: string;
  /** A sealed file of the store. */
  readonly from: string;
  readonly contents: (some: Partial<TreeContents>) => TreeContents;
}

async function prepare(context: TestContext): Promise<Ground> {
  const folder = await temporaryTree(context);
  const [root, from] = [join(folder, 'root'), join(folder, 'stored')];
  mkdirSync(root);
  writeFileSync(from, 'stored');
  chmodSync(from, 0o444);
  const last = { path: 'last', content: Buffer.from('last'), mode: 0o444 };
  const contents = (some: Partial<TreeContents>): TreeContents => {
    return { folders: [], stored: [], written: [], pointers: [], last, ...some };
  };
  return { root, from, contents };
}

describe('makeTree()', () => {
  it('makes folders, links, files and symbolic links, all sealed', async (context) => {
    const { root, from, contents } = await prepare(context);
    const before = process.umask(0o077);
    try {
      const method = await makeTree(
        root,
        contents({
          folders: ['a', 'a/b'],
          stored: [[from, 'a/b/linked']],
          written: [
            { path: 'a/plain', content: Buffer.from('plain'), mode: 0o444 },
            { path: 'a/program', content: Buffer.from(''), mode: 0o555 },
          ],
          pointers: [['a/pointer', 'b/linked']],
        }),
      );
      assert.equal(method, 'hard');
    } finally {
      process.umask(before);
    }
    const modeOf = (path: string): number => statSync(join(root, path)).mode & 0o777;
    assert.deepEqual(['a', 'a/b', 'a/plain', 'a/program', 'last'].map(modeOf), [0o555, 0o555, 0o444, 0o555, 0o444]);
    assert.equal(statSync(join(root, 'a/b/linked')).ino, statSync(from).ino);
    assert.equal(readFileSync(join(root, 'a/plain'), 'utf8'), 'plain');
    assert.equal(readlinkSync(join(root, 'a/pointer')), 'b/linked');
  });

  it('writes over nothing that is there', async (context) => {
    const { root, from, contents } = await prepare(context);
    writeFileSync(join(root, 'there'), 'before');
    const attempts: Partial<TreeContents>[] = [
      { folders: ['there'] },
      { stored: [[from, 'there']] },
      { written: [{ path: 'there', content: Buffer.from('x'), mode: 0o444 }] },
      { pointers: [['there', 'x']] },
    ];
    for (const attempt of attempts) {
      await assert.rejects(makeTree(root, contents(attempt)), { code: 'BUILD_FAILED', message: /EEXIST/ });
    }
    assert.equal(readFileSync(join(root, 'there'), 'utf8'), 'before');
  });

  it('tells how far it is, and ends with the last file', async (context) => {
    const { root, from, contents } = await prepare(context);
    const stored = Array.from({ length: 1200 }, (_, index) => [from, `f${index}`] as const);
    const told: number[] = [];
    await makeTree(root, contents({ stored }), { onProgress: (done) => told.push(done) });
    assert.ok(told.length > 1 && told.every((done, index) => done > (told[index - 1] ?? 0)), told.join());
    assert.equal(told.at(-1), 1200);
    assert.equal(readdirSync(root).length, 1201);
  });

  for (const count of [10, 1500]) {
    it(`makes folders before what lies in them, of ${count} as of any number`, async (context) => {
      const { root, from, contents } = await prepare(context);
      const folders = Array.from({ length: count }, (_, index) => `f${Math.floor(index / 3)}${'/x'.repeat(index % 3)}`);
      const stored = folders.map((folder) => [from, `${folder}/file`] as const);
      await makeTree(root, contents({ folders, stored }));
      assert.ok(folders.every((folder) => statSync(join(root, folder, 'file')).ino === statSync(from).ino));
      assert.ok(folders.every((folder) => (statSync(join(root, folder)).mode & 0o222) === 0));
    });

    it(`says what the file system said of one of ${count} files`, async (context) => {
      const { root, from, contents } = await prepare(context);
      const stored = Array.from({ length: count }, (_, index) => [from, `f${index}`] as const);
      const gone = [...stored, [`${from}.gone`, 'gone'] as const];
      await assert.rejects(makeTree(root, contents({ stored: gone })), (error) => {
        assert.ok(error instanceof BelljarError);
        assert.deepEqual([error.code, error.details['code']], ['BUILD_FAILED', 'ENOENT']);
        return true;
      });
      assert.ok(!existsSync(join(root, 'last')));
    });
  }

  it('stops when it is cancelled, and does nothing more after', async (context) => {
    const { root, from, contents } = await prepare(context);
    const stored = Array.from({ length: 20_000 }, (_, index) => [from, `f${index}`] as const);
    const controller = new AbortController();
    const work = makeTree(root, contents({ stored }), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await assert.rejects(work, { code: 'CANCELLED' });
    const left = readdirSync(root).length;
    assert.ok(left < stored.length && !existsSync(join(root, 'last')));
    await new Promise((resolve) => void setImmediate(resolve));
    assert.equal(readdirSync(root).length, left);
  });

  it('does not begin when it was cancelled before', async (context) => {
    const { root, contents } = await prepare(context);
    const work = makeTree(root, contents({ folders: ['a'] }), { signal: AbortSignal.abort() });
    await assert.rejects(work, { code: 'CANCELLED' });
    assert.deepEqual(readdirSync(root), []);
  });

  it('says that the disk is full, and what to do', needs(rootUser), async (context) => {
    const { contents } = await prepare(context);
    const small = mkdtempSync(join(tmpdir(), 'belljar-small-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]).status === 0;
    try {
      if (!mounted) {
        context.skip('needs to mount a small disk');
        return;
      }
      await makeTree(small, contents({ written: [{ path: 'little', content: Buffer.alloc(100), mode: 0o444 }] }));
      const written = [{ path: 'large', content: Buffer.alloc(1 << 20), mode: 0o444 }];
      await assert.rejects(makeTree(small, contents({ written })), (error) => {
        assert.ok(error instanceof BelljarError);
        assert.equal(error.code, 'STORAGE_FULL');
        assert.match(`${error.message} ${error.hint}`, /the disk is full.*belljar env gc/);
        return true;
      });
    } finally {
      if (mounted) spawnSync('umount', [small]);
      rmdirSync(small);
    }
  });
});
