import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { VolumeUse } from './bounds.ts';
import { VolumeLease } from './lease.ts';

const bounds = { maxBytes: 8 << 20, maxFiles: 128 };

describe('VolumeLease', () => {
  it('gives the files back though nobody can measure them, and blames nobody for it', async () => {
    const { lease, released } = makeLease(() => Promise.reject(new Error('no descriptors')));
    lease.watch(undefined, () => assert.fail('one look says nothing'));
    assert.equal(await lease.end(), undefined);
    assert.equal(released(), 1);
  });

  it('tells what they are over their bound by in the end', async () => {
    const { lease, released } = makeLease(() => Promise.resolve({ bytes: 9 << 20, files: 1, unreadable: 0 }));
    assert.deepEqual(await lease.end(), { what: 'bytes', limit: 8 << 20, used: 9 << 20 });
    await lease.end();
    assert.equal(released(), 1);
  });
});

function makeLease(measure: () => Promise<VolumeUse>) {
  let count = 0;
  const release = async (): Promise<void> => void (count += 1);
  const holds = (): Promise<boolean> => Promise.resolve(false);
  const volume = { name: 'a', hostPath: '/', uid: undefined, measure, holds, detach: release };
  return { lease: new VolumeLease({ volume: () => volume, bounds, isHard: false, release }), released: () => count };
}
