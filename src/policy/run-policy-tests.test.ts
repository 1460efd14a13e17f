import assert from 'node:assert/strict';
import { test } from 'node:test';

import { noon, policyOf } from '../../test/policy/good-facts.ts';
import { runPolicyTests, type PolicyTestResult } from './run-policy-tests.ts';

function runCase(testCase: string, sections = ''): PolicyTestResult {
  const [result] = runPolicyTests(policyOf(`${sections}\ntests: [{name: it, ${testCase}}]\n`), noon);
  assert.ok(result);
  return result;
}

test('of a package, what a case does not say is known and good', () => {
  for (const given of ['numpy', 'numpy==2.1.0', '"numpy>=2"', '{package: numpy}', '[numpy, {package: pandas==2.0}]']) {
    assert.equal(runCase(`given: ${given}, expect: allow`).isOk, true, given);
  }
});

test('each thing that a case says of a package has its effect', () => {
  const table: readonly [sketch: string, rule: string][] = [
    ['licence: BSD', 'packages.missing.licence'],
    ['age: 1d', 'packages.releaseAge'],
    ['wheel: false', 'packages.sourceDistributions'],
    ['yanked: true', 'packages.yanked'],
    ['status: archived', 'packages.status.archived'],
    ['status: quarantined', 'packages.status.quarantined'],
    ['advisories: [{id: CVE-1, severity: high}]', 'packages.advisories.high'],
    ['advisories: [{id: CVE-1}]', 'packages.missing.severity'],
    ['advisories: [{id: CVE-1, severity: low}], missing: [severity]', 'packages.missing.severity'],
    ['advisories: [{id: CVE-1, aliases: [MAL-1]}]', 'packages.malware'],
    ['startupFiles: true', 'packages.inspection.startupFiles'],
    ['size: 3GiB', 'packages.limits.downloadBytes'],
    ['installedSize: 7GiB', 'packages.limits.installedBytes'],
    ['missing: [version]', 'packages.missing.version'],
    ['missing: [files]', 'packages.missing.files'],
    ['missing: [hash]', 'packages.missing.hash'],
    ['missing: [uploadTime]', 'packages.missing.uploadTime'],
    ['missing: [size]', 'packages.missing.size'],
    ['missing: [licence]', 'packages.missing.licence'],
    ['missing: [source]', 'packages.missing.source'],
    ['missing: [status]', 'packages.missing.status'],
    ['missing: [inspection]', 'packages.missing.inspection'],
    ['missing: [advisories]', 'packages.missing.advisories'],
  ];
  for (const [sketch, rule] of table) {
    const { verdict, reasons } = runCase(`given: {package: numpy==2.1.0, ${sketch}}, expect: allow`);
    assert.notEqual(verdict, 'allow', sketch);
    assert.deepEqual(
      [...new Set(reasons.map((reason) => reason.rule))].includes(rule),
      true,
      `${sketch}: ${JSON.stringify(reasons)}`,
    );
  }
});

test('a good package is good by the lists of licences and sources that the policy has', () => {
  const sections =
    'packages: {licences: {default: deny, allow: ["BSD-*", Apache-2.0]}, sources: {allow: [main], only: [{package: "acme-*", index: acme}]}}';
  assert.equal(runCase('given: numpy==2.0, expect: allow', sections).isOk, true);
  const { reasons } = runCase('given: acme-x==2.0, expect: allow', sections);
  assert.deepEqual(
    reasons.map(({ rule }) => rule),
    ['packages.sources.allow'],
    'the one index it may come from is not allowed',
  );
  assert.equal(runCase('given: {package: numpy==2.0, index: other}, expect: deny', sections).isOk, true);
});

test('a range is denied where a rule may name a version in it', () => {
  const sections = 'packages: {deny: ["numpy<2"]}';
  assert.equal(runCase('given: "numpy>=2", expect: allow', sections).isOk, true);
  assert.equal(runCase('given: numpy, expect: deny, because: "packages.deny[0]"', sections).isOk, true);
  assert.equal(runCase('given: numpy==1.26, expect: deny, because: "packages.deny[0]"', sections).isOk, true);
});

test('because names a rule of the verdict that came, or the section it stands in', () => {
  const sections = 'packages: {deny: [numpy], ask: [numpy]}';
  const isOk = (because: string): boolean =>
    runCase(`given: numpy, expect: deny, because: "${because}"`, sections).isOk;
  assert.ok(isOk('packages.deny[0]'));
  assert.ok(isOk('packages.deny'));
  assert.ok(isOk('packages'));
  assert.ok(!isOk('packages.ask[0]'), 'a reason, but not of this verdict');
  assert.ok(!isOk('packages.den'));
});

test('a case can be about an action, a run, or facts', () => {
  assert.equal(runCase('action: install, role: viewer, expect: deny, because: roles.viewer').isOk, true);
  assert.equal(runCase('action: install, role: anonymous, expect: deny').isOk, true);
  assert.equal(runCase('run: {memory: 1GiB}, expect: allow').isOk, true);
  assert.equal(runCase('run: {memory: 1TiB, wallTime: 1s}, expect: deny, because: runtime.maximum.memory').isOk, true);
  const facts = '{packages: [{name: numpy, version: "1", advisories: []}]}';
  assert.equal(runCase(`facts: ${facts}, expect: deny, because: packages.missing.hash`).isOk, true);
});

test('a case has its own day, role and actor', () => {
  const waivers =
    'waivers: [{package: numpy, version: ">=0", owner: o, reason: r, expires: 2026-01-31}]\npackages: {deny: [numpy]}';
  assert.equal(runCase('given: numpy==1.0, at: 2026-01-31, expect: allow', waivers).isOk, true);
  assert.equal(runCase('given: numpy==1.0, at: 2026-02-01, expect: deny', waivers).isOk, true);
  const { reasons } = runCase('action: approve, role: owner, actor: ada, expect: deny');
  assert.match(reasons[0]?.message ?? '', /^ada \(owner\) may not/);
});

test('a case that is not as expected says what came instead', () => {
  const result = runCase('given: numpy==1.0, expect: ask');
  assert.deepEqual([result.isOk, result.expected, result.verdict], [false, 'ask', 'allow']);
  assert.deepEqual(
    result.reasons.map(({ rule }) => rule),
    ['roles.collaborator.allow', 'packages.default'],
  );
});
