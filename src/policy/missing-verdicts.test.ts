import assert from 'node:assert/strict';
import { test } from 'node:test';

import { policyOf } from '../../test/policy/good-facts.ts';

function missingOf(packages: string): Record<string, string> {
  return { ...policyOf(`packages: ${packages}`).packages.missing };
}

test('what the file says of a missing fact holds', () => {
  assert.equal(missingOf('{missing: {licence: deny}}')['licence'], 'deny');
  assert.equal(missingOf('{missing: {licence: ask}}')['licence'], 'ask');
  assert.equal(missingOf('{missing: {hash: ask}}')['hash'], 'ask');
});

test('what the file does not say is as strict as the rules about the fact', () => {
  const table: readonly [packages: string, fact: string, verdict: string][] = [
    ['{}', 'licence', 'ask'],
    ['{licences: {deny: [GPL-*]}}', 'licence', 'deny'],
    ['{licences: {default: deny}}', 'licence', 'deny'],
    ['{licences: {ask: [GPL-*]}}', 'licence', 'ask'],
    ['{}', 'uploadTime', 'ask'],
    ['{releaseAge: {verdict: allow}}', 'uploadTime', 'ask'],
    ['{releaseAge: {verdict: deny}}', 'uploadTime', 'deny'],
    ['{}', 'source', 'ask'],
    ['{sources: {allow: [default]}}', 'source', 'deny'],
    ['{}', 'severity', 'deny'],
    ['{advisories: {critical: ask, high: ask}}', 'severity', 'ask'],
    ['{advisories: {critical: allow, high: allow, medium: allow}}', 'severity', 'ask'],
    ['{}', 'size', 'deny'],
    ['{limits: {verdict: ask}}', 'size', 'ask'],
    ['{prereleases: deny}', 'version', 'deny'],
    ['{}', 'version', 'ask'],
    ['{yanked: allow, sourceDistributions: ask}', 'files', 'deny'],
    ['{}', 'status', 'deny'],
    ['{}', 'advisories', 'ask'],
    ['{limits: {verdict: ask}}', 'inspection', 'deny'],
  ];
  for (const [packages, fact, verdict] of table)
    assert.equal(missingOf(packages)[fact], verdict, `${fact} of ${packages}`);
});
