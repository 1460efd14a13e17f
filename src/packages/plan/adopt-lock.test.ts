import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { MemoryUpstream } from '../../../test/packages/memory-upstream.ts';
import { makeSdist } from '../../../test/support/wheels.ts';
import { readArguments } from '../wish/index.ts';
import { adoptLock, type ClaimedPackage } from './adopt-lock.ts';

const target = { pythonVersion: '3.12.1', platform: 'x86_64-unknown-linux-gnu' };

function openIndex() {
  const upstream = new MemoryUpstream();
  const app = upstream.addWheel({ name: 'app', requires: ['dep>=1.5', 'never; python_version < "3"'] });
  const dep = upstream.addWheel({ name: 'dep', version: '2.0' });
  const old = upstream.addWheel({ name: 'dep', version: '1.0' });
  const learner = {
    learn: async (file: Parameters<MemoryUpstream['fetchMetadata']>[0]) => {
      const text = Buffer.from(await upstream.fetchMetadata(file)).toString();
      const needs = [...text.matchAll(/^Requires-Dist: (.*)$/gm)].map(([, need = '']) => need);
      return { metadataSha256: '', needs, importNames: [], licenceContradictions: [] };
    },
  };
  return { upstream, learner, app, dep, old };
}

function claim(file: { readonly filename: string; readonly sha256: string }): ClaimedPackage {
  const [name = '', version = ''] = file.filename.replace(/\.tar\.gz$/, '').split('-');
  return { name, version, filename: file.filename, sha256: file.sha256 };
}

describe('adoptLock()', () => {
  const { requirements } = readArguments(['app']);

  it('finds the files of a claim where the indexes of here list them', async () => {
    const index = openIndex();
    const claimed = [claim(index.dep), claim(index.app)];
    const lock = await adoptLock(index, { claimed, requirements, target });
    assert.deepEqual(
      lock.packages.map(({ name, version, isRequested, requiredBy, wheels: [file] }) => {
        return [name, version, isRequested, requiredBy, file?.url];
      }),
      [
        ['app', '1.0', true, [], `https://files.example/${index.app.sha256}/${index.app.filename}`],
        ['dep', '2.0', false, ['app'], `https://files.example/${index.dep.sha256}/${index.dep.filename}`],
      ],
    );
    assert.equal(lock.target, 'python 3.12.1, x86_64-unknown-linux-gnu');
  });

  it('takes sources, of which nobody knows before they are built what they need', async () => {
    const index = openIndex();
    const sdist = makeSdist({ name: 'only_source' });
    index.upstream.addFile('only_source', sdist);
    const claimed = [{ ...claim(sdist), name: 'only-source' }];
    const lock = await adoptLock(index, { claimed, requirements: [], target });
    assert.deepEqual(
      lock.packages.map((each) => [each.name, each.wheels.length, each.sdist?.sha256]),
      [['only-source', 0, sdist.sha256]],
    );
  });

  it('refuses what no index of here has with that very hash', async () => {
    const index = openIndex();
    const other = { ...claim(index.app), sha256: '0'.repeat(64) };
    for (const wrong of [other, { ...claim(index.app), name: 'unheard-of' }]) {
      const adopting = adoptLock(index, { claimed: [wrong], requirements: [], target });
      await assert.rejects(adopting, { code: 'LOCK_UNUSABLE', message: /no index of here has/ });
    }
  });

  it('refuses a file that is of another version than is said', async () => {
    const index = openIndex();
    const claimed = [{ ...claim(index.old), version: '2.0' }];
    const adopting = adoptLock(index, { claimed, requirements: [], target });
    await assert.rejects(adopting, { code: 'LOCK_UNUSABLE', message: /is not dep 2\.0/ });
  });

  it('refuses a lock that lacks what its packages need, or what is declared', async () => {
    const index = openIndex();
    const lacking = adoptLock(index, { claimed: [claim(index.app)], requirements, target });
    await assert.rejects(lacking, { code: 'LOCK_UNUSABLE', message: /app 1\.0 needs dep>=1\.5, which is not there/ });
    const tooOld = adoptLock(index, { claimed: [claim(index.app), claim(index.old)], requirements, target });
    await assert.rejects(tooOld, { code: 'LOCK_UNUSABLE', message: /and there is 1\.0/ });
    const other = adoptLock(index, { claimed: [claim(index.dep)], requirements, target });
    await assert.rejects(other, { code: 'LOCK_UNUSABLE', message: /what is asked for needs app/ });
  });

  it('refuses a lock with packages that nobody asks for or needs', async () => {
    const index = openIndex();
    const stray = index.upstream.addWheel({ name: 'stray' });
    const claimed = [claim(index.app), claim(index.dep), claim(stray)];
    const adopting = adoptLock(index, { claimed, requirements, target });
    await assert.rejects(adopting, { code: 'LOCK_UNUSABLE', message: /nobody asks for stray or needs it/ });
    const asked = readArguments(['app', 'stray']).requirements;
    assert.equal((await adoptLock(index, { claimed, requirements: asked, target })).packages.length, 3);
  });

  it('refuses wheels of another kind of machine', async () => {
    const index = openIndex();
    const native = index.upstream.addWheel({ name: 'fast', tag: 'cp312-cp312-win_amd64' });
    const adopting = adoptLock(index, { claimed: [claim(native)], requirements: [], target });
    await assert.rejects(adopting, { code: 'LOCK_UNUSABLE', message: /not for this machine/ });
    const here = index.upstream.addWheel({ name: 'quick', tag: 'cp312-cp312-manylinux_2_17_x86_64' });
    const { requirements: quick } = readArguments(['quick']);
    const lock = await adoptLock(index, { claimed: [claim(here)], requirements: quick, target });
    assert.equal(lock.packages.length, 1);
  });

  it('asks no index about more packages than anybody has', async () => {
    const index = openIndex();
    const claimed = Array.from({ length: 2001 }, (_, at) => ({ ...claim(index.app), name: `p${at}` }));
    await assert.rejects(adoptLock(index, { claimed, requirements: [], target }), { code: 'LOCK_UNUSABLE' });
    assert.deepEqual(index.upstream.asked, []);
  });
});
