import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import { MemoryUpstream } from '../../../test/packages/memory-upstream.ts';
import { readArguments } from '../wish/index.ts';
import { findMissingVersions } from './find-missing-versions.ts';

function open(context: TestContext): { upstream: MemoryUpstream; find: (...wish: string[]) => Promise<string[]> } {
  const upstream = new MemoryUpstream();
  context.after(() => upstream[Symbol.asyncDispose]());
  const target = { pythonVersion: '3.12', platform: 'x86_64-unknown-linux-gnu' };
  const find = (...wish: string[]): Promise<string[]> => {
    const { requirements, problems } = readArguments(wish);
    assert.deepEqual(problems, []);
    return findMissingVersions({ requirements, target, upstream });
  };
  return { upstream, find };
}

describe('findMissingVersions()', () => {
  it('names the newest version there is where none fits', async (context) => {
    const { upstream, find } = open(context);
    for (const version of ['1.0', '1.17.0', '1.9']) upstream.addWheel({ name: 'six', version });
    assert.deepEqual(await find('six>99'), ['there is no six>99: the newest there is is 1.17.0']);
    assert.deepEqual(await find('six>1', 'six'), []);
    assert.deepEqual(await find('six>99', 'SIX>99'), ['there is no six>99: the newest there is is 1.17.0'], 'once');
  });

  it('tells a version that has nothing for the target from one that never was', async (context) => {
    const { upstream, find } = open(context);
    upstream.addWheel({ name: 'dep', version: '1.0' });
    upstream.addWheel({ name: 'dep', version: '2.0', tag: 'cp312-cp312-win_amd64' });
    upstream.addWheel({ name: 'gone', version: '1.0', tag: 'cp312-cp312-win_amd64' });
    assert.deepEqual(await find('dep>=2'), [
      'dep>=2 has no wheel for python 3.12, x86_64-unknown-linux-gnu: the newest there is is 1.0',
    ]);
    assert.deepEqual(await find('gone'), [
      'gone has no wheel for python 3.12, x86_64-unknown-linux-gnu: nothing of it is a wheel for that',
    ]);
    assert.deepEqual(await find('gone>5'), ['there is no gone>5: it has no version that can be taken']);
  });

  it('tells a hash that no file has', async (context) => {
    const { upstream, find } = open(context);
    const { sha256 } = upstream.addWheel({ name: 'dep', version: '1.0' });
    assert.deepEqual(await find(`dep==1.0 --hash=sha256:${sha256}`), []);
    assert.deepEqual(await find(`dep==1.0 --hash=sha256:${'0'.repeat(64)}`), [
      'no file of dep==1.0 has a hash that is asked for',
    ]);
  });

  it('says nothing of what is not asked for on the target, or of names that are none', async (context) => {
    const { upstream, find } = open(context);
    upstream.addWheel({ name: 'dep', version: '1.0' });
    assert.deepEqual(await find('dep>9; sys_platform == "win32"', 'no-such-thing'), []);
  });
});
