import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goodFacts, goodPackage, judgeFacts, policyOf, refusals, without } from '../../test/policy/good-facts.ts';
import { judge } from './judge.ts';

const someone = { id: 'u', kind: 'user' } as const;

test('deny beats ask beats allow for a package on several lists, in any order', () => {
  const numpy = goodPackage();
  const verdict = (text: string): string | undefined =>
    judgeFacts(policyOf(text), goodFacts(numpy)).packages[0]?.verdict;
  assert.equal(verdict('packages: {default: deny, allow: [numpy]}'), 'allow');
  assert.equal(verdict('packages: {default: deny, ask: [numpy], allow: [numpy]}'), 'ask');
  assert.equal(verdict('packages: {allow: [numpy], ask: ["num*"], deny: ["*py"]}'), 'deny');
  assert.equal(verdict('packages: {default: ask}'), 'ask');
  assert.equal(verdict('packages: {default: ask, deny: [pandas]}'), 'ask');
});

test('a rule with versions holds for these and no others', () => {
  const policy = policyOf('packages: {deny: ["numpy<2", "numpy==2.5.*"]}');
  const at = (version: string): string[] => refusals(policy, goodPackage({ version }));
  assert.deepEqual(at('1.26.4'), ['packages.deny[0] deny']);
  assert.deepEqual(at('2.0.0'), []);
  assert.deepEqual(at('2.5.1'), ['packages.deny[1] deny']);
  assert.deepEqual(at('1.26.4+local'), ['packages.deny[0] deny']);
  assert.deepEqual(at('1.0rc1'), ['packages.deny[0] deny'], 'pre-releases count');
});

test('every spelling of a name is the same package', () => {
  const policy = policyOf('packages: {deny: [Ruamel_Yaml]}');
  for (const name of ['ruamel-yaml', 'ruamel.yaml', 'RUAMEL--YAML']) {
    assert.deepEqual(refusals(policy, goodPackage({ name })), ['packages.deny[0] deny'], name);
  }
  assert.deepEqual(refusals(policy, goodPackage({ name: 'ruamelyaml' })), []);
});

test('the reason tells the pattern and why it is there', () => {
  const policy = policyOf('packages: {deny: [{package: "num*", because: we have our own}]}');
  const [reason] = judgeFacts(policy, goodFacts(goodPackage())).packages[0]?.reasons ?? [];
  assert.equal(reason?.rule, 'packages.deny[0]');
  assert.equal(reason.matched, 'num*');
  assert.equal(reason.message, 'numpy 2.1.0 is one of “num*”: we have our own');
});

test('a name on the deny list is denied even where nothing else is known', () => {
  const policy = policyOf('packages: {deny: [numpy, "pandas<2"]}');
  const facts = { packages: [] };
  const verdictOf = (name: string, specifier: string): string[] => {
    const wish = { requirements: [{ name, specifier }] };
    const { packages } = judge({ policy, actor: someone, role: 'owner', wish, facts, now: new Date() });
    return (packages[0]?.reasons ?? [])
      .filter(({ rule }) => rule.startsWith('packages.deny'))
      .map(({ rule, isMissingFact }) => `${rule}${isMissingFact === true ? ' perhaps' : ''}`);
  };
  assert.deepEqual(verdictOf('Numpy', ''), ['packages.deny[0]']);
  assert.deepEqual(verdictOf('pandas', '==1.5.3'), ['packages.deny[1]']);
  assert.deepEqual(verdictOf('pandas', '<1.5'), ['packages.deny[1]']);
  assert.deepEqual(verdictOf('pandas', '>=2'), [], 'no version of it is denied');
  assert.deepEqual(verdictOf('pandas', '>=1'), ['packages.deny[1] perhaps']);
  assert.deepEqual(verdictOf('pandas', ''), ['packages.deny[1] perhaps']);
  assert.deepEqual(verdictOf('pandas', '===1.0'), ['packages.deny[1] perhaps'], 'text is no range');
});

test('a version that is not known, or is no version, is a missing fact and lets nothing in', () => {
  const policy = policyOf('packages: {default: ask, allow: ["numpy>=1"]}');
  assert.deepEqual(refusals(policy, goodPackage()), []);
  assert.deepEqual(refusals(policy, goodPackage({ version: 'latest' })), [
    'packages.default ask',
    'packages.missing.version ask',
  ]);
  const unknown = without(goodPackage(), 'version');
  assert.deepEqual(refusals(policy, unknown), ['packages.default ask', 'packages.missing.version ask']);
  assert.deepEqual(
    refusals(policy, { ...unknown, specifier: '>=1.5' }),
    ['packages.missing.version ask'],
    'surely on the list',
  );
});
