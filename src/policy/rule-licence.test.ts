import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goodFacts, goodPackage, judgeFacts, policyOf, without } from '../../test/policy/good-facts.ts';
import type { Reason } from './reason.ts';
import { isLicenceAllowed } from './rule-licence.ts';

const policy = policyOf(`
packages:
  licences:
    default: ask
    allow: [MIT, Apache-2.0, LGPL-2.1-only, 'GPL-2.0-only WITH Classpath-exception-2.0', LicenseRef-Acme-*]
    ask: [MPL-2.0]
    deny: [GPL-*, AGPL-*]
`);

function decide(expression: string | undefined): Reason | undefined {
  const facts = expression === undefined ? without(goodPackage(), 'licence') : goodPackage({ licence: { expression } });
  const { packages } = judgeFacts(policy, goodFacts(facts));
  return packages[0]?.reasons.find(({ verdict }) => verdict !== 'allow');
}

test('the verdict on an expression, and the part that decided it', () => {
  const table: readonly [expression: string, verdict: string, rule?: string, part?: string][] = [
    ['MIT', 'allow'],
    ['mit', 'allow'],
    ['GPL-3.0-only', 'deny', 'packages.licences.deny[0]', 'GPL-3.0-only'],
    ['GPL-3.0', 'deny', 'packages.licences.deny[0]', 'GPL-3.0-only'],
    ['GPL-2.0+', 'deny', 'packages.licences.deny[0]', 'GPL-2.0-or-later'],
    ['MPL-2.0', 'ask', 'packages.licences.ask[0]', 'MPL-2.0'],
    ['Zlib', 'ask', 'packages.licences.default', 'Zlib'],
    ['MIT OR GPL-3.0-only', 'allow'],
    ['GPL-3.0-only OR MIT', 'allow'],
    ['MIT AND GPL-3.0-only', 'deny', 'packages.licences.deny[0]', 'GPL-3.0-only'],
    ['AGPL-3.0-only AND MIT', 'deny', 'packages.licences.deny[1]', 'AGPL-3.0-only'],
    ['MIT AND Apache-2.0', 'allow'],
    ['GPL-3.0-only OR MPL-2.0', 'ask', 'packages.licences.ask[0]', 'MPL-2.0'],
    ['MIT AND (GPL-3.0-only OR Zlib)', 'ask', 'packages.licences.default', 'Zlib'],
    ['(MIT OR GPL-2.0-only) AND (AGPL-3.0-only OR Apache-2.0)', 'allow'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'allow'],
    [
      'GPL-3.0-only WITH Classpath-exception-2.0',
      'deny',
      'packages.licences.deny[0]',
      'GPL-3.0-only WITH Classpath-exception-2.0',
    ],
    ['LGPL-2.1-or-later', 'allow'],
    ['LGPL-3.0-or-later', 'ask', 'packages.licences.default', 'LGPL-3.0-or-later'],
    ['Apache-2.0+', 'allow'],
    ['LicenseRef-acme-internal', 'allow'],
    ['LicenseRef-Proprietary', 'ask', 'packages.licences.default', 'LicenseRef-Proprietary'],
  ];
  for (const [expression, verdict, rule, part] of table) {
    const reason = decide(expression);
    assert.equal(reason?.verdict ?? 'allow', verdict, expression);
    assert.equal(reason?.rule, rule, expression);
    assert.equal(reason?.matched, part, expression);
  }
});

test('the reason shows the part within the whole', () => {
  assert.equal(
    decide('MIT and gpl-3.0-only')?.message,
    'GPL-3.0-only in the licence of numpy 2.1.0, “MIT AND GPL-3.0-only”, is denied by packages.licences.deny[0]',
  );
  assert.equal(
    decide('Zlib')?.message,
    'the licence of numpy 2.1.0, Zlib, needs approval by packages.licences.default',
  );
});

test('a licence that is not stated, or is no expression, is a missing fact', () => {
  for (const expression of [undefined, '', 'BSD', 'MIT License', 'Proprietary', 'MIT AND']) {
    const reason = decide(expression);
    assert.equal(reason?.rule, 'packages.missing.licence');
    assert.equal(reason.verdict, 'deny', 'licences can be denied here, so hiding one is no better');
    assert.equal(reason.isMissingFact, true);
  }
});

test('deny comes before allow for a licence on both lists, unless one names the exception', () => {
  const both = policyOf('packages: {licences: {allow: [GPL-2.0-only], deny: [GPL-2.0-only]}}');
  assert.ok(!isLicenceAllowed(both, 'GPL-2.0-only'));
  const finer = policyOf('packages: {licences: {allow: ["GPL-2.0-only"], deny: ["GPL-2.0-only WITH *"]}}');
  assert.ok(isLicenceAllowed(finer, 'GPL-2.0-only'));
  assert.ok(!isLicenceAllowed(finer, 'GPL-2.0-only WITH Classpath-exception-2.0'));
});

test('isLicenceAllowed() allows no text that is no expression', () => {
  assert.ok(isLicenceAllowed(policyOf(), 'MIT'));
  assert.ok(!isLicenceAllowed(policyOf(), 'whatever'));
});
