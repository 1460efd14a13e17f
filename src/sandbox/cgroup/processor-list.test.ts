import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { listProcessors } from './processor-list.ts';

describe('listProcessors()', () => {
  it('reads single processors and ranges', () => {
    assert.deepEqual(listProcessors('0-3,6\n'), [0, 1, 2, 3, 6]);
    assert.deepEqual(listProcessors('5\n'), [5]);
  });

  it('reads nothing as none', () => {
    assert.deepEqual(listProcessors('\n'), []);
    assert.deepEqual(listProcessors(''), []);
  });
});
