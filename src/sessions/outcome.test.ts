import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type RunOutcome, describeOutcome, exitCodeOf } from './outcome.ts';

const cases: readonly [RunOutcome, number, string | undefined][] = [
  [{ status: 'exited', code: 0 }, 0, undefined],
  [{ status: 'exited', code: 7 }, 7, undefined],
  [{ status: 'signalled', signal: 11 }, 139, 'the code was ended by signal 11'],
  [{ status: 'timeout', clock: 'wall', limitMs: 1000 }, 124, 'ended: it ran longer than its 1 s'],
  [{ status: 'timeout', clock: 'cpu', limitMs: 1500 }, 124, 'ended: it used more than its 1.5 s of CPU time'],
  [
    { status: 'memory', limitBytes: 256e6 },
    137,
    'ended: it wanted more than its 256 MB of memory (files it writes may count too)',
  ],
  [
    { status: 'memory', limitBytes: 2 ** 30 },
    137,
    'ended: it wanted more than its 1 GiB of memory (files it writes may count too)',
  ],
  [{ status: 'cancelled' }, 130, 'cancelled'],
  [{ status: 'broken', message: 'a frame is not JSON' }, 125, 'ended: a frame is not JSON'],
];

describe('a run’s outcome', () => {
  for (const [outcome, code, remark] of cases) {
    it(`${JSON.stringify(outcome)} exits ${code} and says ${remark ?? 'nothing'}`, () => {
      assert.equal(exitCodeOf(outcome), code);
      assert.equal(describeOutcome(outcome), remark);
    });
  }
});
