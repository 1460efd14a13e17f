import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  goodFacts,
  goodFile,
  goodHash,
  goodPackage,
  judgeFacts,
  policyOf,
  refusals,
  without,
} from '../../test/policy/good-facts.ts';
import type { AdvisoryFacts, PackageFacts } from './facts.ts';

function waive(waiver: string, packages = ''): ReturnType<typeof policyOf> {
  const whole = `{owner: ada, reason: checked, expires: 2026-06-15, ${waiver}}`;
  return policyOf(`${packages === '' ? '' : `packages: ${packages}\n`}waivers: [${whole}]`);
}

function advisory(id: string): AdvisoryFacts {
  return { id, aliases: [], withdrawn: false, severity: 'high' };
}

const archived = goodPackage({ status: 'archived' });

test('a waiver for a version lifts the reasons about the package in that version', () => {
  const policy = waive('package: NumPy, version: "==2.*"', '{deny: [numpy], yanked: deny}');
  const yanked = { status: 'archived', files: [goodFile({ yanked: true })] } as const;
  assert.deepEqual(refusals(policy, goodPackage({ ...yanked, files: [...yanked.files] })), []);
  assert.deepEqual(refusals(policy, goodPackage({ version: '3.0', status: 'archived' })), [
    'packages.deny[0] deny',
    'packages.status.archived ask',
  ]);
  assert.deepEqual(refusals(policy, goodPackage({ name: 'pandas', status: 'archived' })), [
    'packages.status.archived ask',
  ]);
  assert.deepEqual(refusals(policyOf('packages: {deny: [numpy]}'), goodPackage()), ['packages.deny[0] deny']);
});

test('the reason names the waiver, its owner, its end and why', () => {
  const { packages } = judgeFacts(waive('package: numpy, version: ">=2"'), goodFacts(archived));
  const reason = packages[0]?.reasons.find(({ rule }) => rule === 'packages.status.archived');
  assert.equal(reason?.verdict, 'allow');
  assert.equal(reason.waiver, 'waivers[0]');
  assert.equal(reason.message, 'the project numpy is archived; lifted by waivers[0] of ada until 2026-06-15: checked');
});

test('a waiver counts to the end of its last day, and an expired one is named', () => {
  const policy = waive('package: numpy, version: ">=2"');
  const at = (now: string): string =>
    judgeFacts(policy, goodFacts(archived), { now: new Date(now) }).packages[0]?.verdict ?? '';
  assert.equal(at('2026-06-15T23:59:59.999Z'), 'allow');
  assert.equal(at('2026-06-16T00:00:00Z'), 'ask');
  const { packages } = judgeFacts(policy, goodFacts(archived), { now: new Date('2026-06-16T00:00:00Z') });
  const reason = packages[0]?.reasons.find(({ rule }) => rule === 'packages.status.archived');
  assert.equal(
    reason?.message,
    'the project numpy is archived; waivers[0] of ada lifted it until it expired on 2026-06-15',
  );
  assert.equal(reason.waiver, undefined);
});

test('a waiver for a file lifts what is said of that file, and of the package where it is its only file', () => {
  const policy = waive(`package: numpy, sha256: ${goodHash.toUpperCase()}`, '{ask: [numpy]}');
  const other = goodFile({ name: 'other.whl', sha256: 'cd'.repeat(32), yanked: true });
  assert.deepEqual(refusals(policy, goodPackage({ files: [goodFile({ yanked: true })] })), []);
  assert.deepEqual(refusals(policy, goodPackage({ files: [other] })), ['packages.ask[0] ask', 'packages.yanked deny']);
  assert.deepEqual(refusals(policy, goodPackage({ files: [goodFile({ yanked: true }), other] })), [
    'packages.ask[0] ask',
    'packages.yanked deny',
  ]);
});

test('a waiver for an advisory lifts that one, by any of its ids', () => {
  const policy = waive('package: numpy, advisory: pysec-2026-1');
  const known = { ...advisory('CVE-2026-1'), aliases: ['PYSEC-2026-1'] };
  assert.deepEqual(refusals(policy, goodPackage({ advisories: [known] })), []);
  assert.deepEqual(refusals(policy, goodPackage({ advisories: [known, advisory('CVE-2026-2')] })), [
    'packages.advisories.high deny',
  ]);
  assert.deepEqual(refusals(policy, goodPackage({ advisories: [known], status: 'archived' })), [
    'packages.status.archived ask',
  ]);
  const { severity: _severity, ...unknown } = known;
  assert.deepEqual(
    refusals(policy, goodPackage({ advisories: [unknown] })),
    [],
    'also where its severity is not known',
  );
  const versioned = waive('package: numpy, advisory: CVE-2026-1, version: <2');
  assert.deepEqual(refusals(versioned, goodPackage({ advisories: [known] })), ['packages.advisories.high deny']);
});

test('a waiver for a version lifts no advisory and no licence', () => {
  const policy = waive('package: numpy, version: ">=0"', '{licences: {deny: [GPL-*]}}');
  assert.deepEqual(refusals(policy, goodPackage({ advisories: [advisory('CVE-2026-1')] })), [
    'packages.advisories.high deny',
  ]);
  assert.deepEqual(refusals(policy, goodPackage({ licence: { expression: 'GPL-3.0-only' } })), [
    'packages.licences.deny[0] deny',
  ]);
});

test('a waiver for a licence lifts that part of the expression', () => {
  const policy = waive('package: numpy, licence: GPL-3.0-only', '{licences: {deny: [GPL-*, AGPL-*]}}');
  const licensed = (expression: string): PackageFacts => goodPackage({ licence: { expression } });
  assert.deepEqual(refusals(policy, licensed('GPL-3.0-only')), []);
  assert.deepEqual(refusals(policy, licensed('MIT AND GPL-3.0-only')), []);
  assert.deepEqual(refusals(policy, licensed('GPL-3.0-only AND AGPL-3.0-only')), ['packages.licences.deny[0] deny']);
  assert.deepEqual(refusals(policy, licensed('GPL-2.0-only')), ['packages.licences.deny[0] deny']);
  assert.deepEqual(refusals(policy, without(goodPackage(), 'licence')), ['packages.missing.licence deny']);
});

test('a waiver for an unknown licence lifts that nothing is stated, and no licence', () => {
  const policy = waive('package: numpy, licence: unknown', '{licences: {deny: [GPL-*]}}');
  assert.deepEqual(refusals(policy, without(goodPackage(), 'licence')), []);
  assert.deepEqual(refusals(policy, goodPackage({ licence: { expression: 'BSD' } })), []);
  assert.deepEqual(refusals(policy, goodPackage({ licence: { expression: 'GPL-3.0-only' } })), [
    'packages.licences.deny[0] deny',
  ]);
});

test('a waiver with a rule lifts what that rule says, and nothing else', () => {
  const policy = waive('package: numpy, version: ">=0", rule: packages.status', '{deny: [numpy]}');
  assert.deepEqual(refusals(policy, archived), ['packages.deny[0] deny']);
  const first = waive('package: numpy, version: ">=0", rule: "packages.deny[1]"', '{deny: [numpy, "num*"]}');
  assert.deepEqual(refusals(first, goodPackage()), ['packages.deny[0] deny']);
  const prefix = waive('package: numpy, version: ">=0", rule: packages.stat', '{}');
  assert.deepEqual(refusals(prefix, archived), ['packages.status.archived ask'], 'half a word is no rule');
});

test('nothing lifts malware, quarantine, what cannot be verified, and what could hide one of these', () => {
  const all = [
    'package: numpy, version: ">=0"',
    `package: numpy, sha256: ${goodHash}`,
    'package: numpy, advisory: MAL-2026-1',
    'package: numpy, licence: unknown',
    'package: numpy, version: ">=0", rule: packages.malware',
    'package: numpy, version: ">=0", rule: packages.missing.hash',
  ];
  for (const waiver of all) {
    const policy = waive(waiver);
    assert.deepEqual(
      refusals(policy, goodPackage({ advisories: [advisory('MAL-2026-1')] })),
      ['packages.malware deny'],
      waiver,
    );
    assert.deepEqual(
      refusals(policy, goodPackage({ status: 'quarantined' })),
      ['packages.status.quarantined deny'],
      waiver,
    );
    const unhashed = goodPackage({ files: [without(goodFile(), 'sha256')] });
    assert.deepEqual(refusals(policy, unhashed), ['packages.missing.hash deny'], waiver);
    const unsized = goodPackage({ files: [without(goodFile(), 'sizeBytes')] });
    assert.deepEqual(refusals(policy, unsized), ['packages.missing.size deny'], waiver);
    for (const fact of ['files', 'status', 'inspection'] as const) {
      const refused = refusals(policy, without(goodPackage(), fact));
      assert.ok(refused.includes(`packages.missing.${fact} deny`), `${fact}: ${waiver}`);
    }
  }
});

test('a waiver for a version does not count where the version is not known', () => {
  const policy = waive('package: numpy, version: ">=0"', '{deny: [numpy]}');
  assert.ok(refusals(policy, without(goodPackage(), 'version')).includes('packages.deny[0] deny'));
  assert.ok(refusals(policy, goodPackage({ version: 'latest' })).includes('packages.deny[0] deny'));
  assert.deepEqual(refusals(policy, goodPackage()), []);
});

test('a waiver for a version lifts no rule about the index, unless it names that rule or the file', () => {
  const sources = '{sources: {allow: [default], only: [{package: numpy, index: default}]}}';
  const stranger = goodPackage({ index: 'elsewhere' });
  const both = ['packages.sources.allow deny', 'packages.sources.only[0] deny'];
  assert.deepEqual(refusals(waive('package: numpy, version: ">=0"', sources), stranger), both);
  assert.deepEqual(refusals(waive('package: numpy, version: ">=0", rule: packages.status', sources), stranger), both);
  assert.deepEqual(refusals(waive('package: numpy, version: ">=0", rule: packages.sources', sources), stranger), []);
  assert.deepEqual(
    refusals(waive('package: numpy, version: ">=0", rule: "packages.sources.only[0]"', sources), stranger),
    ['packages.sources.allow deny'],
  );
  assert.deepEqual(refusals(waive(`package: numpy, sha256: ${goodHash}`, sources), stranger), []);
  assert.deepEqual(refusals(waive(`package: numpy, sha256: ${'cd'.repeat(32)}`, sources), stranger), both);
});

test('a waiver for a version does not lift that the index is not known, unless it names that', () => {
  const unknown = without(goodPackage(), 'index');
  assert.deepEqual(refusals(waive('package: numpy, version: ">=0"'), unknown), ['packages.missing.source ask']);
  assert.deepEqual(refusals(waive('package: numpy, version: ">=0", rule: packages.missing'), unknown), [
    'packages.missing.source ask',
  ]);
  assert.deepEqual(refusals(waive('package: numpy, version: ">=0", rule: packages.missing.source'), unknown), []);
  assert.deepEqual(refusals(waive(`package: numpy, sha256: ${goodHash}`), unknown), []);
});
