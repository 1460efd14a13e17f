import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { ShelfUsage } from './measure.ts';
import { type Occupant, planCollection } from './plan-collection.ts';

const usage: ShelfUsage = {
  totalBytes: 1000,
  wheels: new Map([
    ['numpy', 300],
    ['six', 50],
    ['nobodys', 100],
  ]),
  bytecode: new Map([
    ['py/numpy', 100],
    ['old/numpy', 50],
  ]),
  environments: new Map([
    ['a', 100],
    ['b', 200],
    ['c', 100],
  ]),
};

const a: Occupant = { key: 'a', used: '2026-01-01', wheels: ['numpy', 'six'], bytecode: ['py/numpy'] };
const b: Occupant = { ...a, key: 'b', used: '2026-01-02', wheels: ['numpy'] };
const c: Occupant = { ...a, key: 'c', used: '2025-01-01', stays: 'leased', wheels: [], bytecode: [] };

function namesOf(maxBytes: number, occupants: readonly Occupant[] = [b, a, c]): string[] {
  return planCollection(usage, occupants, maxBytes).removals.map(({ name }) => name);
}

describe('planCollection()', () => {
  it('removes nothing where all is within the bytes', () => {
    assert.deepEqual(namesOf(1000), []);
  });

  it('removes first what no environment is made of, and no more of it than has to go', () => {
    assert.deepEqual(namesOf(999), ['old/numpy']);
    assert.deepEqual(namesOf(940), ['old/numpy', 'nobodys']);
  });

  it('then what was not used longest, with what it alone was made of', () => {
    assert.deepEqual(namesOf(800), ['old/numpy', 'nobodys', 'a', 'six']);
    assert.deepEqual(namesOf(100), ['old/numpy', 'nobodys', 'a', 'six', 'b', 'py/numpy', 'numpy']);
  });

  it('keeps what stays, and all that it is made of, even where there is too much then', () => {
    const pinned = { ...a, stays: 'pinned' as const };
    assert.deepEqual(namesOf(0, [pinned, b, c]), ['old/numpy', 'nobodys', 'b']);
  });

  it('tells of each that stays why', () => {
    const pinned: Occupant = { ...b, stays: 'pinned' };
    const building: Occupant = { ...c, key: 'd', stays: 'building' };
    assert.deepEqual(planCollection(usage, [a, pinned, c, building], 1000).kept, [
      { key: 'a', bytes: 100, why: 'within' },
      { key: 'b', bytes: 200, why: 'pinned' },
      { key: 'c', bytes: 100, why: 'leased' },
      { key: 'd', bytes: 0, why: 'building' },
    ]);
    const { kept } = planCollection(usage, [a, pinned, c, building], 0);
    assert.deepEqual(
      kept.map(({ key }) => key),
      ['b', 'c', 'd'],
    );
  });

  it('counts what each removal frees', () => {
    const freed = planCollection(usage, [a, b, c], 0).removals.reduce((sum, { bytes }) => sum + bytes, 0);
    assert.equal(freed, 900);
  });
});
