import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { allowing, describeWay, isAllowed, outside, wholeGlass, without, withoutLimit } from './way.ts';

describe('describeWay()', () => {
  it('says with or without what an attempt is made', () => {
    assert.equal(describeWay(wholeGlass), 'behind glass');
    assert.equal(describeWay(without('private-root', 'pid-namespace')), 'without private-root, pid-namespace');
    assert.equal(describeWay(withoutLimit('outputBytes')), 'without outputBytes');
    assert.equal(describeWay(allowing('a rule that opens it')), 'with a rule that opens it');
    assert.equal(describeWay(outside()), 'outside the glass');
    assert.equal(describeWay(outside('unshare', '--net')), 'outside the glass, by unshare --net');
  });
});

describe('isAllowed()', () => {
  it('tells a glass that is told to allow it from every other way', () => {
    assert.equal(isAllowed(allowing('a rule that opens it')), true);
    for (const way of [wholeGlass, without('private-root'), outside()]) assert.equal(isAllowed(way), false);
  });
});
