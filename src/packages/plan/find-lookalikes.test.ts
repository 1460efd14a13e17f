import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { policyOf } from '../../../test/policy/good-facts.ts';
import { findLookalikes } from './find-lookalikes.ts';

/** By name: who needs it. */
function find(tree: Readonly<Record<string, readonly string[]>>, policy = '{}'): Record<string, string> {
  const packages = Object.entries(tree).map(([name, requiredBy]) => ({ name, requiredBy: [...requiredBy] }));
  const found = findLookalikes(packages, policyOf(`packages: ${policy}`));
  return Object.fromEntries([...found].map(([name, { of }]) => [name, of]));
}

describe('findLookalikes()', () => {
  it('finds what was asked for and is easily taken for another', () => {
    assert.deepEqual(find({ reqeusts: [], numpy: [], 'acme-billing': [] }), { reqeusts: 'requests' });
  });

  it('finds what comes in by a package that nobody vouches for', () => {
    assert.deepEqual(find({ 'acme-billing': [], reqeusts: ['acme-billing'] }), { reqeusts: 'requests' });
  });

  it('takes what a famous project needs, however far below, for meant', () => {
    assert.deepEqual(find({ pandas: [], between: ['pandas'], reqeusts: ['between'] }), {});
    assert.deepEqual(find({ 'acme-billing': [], pandas: [], reqeusts: ['pandas', 'acme-billing'] }), {});
  });

  it('trusts what the policy names, and what that needs', () => {
    assert.deepEqual(find({ reqeusts: [] }, '{allow: [reqeusts]}'), {});
    assert.deepEqual(find({ 'acme-billing': [], reqeusts: ['acme-billing'] }, '{allow: ["acme-billing>=1"]}'), {});
    assert.deepEqual(find({ reqeusts: [] }, '{allow: ["req*"]}'), { reqeusts: 'requests' });
  });

  it('finds what is easily taken for a name of the policy', () => {
    const policy = '{sources: {only: [{package: acme-billing, index: house}]}}';
    assert.deepEqual(find({ 'acme-biling': [] }, policy), { 'acme-biling': 'acme-billing' });
    assert.deepEqual(find({ 'acme-biling': [] }), {});
  });

  it('comes to an end where packages need each other', () => {
    assert.deepEqual(find({ pandas: ['other'], other: ['pandas'], reqeusts: ['other'] }), {});
  });
});
