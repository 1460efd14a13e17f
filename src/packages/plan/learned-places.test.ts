import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { MemoryUpstream } from '../../../test/packages/memory-upstream.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { makeWheel } from '../../../test/support/wheels.ts';
import { openDatabase } from '../../storage/index.ts';
import type { ProjectFile } from '../upstream/index.ts';
import { WheelLearner } from './learn-wheel.ts';
import { WheelFactStore } from './wheel-facts.ts';

async function setStage(context: TestContext) {
  const upstream = new MemoryUpstream();
  const database = await openDatabase({ path: join(await temporaryFolder(context), 'test.sqlite') });
  context.after(async () => {
    await database.close();
    await upstream[Symbol.asyncDispose]();
  });
  const right = upstream.addWheel({ name: 'acme', requires: ['helper'] }).metadata;
  const lie = makeWheel({ name: 'acme', requires: ['evil'] }).metadata;
  const file = (await upstream.findPage('acme'))?.files[0];
  assert.ok(file !== undefined);
  upstream.fetchMetadata = ({ coreMetadata, filename }) => {
    upstream.asked.push('metadata');
    return Promise.resolve(filename.startsWith('lab') || coreMetadata === 'unknown' ? lie : right);
  };
  upstream.placeOf = ({ filename }) => (filename.startsWith('lab') ? 'lab' : 'public');
  const store = new WheelFactStore(database);
  const learner = new WheelLearner({ upstream, store });
  const needsOf = async (listed: ProjectFile): Promise<readonly string[]> => (await learner.learn(listed)).needs;
  return { upstream, file, learner, needsOf, countReads: () => upstream.asked.filter((what) => what === 'metadata') };
}

describe('WheelLearner', () => {
  it('learns nothing of a wheel from an index that it does not come from', async (context) => {
    const { file, needsOf, learner, countReads } = await setStage(context);
    const alias = { ...file, filename: 'lab_x-1.0-py3-none-any.whl', coreMetadata: 'none' as const };
    assert.deepEqual(await needsOf(alias), ['evil']);
    assert.deepEqual(await needsOf(file), ['helper']);
    assert.deepEqual(await needsOf(alias), ['evil']);
    assert.equal(countReads().length, 2, 'each once');
    const unsized = { sizeBytes: undefined };
    assert.equal(await learner.learnSize({ ...alias, ...unsized }), file.sizeBytes);
  });

  it('learns a wheel anew when other METADATA is promised', async (context) => {
    const { file, needsOf, countReads } = await setStage(context);
    assert.deepEqual(await needsOf({ ...file, coreMetadata: 'unknown' }), ['evil']);
    assert.deepEqual(await needsOf(file), ['helper']);
    assert.deepEqual(await needsOf({ ...file, coreMetadata: 'unknown' }), ['helper'], 'it is known by now');
    assert.equal(countReads().length, 2);
  });
});
