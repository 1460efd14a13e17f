import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goodFacts, goodPackage, judgeFacts, policyOf } from '../../test/policy/good-facts.ts';
import { defaultPolicyText, parseDefaultPolicy } from './default-policy.ts';
import { missingFacts } from './packages-schema.ts';
import { parsePolicy } from './parse-policy.ts';
import { defaultLimits, essentialCapabilities } from './runtime-schema.ts';

test('the built-in policy is what a file with nothing but its version means', () => {
  const reading = parsePolicy('version: 1\n', 'p.yaml');
  assert.ok(reading.ok);
  assert.deepEqual(reading.policy, parseDefaultPolicy().policy);
  assert.equal(reading.hash, parseDefaultPolicy().hash);
});

test('the built-in policy names every limit, and what is essential', () => {
  for (const [name, amount] of Object.entries(defaultLimits))
    assert.ok(defaultPolicyText.includes(`\n    ${name}: ${amount}\n`));
  assert.ok(defaultPolicyText.includes(`required: [] # besides ${essentialCapabilities.join(', ')}\n`));
});

test('the built-in policy denies or asks about every fact that is missing', () => {
  const { missing } = parseDefaultPolicy().policy.packages;
  assert.deepEqual(Object.keys(missing).sort(), Object.keys(missingFacts).sort());
  for (const [fact, verdict] of Object.entries(missing)) assert.ok(['ask', 'deny'].includes(verdict), fact);
  for (const fact of Object.keys(missing))
    assert.match(defaultPolicyText, new RegExp(`^    ${fact}: (?:ask|deny)$`, 'm'));
});

test('by default owners, collaborators and operators install what is known and good, others nothing', () => {
  const verdictOf = (role: Parameters<typeof judgeFacts>[2]): string =>
    judgeFacts(policyOf(), goodFacts(goodPackage()), role).verdict;
  for (const role of ['owner', 'collaborator', 'operator'] as const) assert.equal(verdictOf({ role }), 'allow', role);
  for (const role of ['viewer', 'anonymous'] as const) assert.equal(verdictOf({ role }), 'deny', role);
});
