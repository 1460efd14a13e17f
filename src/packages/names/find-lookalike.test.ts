import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { policyOf } from '../../../test/policy/good-facts.ts';
import { findLookalike } from './index.ts';

const policy = policyOf();

describe('findLookalike()', () => {
  it('finds what is easily taken for a famous project, in any spelling', () => {
    for (const name of ['reqeusts', 'Num_Py', 'djang0', 'sklearn', 'python3-dateutil']) {
      assert.notEqual(findLookalike(name, policy), undefined, name);
    }
    assert.deepEqual(findLookalike('reqeusts', policy), { of: 'requests', why: 'it differs by one letter' });
    assert.deepEqual(findLookalike('reqeusts', policy), { of: 'requests', why: 'it differs by one letter' }, 'again');
  });

  it('knows by each policy what that trusts', () => {
    assert.equal(findLookalike('reqeusts', policyOf('packages: {allow: [Reqeusts]}')), undefined);
    assert.equal(findLookalike('acme-biling', policyOf('packages: {allow: ["acme-billing<9"]}'))?.of, 'acme-billing');
    assert.equal(findLookalike('acme-biling', policy), undefined);
  });
});
