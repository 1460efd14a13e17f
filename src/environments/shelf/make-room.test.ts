import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { buildOf, specOf, temporaryShelf } from '../../../test/support/shelf.ts';
import { BelljarError } from '../../errors.ts';
import type { BuildEnvironment } from './construct.ts';
import { withRoom } from './make-room.ts';

const full = (): BelljarError => new BelljarError('STORAGE_FULL', 'full');
const tree = { treeDigest: '', files: 1, bytes: 1 };

async function setStage(context: TestContext, { canMake = true, failures = 1, error = full } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'belljar-test-'));
  context.after(() => rm(folder, { recursive: true }));
  const told: string[] = [];
  const build: BuildEnvironment = async (half) => {
    told.push(`build in ${(await readdir(half)).length}`);
    await mkdir(join(half, 'lib'), { mode: 0o555 });
    await writeFile(join(half, 'file'), '');
    if (told.filter((each) => each.startsWith('build')).length <= failures) throw error();
    return tree;
  };
  const room = {
    beforeBuild: () => Promise.resolve(void told.push('before')),
    whenFull: () => Promise.resolve(void told.push('full')).then(() => canMake),
  };
  const tools = { signal: new AbortController().signal, onProgress: () => undefined };
  const run = (signal = tools.signal) => withRoom(build, room)(folder, { ...tools, signal });
  return { run, told };
}

describe('withRoom()', () => {
  it('asks for room before a build, and no more where there is enough', async (context) => {
    const { run, told } = await setStage(context, { failures: 0 });
    assert.equal(await run(), tree);
    assert.deepEqual(told, ['before', 'build in 0']);
  });

  it('tries once more, in an empty folder, where the disk was full and room could be made', async (context) => {
    const { run, told } = await setStage(context);
    assert.equal(await run(), tree);
    assert.deepEqual(told, ['before', 'build in 0', 'full', 'build in 0']);
  });

  it('tries no third time', async (context) => {
    const { run, told } = await setStage(context, { failures: 2 });
    await assert.rejects(run(), { code: 'STORAGE_FULL' });
    assert.equal(told.length, 4);
  });

  it('fails as the build did where no room could be made, or room is not what it wants', async (context) => {
    const none = await setStage(context, { canMake: false });
    await assert.rejects(none.run(), { code: 'STORAGE_FULL' });
    const broken = await setStage(context, { error: () => new BelljarError('BUILD_FAILED', 'no') });
    await assert.rejects(broken.run(), { code: 'BUILD_FAILED' });
    assert.deepEqual([none.told.at(-1), broken.told.at(-1)], ['full', 'build in 0']);
    const cancelled = await setStage(context);
    await assert.rejects(cancelled.run(AbortSignal.abort()), { code: 'CANCELLED' });
  });
});

describe('Shelf.estimate()', () => {
  it('says without counting how much may lie there: what was counted last, and what was built since', async (context) => {
    const { shelf } = await temporaryShelf(context);
    assert.equal(await shelf.estimate(), undefined);
    const { totalBytes } = await shelf.usage();
    assert.equal(await shelf.estimate(), totalBytes);
    using _ = await shelf.obtain(specOf('a'.repeat(64)), buildOf('x'.repeat(100_000)));
    const { totalBytes: after } = await shelf.usage();
    assert.equal(await shelf.estimate(), after);
    using _other = await shelf.obtain(specOf('b'.repeat(64)), buildOf('y'.repeat(100_000)));
    const estimate = (await shelf.estimate()) ?? 0;
    assert.ok(estimate >= after + 300_000, String(estimate));
  });
});
