import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  goodFacts,
  goodFile,
  goodPackage,
  judgeFacts,
  noon,
  policyOf,
  someone,
  without,
} from '../../test/policy/good-facts.ts';
import type { CandidateFacts, PackageFacts } from './facts.ts';
import { judge } from './judge.ts';

test('what is known and good is allowed, and says by which rules', () => {
  const judgement = judgeFacts(policyOf(), goodFacts(goodPackage()));
  assert.equal(judgement.verdict, 'allow');
  assert.equal(judgement.verdictOnKnownFacts, 'allow');
  assert.deepEqual(
    judgement.reasons.map(({ rule }) => rule),
    ['roles.collaborator.allow'],
  );
  assert.deepEqual(
    judgement.packages[0]?.reasons.map(({ rule, path }) => [rule, path]),
    [['packages.default', ['numpy']]],
  );
});

test('the whole is as strict as its strictest package', () => {
  const policy = policyOf('packages: {ask: [asked], deny: [denied]}');
  const verdictOf = (...names: string[]): string =>
    judgeFacts(policy, goodFacts(...names.map((name) => goodPackage({ name })))).verdict;
  assert.equal(verdictOf('fine', 'good'), 'allow');
  assert.equal(verdictOf('fine', 'asked'), 'ask');
  assert.equal(verdictOf('denied', 'asked', 'fine'), 'deny');
});

test('who may not install is denied whatever the packages are, and may still have them judged where the policy says so', () => {
  const policy = policyOf('roles: {viewer: {allow: [plan]}}');
  const wish = { requirements: [] };
  const facts = goodFacts(goodPackage());
  const question = { policy, actor: someone, role: 'viewer', facts, now: noon } as const;
  assert.equal(judge({ ...question, wish }).verdict, 'deny');
  assert.equal(judge({ ...question, wish: { ...wish, action: 'plan' } }).verdict, 'allow');
  const linked = { id: 'link', kind: 'anonymous' } as const;
  assert.equal(judge({ ...question, policy: policyOf(), actor: linked, role: 'owner', wish }).verdict, 'deny');
});

test('a reason has the path from the requested package to the offender', () => {
  const policy = policyOf('packages: {deny: [left-pad]}');
  const facts = goodFacts(
    goodPackage({ name: 'app' }),
    goodPackage({ name: 'Web_Kit', requested: false, dependants: ['app'] }),
    goodPackage({ name: 'left-pad', requested: false, dependants: ['web.kit'] }),
  );
  const { packages } = judgeFacts(policy, facts);
  assert.deepEqual(packages[2]?.reasons[0]?.path, ['app', 'web-kit', 'left-pad']);
});

test('a package that nothing is known of is judged by name, and every missing fact is named', () => {
  const policy = policyOf('packages: {deny: [evil]}');
  const wish = {
    requirements: [
      { name: 'Pandas', specifier: '>=2' },
      { name: 'evil', specifier: '' },
    ],
  };
  const { packages, reasons, verdictOnKnownFacts } = judge({
    policy,
    actor: someone,
    role: 'owner',
    wish,
    facts: { packages: [] },
    now: noon,
  });
  const missing = packages[0]?.reasons
    .filter(({ isMissingFact }) => isMissingFact)
    .map(({ rule }) => rule.replace('packages.missing.', ''));
  assert.deepEqual(missing?.sort(), [
    'files',
    'hash',
    'inspection',
    'licence',
    'size',
    'source',
    'status',
    'uploadTime',
    'version',
  ]);
  assert.ok(reasons.some(({ rule }) => rule === 'packages.missing.advisories'));
  assert.equal(packages[0]?.name, 'pandas');
  assert.ok(packages[1]?.reasons.some(({ rule }) => rule === 'packages.deny[0]'));
  assert.equal(verdictOnKnownFacts, 'deny', 'the name alone is enough');
});

test('a requirement that the facts know is not judged twice', () => {
  const wish = { requirements: [{ name: 'NumPy', specifier: '>=2' }] };
  const { packages } = judge({
    policy: policyOf(),
    actor: someone,
    role: 'owner',
    wish,
    facts: goodFacts(goodPackage()),
    now: noon,
  });
  assert.deepEqual(
    packages.map(({ name, verdict }) => [name, verdict]),
    [['numpy', 'allow']],
  );
});

test('a plan beyond the bounds of the policy is denied, one at them is not', () => {
  const plan = goodFacts(goodPackage(), goodPackage({ name: 'pandas' }));
  const refused = (limits: string): string[] =>
    judgeFacts(policyOf(`packages: {limits: {${limits}}}`), plan)
      .reasons.filter(({ verdict }) => verdict !== 'allow')
      .map(({ rule, verdict, message }) => `${rule} ${verdict}: ${message}`);
  assert.deepEqual(refused('packages: 2, downloadBytes: 2000, installedBytes: 2kB'), []);
  assert.deepEqual(refused('packages: 1'), ['packages.limits.packages deny: the plan has 2 packages; the limit is 1']);
  assert.deepEqual(refused('downloadBytes: 1999'), [
    'packages.limits.downloadBytes deny: the plan has 2 kB to download; the limit is 2.0 kB',
  ]);
  assert.deepEqual(refused('installedBytes: 1kB'), [
    'packages.limits.installedBytes deny: the plan has 2 kB on disk; the limit is 1 kB',
  ]);
  assert.match(refused('packages: 1, verdict: ask')[0] ?? '', /^packages\.limits\.packages ask/);
});

function candidate(version: string, changes: Partial<CandidateFacts> = {}): CandidateFacts {
  const { files, licence, index, status, inspection } = goodPackage();
  return {
    version,
    advisories: [],
    ...(files && { files }),
    ...(licence && { licence }),
    ...(index && { index }),
    ...(status && { status }),
    ...(inspection && { inspection }),
    ...changes,
  };
}

function nearestOf(facts: PackageFacts, packages = '{deny: ["numpy==2.1.*"]}'): string | null | undefined {
  const judgement = judgeFacts(policyOf(`packages: ${packages}`), goodFacts(facts));
  return judgement.packages[0]?.reasons.find(({ verdict }) => verdict !== 'allow')?.nearest;
}

test('the nearest version that would pass is the highest below, else the lowest above, else none', () => {
  const among = (...versions: string[]): string | null | undefined =>
    nearestOf(goodPackage({ candidates: versions.map((version) => candidate(version)) }));
  assert.equal(among('1.9', '2.0.2', '2.0.10', '2.2', '3.0'), '2.0.10');
  assert.equal(among('2.2', '3.0', '2.1.5'), '2.2');
  assert.equal(among('2.1.0', '2.1.5'), null);
  assert.equal(among(), null);
  assert.equal(among('not-a-version', '2.0'), '2.0');
  assert.equal(nearestOf(goodPackage()), undefined, 'where no candidates are known, nothing is said');
});

test('a candidate passes by its own facts', () => {
  const affected = candidate('2.0.2', {
    advisories: [{ id: 'CVE-1', aliases: [], severity: 'high', withdrawn: false }],
  });
  const young = candidate('2.0.1', { files: [goodFile({ uploadTime: noon.toISOString() })] });
  const bare: CandidateFacts = { version: '2.0.0', advisories: [] };
  const good = candidate('1.9');
  assert.equal(nearestOf(goodPackage({ candidates: [affected, young, bare, good] })), '1.9');
});

test('a package that is allowed has no nearest version', () => {
  const judgement = judgeFacts(policyOf(), goodFacts(goodPackage({ candidates: [candidate('2.0')] })));
  assert.ok(judgement.packages[0]?.reasons.every((reason) => reason.nearest === undefined));
});

test('two versions of one package are both judged', () => {
  const policy = policyOf('packages: {deny: ["numpy<2"]}');
  const { packages } = judgeFacts(policy, goodFacts(goodPackage({ version: '1.26' }), goodPackage()));
  assert.deepEqual(
    packages.map(({ version, verdict }) => [version, verdict]),
    [
      ['1.26', 'deny'],
      ['2.1.0', 'allow'],
    ],
  );
});

test('a plan of nothing is allowed to whoever may install', () => {
  assert.equal(judgeFacts(policyOf(), { packages: [] }).verdict, 'allow');
  assert.equal(judgeFacts(policyOf(), without(goodFacts(goodPackage()), 'advisoryData')).verdict, 'ask');
});
