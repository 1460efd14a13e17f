import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goodFacts, goodPackage, judgeFacts, policyOf, refusals, without } from '../../test/policy/good-facts.ts';

test('the status of a project is judged', () => {
  const policy = policyOf();
  assert.deepEqual(refusals(policy, goodPackage({ status: 'active' })), []);
  assert.deepEqual(refusals(policy, goodPackage({ status: 'archived' })), ['packages.status.archived ask']);
  assert.deepEqual(refusals(policy, goodPackage({ status: 'deprecated' })), ['packages.status.deprecated ask']);
  assert.deepEqual(refusals(policy, without(goodPackage(), 'status')), ['packages.missing.status deny']);
  const other = policyOf('packages: {status: {archived: allow, deprecated: deny}}');
  assert.deepEqual(refusals(other, goodPackage({ status: 'archived' })), []);
  assert.deepEqual(refusals(other, goodPackage({ status: 'deprecated' })), ['packages.status.deprecated deny']);
});

test('a quarantined project is denied whatever the policy says', () => {
  const policy = policyOf('packages: {allow: [numpy], status: {archived: allow, deprecated: allow}}');
  assert.deepEqual(refusals(policy, goodPackage({ status: 'quarantined' })), ['packages.status.quarantined deny']);
});

test('pre-releases are judged where the policy says so', () => {
  const policy = policyOf('packages: {prereleases: ask}');
  for (const version of ['2.0a1', '2.0.dev3', '2.0rc1']) {
    assert.deepEqual(refusals(policy, goodPackage({ version })), ['packages.prereleases ask'], version);
    assert.deepEqual(refusals(policyOf(), goodPackage({ version })), [], version);
  }
  for (const version of ['2.0', '2.0.post1', '2.0+local'])
    assert.deepEqual(refusals(policy, goodPackage({ version })), [], version);
});

test('what was seen in the wheel is judged', () => {
  const seen = { installedBytes: 1, hasStartupFiles: true, hasNativeCode: true };
  assert.deepEqual(refusals(policyOf(), goodPackage({ inspection: seen })), ['packages.inspection.startupFiles ask']);
  const strict = policyOf('packages: {inspection: {startupFiles: deny, nativeCode: ask}}');
  assert.deepEqual(refusals(strict, goodPackage({ inspection: seen })), [
    'packages.inspection.nativeCode ask',
    'packages.inspection.startupFiles deny',
  ]);
  assert.deepEqual(refusals(strict, goodPackage()), []);
});

test('a wheel that is still to be opened is pending; one of which nothing is said is a missing fact', () => {
  const judgement = judgeFacts(policyOf(), goodFacts(goodPackage({ inspection: 'pending' })));
  assert.equal(judgement.verdict, 'allow');
  assert.deepEqual(judgement.pending, ['numpy']);
  assert.deepEqual(judgement.packages[0]?.pending, ['inspection']);
  assert.deepEqual(refusals(policyOf(), without(goodPackage(), 'inspection')), ['packages.missing.inspection deny']);
});
