import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goodFacts, goodPackage, judgeFacts, policyOf } from '../../test/policy/good-facts.ts';
import type { PackageFacts } from './facts.ts';

const lookalike = { of: 'requests', why: 'it differs by one letter' };
const reqeusts = goodPackage({ name: 'reqeusts', version: '1.0', lookalike });

function judgeOne(policy: string, facts: PackageFacts = reqeusts): [verdict: string, rules: string] {
  const [judged] = judgeFacts(policyOf(policy), goodFacts(facts)).packages;
  const against = judged?.reasons.filter(({ verdict }) => verdict === judged.verdict) ?? [];
  return [judged?.verdict ?? '', against.map(({ rule }) => rule).join()];
}

test('a name that is easily taken for another is asked for, and says for which', () => {
  assert.deepEqual(judgeOne(''), ['ask', 'packages.lookalikes']);
  const [judged] = judgeFacts(policyOf(), goodFacts(reqeusts)).packages;
  const reason = judged?.reasons.find(({ rule }) => rule === 'packages.lookalikes');
  assert.deepEqual(
    [reason?.matched, reason?.message],
    ['requests', 'reqeusts is easily taken for requests: it differs by one letter'],
  );
  assert.deepEqual(judgeOne('', goodPackage({ name: 'reqeusts' })), ['allow', 'packages.default']);
});

test('the policy says what is done with such names', () => {
  assert.equal(judgeOne('packages: {lookalikes: deny}')[0], 'deny');
  assert.equal(judgeOne('packages: {lookalikes: allow}')[0], 'allow');
});

test('whoever writes the very name under allow means it, and a glob means nobody', () => {
  assert.equal(judgeOne('packages: {allow: [Reqeusts]}')[0], 'allow');
  assert.equal(judgeOne('packages: {allow: ["reqeusts<2"]}')[0], 'allow');
  assert.equal(judgeOne('packages: {allow: ["reqeusts<1"]}')[0], 'ask');
  assert.equal(judgeOne('packages: {allow: ["req*"]}')[0], 'ask');
});

test('a waiver for its versions lifts it', () => {
  const waiver =
    '{package: reqeusts, version: ">=0", rule: packages.lookalikes, owner: ada, reason: ours, expires: 2027-01-01}';
  assert.equal(judgeOne(`waivers: [${waiver}]`)[0], 'allow');
});

test('no other version of it has another name', () => {
  const { name: _name, version: _version, requested: _requested, dependants: _dependants, ...rest } = reqeusts;
  const { lookalike: _lookalike, candidates: _candidates, ...facts } = rest;
  const candidates = [{ version: '0.9', ...facts }];
  const [judged] = judgeFacts(policyOf(), goodFacts({ ...reqeusts, candidates })).packages;
  assert.equal(judged?.reasons.find(({ verdict }) => verdict === 'ask')?.nearest, null);
});

test('the cases of a policy can say that a name is like another', () => {
  const given = '{package: reqeusts==1.0, lookalike: requests}';
  const policy = policyOf(`tests: [{name: asks, given: ${given}, expect: ask}]`);
  assert.equal(policy.tests.length, 1);
});
