import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { checkBounds, describeExcess, findExcess } from './bounds.ts';

const bounds = { maxBytes: 8 << 20, maxFiles: 100 };

describe('checkBounds()', () => {
  it('takes what a file system can be made for', () => {
    checkBounds(bounds);
    checkBounds({ maxBytes: 4 << 20, maxFiles: 16 });
  });

  for (const wrong of [
    { maxBytes: (4 << 20) - 1 },
    { maxBytes: 2 ** 45 },
    { maxBytes: Number.NaN },
    { maxBytes: 8.5 * 2 ** 20 + 0.5 },
    { maxFiles: 0 },
    { maxFiles: 2 ** 32 },
    { maxFiles: -1 },
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => checkBounds({ ...bounds, ...wrong }), { code: 'USAGE' });
    });
  }
});

describe('findExcess()', () => {
  it('finds none where all is within', () => {
    assert.equal(findExcess({ bytes: 8 << 20, files: 100, unreadable: 0 }, bounds), undefined);
  });

  it('tells bytes before files, and both before what cannot be measured', () => {
    const all = { bytes: 9 << 20, files: 101, unreadable: 1 };
    assert.deepEqual(findExcess(all, bounds), { what: 'bytes', limit: 8 << 20, used: 9 << 20 });
    assert.deepEqual(findExcess({ ...all, bytes: 0 }, bounds), { what: 'files', limit: 100, used: 101 });
    const hidden = findExcess({ ...all, bytes: 0, files: 0 }, bounds);
    assert.deepEqual(hidden, { what: 'unreadable', limit: 0, used: 1 });
  });

  it('is told in words', () => {
    assert.match(describeExcess({ what: 'bytes', limit: 8 << 20, used: 9 << 20 }), /take 9 MiB, more than the 8 MiB/);
    assert.match(describeExcess({ what: 'files', limit: 100, used: 101 }), /at least 101 files/);
    assert.match(describeExcess({ what: 'unreadable', limit: 0, used: 2 }), /2 of its folders cannot be looked into/);
  });
});
