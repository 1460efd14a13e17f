import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { type BuiltWheel, BuiltWheels } from './built-wheels.ts';

const key = 'ab'.repeat(32);
const filename = 'dep-1.0-py3-none-any.whl';

function describeWheel(content: string): Omit<BuiltWheel, 'path'> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { filename, sha256, sizeBytes: content.length, metadata: Buffer.from('Name: dep\n') };
}

async function open(
  context: TestContext,
): Promise<{ folder: string; wheels: BuiltWheels; keep: (content: string) => Promise<BuiltWheel> }> {
  const folder = await temporaryFolder(context);
  const wheels = new BuiltWheels(folder);
  const keep = async (content: string): Promise<BuiltWheel> => {
    const half = await wheels.makeHalf();
    writeFileSync(join(half, filename), content);
    return wheels.keep(key, half, describeWheel(content));
  };
  return { folder, wheels, keep };
}

describe('BuiltWheels', () => {
  it('keeps a wheel and finds it as it was', async (context) => {
    const { folder, wheels, keep } = await open(context);
    assert.equal(await wheels.find(key), undefined);
    const kept = await keep('wheel');
    assert.deepEqual(await wheels.find(key), kept);
    assert.deepEqual(await new BuiltWheels(folder).find(key), kept);
    assert.deepEqual(readdirSync(join(folder, 'halves')), []);
  });

  it('takes the wheel of whoever was quicker', async (context) => {
    const { keep } = await open(context);
    const first = await keep('wheel');
    assert.deepEqual(await keep('another'), first);
  });

  it('drops what is not as it was, and takes it again', async (context) => {
    const { wheels, keep } = await open(context);
    const { path } = await keep('wheel');
    writeFileSync(path, 'changed');
    assert.equal(await wheels.find(key), undefined);
    assert.equal(existsSync(path), false);
    assert.equal((await keep('wheel')).path, path);
    rmSync(path);
    assert.equal(await wheels.find(key), undefined);
  });

  it('clears away what was left half made long ago, and nothing else', async (context) => {
    const { wheels } = await open(context);
    const [old, young] = [await wheels.makeHalf(), await wheels.makeHalf()];
    utimesSync(old, 0, 0);
    await wheels.makeHalf();
    assert.deepEqual([existsSync(old), existsSync(young)], [false, true]);
  });

  it('keeps what a source needs and what it states, a nothing among it', async (context) => {
    const { folder, wheels } = await open(context);
    assert.deepEqual([await wheels.findNeeds(key), await wheels.findMetadata(key)], [undefined, undefined]);
    await wheels.keepNeeds(key, ['tool>=1']);
    await wheels.keepMetadata(key, null);
    assert.deepEqual([await wheels.findNeeds(key), await wheels.findMetadata(key)], [['tool>=1'], null]);
    await wheels.keepMetadata(key, Buffer.from('Name: dep\n'));
    assert.equal((await wheels.findMetadata(key))?.toString(), 'Name: dep\n');
    writeFileSync(join(folder, 'recipes', 'ab', `${key}.json`), 'damaged');
    assert.equal(await wheels.findNeeds(key), undefined);
  });
});
