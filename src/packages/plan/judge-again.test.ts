import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parsePolicy, type Policy } from '../../policy/index.ts';
import { judgeAgain } from './judge-again.ts';
import type { KeptPlan } from './plan-store.ts';

const file = {
  ...{ name: 'dep-1.0-py3-none-any.whl', sha256: 'ab'.repeat(32), sizeBytes: 1, isWheel: true, yanked: false },
  uploadTime: '2026-02-25T00:00:00Z',
};

const plan: KeptPlan = {
  ...{ id: '1', time: '2026-03-10T00:00:00.000Z', workspace: null, lock: 'abc', verdict: 'allow' },
  ...{ actor: { id: 'ada', kind: 'user' }, role: 'owner', policyHash: 'p' },
  requirements: [{ name: 'dep', specifier: '' }],
  facts: {
    packages: [
      {
        ...{ name: 'dep', version: '1.0', requested: true, dependants: [], advisories: [], inspection: 'pending' },
        ...{ files: [file], licence: { expression: 'MIT' }, index: 'default', status: 'active' },
      },
    ],
    advisoryData: { asOf: '2026-03-09T00:00:00Z' },
  },
};

function policyOf(packages: string): Policy {
  const reading = parsePolicy(`version: 1\npackages: ${packages}\n`, 'test.yaml');
  if (!reading.ok) assert.fail(JSON.stringify(reading.problems));
  return reading.policy;
}

test('judgeAgain() finds nothing where both policies decide the same', () => {
  assert.equal(judgeAgain(plan, [policyOf('{}'), policyOf('{deny: [other]}')]), undefined);
});

test('judgeAgain() says which package is decided differently, and by which rule', () => {
  const change = judgeAgain(plan, [policyOf('{}'), policyOf('{deny: [dep<2]}')]);
  assert.deepEqual([change?.before, change?.after], ['allow', 'deny']);
  const [dep] = change?.packages ?? [];
  assert.deepEqual([dep?.name, dep?.before, dep?.after], ['dep', 'allow', 'deny']);
  assert.equal(dep?.reasons[0]?.rule, 'packages.deny[0]');
  const back = judgeAgain(plan, [policyOf('{deny: [dep<2]}'), policyOf('{}')]);
  assert.deepEqual(
    [back?.before, back?.after, back?.packages[0]?.reasons[0]?.rule],
    ['deny', 'allow', 'packages.deny[0]'],
  );
});

test('judgeAgain() judges at the time that the plan was made', () => {
  const strict = policyOf('{releaseAge: {minimum: 14d, verdict: deny}}');
  assert.equal(judgeAgain(plan, [policyOf('{}'), strict])?.after, 'deny');
  const later = { ...plan, time: '2026-03-15T00:00:00.000Z' };
  assert.equal(judgeAgain(later, [policyOf('{}'), strict]), undefined);
});
