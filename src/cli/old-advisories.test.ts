import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { policyOf } from '../../test/policy/good-facts.ts';
import { describeOldAdvisories } from './old-advisories.ts';

const now = new Date('2026-06-15T00:00:00Z');

describe('describeOldAdvisories()', () => {
  it('says that a gate shows nothing where the data is too old, or is not there', () => {
    const policy = policyOf('packages: {advisories: {maximumAge: 7d}}');
    const old = describeOldAdvisories({ policy, asOf: '2026-06-01T00:00:00Z', now });
    assert.match(old ?? '', /^the advisories are older than .*, so that nothing is shown but with --view plan: /);
    assert.match(describeOldAdvisories({ policy, asOf: undefined, now }) ?? '', /^there are no advisories, /);
    const strict = policyOf('packages: {missing: {advisories: deny}}');
    assert.match(describeOldAdvisories({ policy: strict, asOf: undefined, now }) ?? '', /so that nothing is shown: /);
  });

  it('says nothing where the data is as new as the policy wants it', () => {
    const asOf = '2026-06-10T00:00:00Z';
    assert.equal(describeOldAdvisories({ policy: policyOf(), asOf, now }), undefined);
    const patient = policyOf('packages: {advisories: {maximumAge: 36500d}}');
    assert.equal(describeOldAdvisories({ policy: patient, asOf: '2020-01-01T00:00:00Z', now }), undefined);
  });
});
