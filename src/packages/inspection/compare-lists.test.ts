import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { compareLists, maxProblems } from './compare-lists.ts';
import type { RecordRow } from './record.ts';

const row: RecordRow = { digest: { algorithm: 'sha256', value: 'x' }, sizeBytes: 1 };
const bare: RecordRow = { digest: undefined, sizeBytes: undefined };
const own = 'a-1.dist-info/RECORD';

describe('compareLists()', () => {
  it('takes lists that agree; RECORD and its signatures need no digest', () => {
    const record = new Map([
      ['a.py', row],
      [own, bare],
    ]);
    assert.deepEqual(compareLists(['a.py', own, `${own}.jws`, `${own}.p7s`], record, 'a-1.dist-info'), []);
  });

  it('names what one of them lacks, and what has no digest', () => {
    const record = new Map([
      ['a.py', bare],
      ['b.py', row],
    ]);
    const messages = compareLists(['a.py', 'c.py'], record, 'a-1.dist-info').map(({ message }) => message);
    assert.deepEqual(messages, [
      'a.py has no digest in RECORD',
      'c.py is in the wheel, and RECORD does not list it',
      'b.py is in RECORD, and the wheel does not hold it',
    ]);
  });

  it('names no more than so many', () => {
    const paths = Array.from({ length: 100 }, (_, index) => `${index}.py`);
    assert.equal(compareLists(paths, new Map(), 'a-1.dist-info').length, maxProblems);
  });
});
