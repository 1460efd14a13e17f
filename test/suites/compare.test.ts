import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findDeviations, judgeDeviations } from './compare.ts';
import type { Difference } from './differences.ts';
import { differences } from './differences.ts';
import { allModules, sampleModules } from './modules.ts';
import type { ModuleOutcome } from './sides.ts';

function outcomes(tests: Record<string, string>): ModuleOutcome {
  return { tests: new Map(Object.entries(tests).map(([id, outcome]) => [id, { outcome }])), end: 'finished' };
}

const outside = outcomes({
  'test.test_a.C.one': 'passed',
  'test.test_a.C.two': 'passed',
  'test.test_a.C.three': 'skipped',
});
const inside = outcomes({
  'test.test_a.C.one': 'passed',
  'test.test_a.C.two': 'error',
  'test.test_a.C.four': 'passed',
});

describe('findDeviations()', () => {
  it('compares test by test, and takes one that ran on one side only for a deviation', () => {
    const found = findDeviations(outside, inside).map((one) => [one.id, one.outside.outcome, one.inside.outcome]);
    assert.deepEqual(found, [
      ['test.test_a.C.two', 'passed', 'error'],
      ['test.test_a.C.three', 'skipped', 'absent'],
      ['test.test_a.C.four', 'absent', 'passed'],
    ]);
  });

  it('finds none between equal outcomes', () => {
    assert.deepEqual(findDeviations(outside, outside), []);
  });
});

describe('judgeDeviations()', () => {
  const deviations = findDeviations(
    outside,
    outcomes({
      ...Object.fromEntries([...outside.tests].map(([id, one]) => [id, one.outcome])),
      'test.test_a.C.two': 'error',
    }),
  );
  const judge = (list: readonly Difference[], minor = 13): unknown => {
    const { unlisted, listed, stale } = judgeDeviations(deviations, { module: 'test_a', minor, list });
    return [unlisted.length, listed, stale.length];
  };
  const two: Difference = { tests: 'test_a.C.t*o', inside: 'error', reason: '' };

  it('accepts what is listed with this outcome', () => assert.deepEqual(judge([two]), [0, 1, 0]));
  it('refuses what is not listed', () => assert.deepEqual(judge([]), [1, 0, 0]));
  it('refuses another outcome than the listed one', () => {
    assert.deepEqual(judge([{ ...two, inside: 'skipped' }]), [1, 0, 1]);
  });
  it('finds stale what differs no more', () => {
    assert.deepEqual(judge([two, { ...two, tests: 'test_a.C.one' }]), [0, 1, 1]);
  });
  it('accepts any outcome of a test that varies, and none too', () => {
    assert.deepEqual(judge([{ ...two, inside: 'varies' }]), [0, 1, 0]);
    assert.deepEqual(judge([two, { ...two, tests: 'test_a.C.one', inside: 'varies' }]), [0, 1, 0]);
  });
  it('leaves other modules’ differences and other versions’ alone', () => {
    assert.deepEqual(
      judge([two, { ...two, tests: 'test_ab.C.one' }, { ...two, from: 14 }, { ...two, to: 12 }]),
      [0, 1, 0],
    );
    assert.deepEqual(judge([{ ...two, to: 12 }]), [1, 0, 0]);
  });
  it('takes a dot in a pattern for a dot', () => {
    assert.deepEqual(judge([{ ...two, tests: 'test_a.C.....' }]), [1, 0, 1]);
  });
});

describe('the list of differences', () => {
  it('names modules that are run, each with a reason of one sentence', () => {
    for (const { tests, reason } of differences) {
      assert.ok(
        allModules.some((module) => tests.startsWith(`${module}.`)),
        tests,
      );
      assert.match(reason, /^[^.]{10,}$/);
    }
  });

  it('stands beside forty modules at least, of which the sample is a part', () => {
    assert.ok(new Set(allModules).size >= 40);
    assert.deepEqual(
      sampleModules.filter((module) => !allModules.includes(module)),
      [],
    );
  });
});
