import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Demand } from './demand.ts';

const demandOf = (...times: readonly number[]): Demand => {
  const demand = new Demand({ keepMs: 60_000, burstMs: 2000 });
  for (const time of times) demand.note(time);
  return demand;
};

describe('Demand', () => {
  it('wants none where nobody asked', () => assert.equal(demandOf().wanted(0), 0));

  it('wants one where they come one by one', () => assert.equal(demandOf(0, 5000, 10_000).wanted(11_000), 1));

  it('wants as many as the largest burst had', () => {
    assert.equal(demandOf(0, 100, 200, 1999, 30_000, 30_001).wanted(40_000), 4);
  });

  it('does not count two as one burst that are just as far apart as a burst is long', () => {
    assert.equal(demandOf(0, 2000).wanted(2000), 1);
  });

  it('forgets what was long ago', () => {
    const demand = demandOf(0, 1, 2, 50_000);
    assert.equal(demand.wanted(59_000), 3);
    assert.equal(demand.wanted(70_000), 1);
    assert.equal(demand.wanted(110_000), 0);
  });

  it('remembers no more than it needs, however many come', () => {
    const demand = demandOf(...Array.from({ length: 10_000 }, (_, index) => index / 100));
    assert.equal(demand.wanted(100), 256);
  });
});
