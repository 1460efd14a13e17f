import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goodPackage, policyOf, refusals, without } from '../../test/policy/good-facts.ts';

const policy = policyOf(
  'packages: {sources: {allow: [default, "acme*"], only: [{package: "acme-*", index: acme-main}]}}',
);

test('a package comes from an index that may be used, or is denied', () => {
  assert.deepEqual(refusals(policy, goodPackage({ index: 'default' })), []);
  assert.deepEqual(refusals(policy, goodPackage({ index: 'acme-test' })), []);
  assert.deepEqual(refusals(policy, goodPackage({ index: 'elsewhere' })), ['packages.sources.allow deny']);
  assert.deepEqual(refusals(policyOf(), goodPackage({ index: 'elsewhere' })), [], 'any index by default');
  assert.deepEqual(refusals(policyOf('packages: {sources: {allow: []}}'), goodPackage()), [
    'packages.sources.allow deny',
  ]);
});

test('a name that belongs to one index comes from there only', () => {
  assert.deepEqual(refusals(policy, goodPackage({ name: 'Acme_Billing', index: 'acme-main' })), []);
  assert.deepEqual(refusals(policy, goodPackage({ name: 'acme-billing', index: 'default' })), [
    'packages.sources.only[0] deny',
  ]);
  assert.deepEqual(refusals(policy, goodPackage({ name: 'acme-billing', index: 'elsewhere' })), [
    'packages.sources.allow deny',
    'packages.sources.only[0] deny',
  ]);
});

test('an index that is not known is a missing fact', () => {
  assert.deepEqual(refusals(policy, without(goodPackage(), 'index')), ['packages.missing.source deny']);
  assert.deepEqual(refusals(policyOf(), without(goodPackage(), 'index')), ['packages.missing.source ask']);
});
