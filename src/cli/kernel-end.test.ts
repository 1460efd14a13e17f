import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { describeKernelEnd } from './kernel-end.ts';

describe('describeKernelEnd()', () => {
  it('has nothing to say of a kernel that its client ended, or that ended by itself', () => {
    assert.equal(describeKernelEnd({ status: 'cancelled' }), undefined);
    assert.equal(describeKernelEnd({ status: 'exited', code: 0 }), undefined);
  });

  it('says once that it ended, and why', () => {
    const said = describeKernelEnd({ status: 'timeout', clock: 'cpu', limitMs: 8000 });
    assert.match(said ?? '', /^belljar: the kernel ended: it used more than its 8 ?s of CPU time$/);
  });

  it('passes on nothing that a terminal would act on', () => {
    const said = describeKernelEnd({ status: 'broken', message: 'a\u001b]0;title\u0007b' });
    assert.ok(said !== undefined && !said.includes('\u001b'));
  });
});
