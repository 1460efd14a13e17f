import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { noon, policyOf } from '../../test/policy/good-facts.ts';
import { judgeName } from './judge-name.ts';

const lookalike = { of: 'requests', why: 'it differs by one letter' };

function judge(packages: string, { name = 'numpy', like = false, more = '' } = {}): readonly [string, string] {
  const policy = policyOf(`packages: ${packages}\n${more}`);
  const { verdict, rule } = judgeName({ policy, name, now: noon, ...(like ? { lookalike } : {}) });
  return [verdict, rule];
}

describe('judgeName()', () => {
  it('judges by lists and default', () => {
    assert.deepEqual(judge('{}'), ['allow', 'packages.default']);
    assert.deepEqual(judge('{default: deny}'), ['deny', 'packages.default']);
    assert.deepEqual(judge('{default: deny, allow: [numpy]}'), ['allow', 'packages.allow[0]']);
    assert.deepEqual(judge('{ask: [x, "num*"]}'), ['ask', 'packages.ask[1]']);
    assert.deepEqual(judge('{allow: [numpy], deny: [numpy]}'), ['deny', 'packages.deny[0]']);
  });

  it('is not stricter for what holds of some versions alone', () => {
    assert.deepEqual(judge('{deny: ["numpy<2"]}'), ['allow', 'packages.default']);
    assert.deepEqual(judge('{default: ask, allow: ["numpy>=2"]}'), ['ask', 'packages.default']);
  });

  it('knows what is easily taken for another', () => {
    assert.deepEqual(judge('{}', { like: true }), ['ask', 'packages.lookalikes']);
    assert.deepEqual(judge('{allow: [numpy]}', { like: true }), ['allow', 'packages.allow[0]']);
  });

  it('takes no waiver: those are for a version or a file, and which one comes is not known', () => {
    const waiver = "package: numpy, owner: ada, reason: ours, expires: 2027-01-01, version: '>=2'";
    assert.equal(judge('{deny: [numpy]}', { more: `waivers: [{${waiver}}]` })[0], 'deny');
  });
});
