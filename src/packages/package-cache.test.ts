import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { it } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { PackageCache } from './package-cache.ts';
import { BuiltWheels } from './source-build/built-wheels.ts';

const longAgo = new Date(Date.now() - 86_400_000);

it('PackageCache keeps files of indexes and wheels that were built within one budget', async (context) => {
  const folder = await temporaryFolder(context);
  const artifact = join(folder, 'packages/artifacts/ab', 'ab'.repeat(32));
  await mkdir(dirname(artifact), { recursive: true });
  await writeFile(artifact, 'x'.repeat(100));
  await utimes(artifact, longAgo, longAgo);
  const built = new BuiltWheels(join(folder, 'packages/built'));
  const half = await built.makeHalf();
  const filename = 'dep-1.0-py3-none-any.whl';
  await writeFile(join(half, filename), 'wheel');
  const sha256 = createHash('sha256').update('wheel').digest('hex');
  const wheel = await built.keep('cd'.repeat(32), half, { filename, sha256, sizeBytes: 5, metadata: Buffer.from('x') });
  const about = join(dirname(wheel.path), 'about.json');
  await utimes(about, new Date(0), new Date(0));

  const cache = new PackageCache(folder);
  const all = await cache.keepWithin({ maxBytes: 0, isDryRun: true });
  assert.deepEqual([all.beforeBytes, all.removed.map(({ kind }) => kind)], [105, ['built', 'artifact']]);
  assert.deepEqual(
    (await cache.keepWithin({ maxBytes: 0, isDryRun: true, stays: new Set([sha256]) })).removed.length,
    1,
  );

  // Whoever finds it uses it: the other one was used longer ago now.
  assert.ok(await built.find('cd'.repeat(32)));
  const { removed, afterBytes } = await cache.keepWithin({ maxBytes: 50 });
  assert.deepEqual([removed.map(({ kind }) => kind), afterBytes], [['artifact'], 5]);
  await utimes(about, longAgo, longAgo);
  assert.equal((await cache.keepWithin({ maxBytes: 0 })).removed[0]?.sha256, sha256);
  assert.equal(await built.find('cd'.repeat(32)), undefined);
  assert.deepEqual(await readdir(join(folder, 'packages/artifacts/ab')), []);
});

it('PackageCache has nothing to remove where nothing was ever kept', async (context) => {
  const cache = new PackageCache(await temporaryFolder(context));
  assert.deepEqual(await cache.keepWithin({ maxBytes: 0 }), { beforeBytes: 0, afterBytes: 0, removed: [] });
});
