import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rateSeverity } from './severity.ts';

const v3 = (harm: string) => ({ type: 'CVSS_V3', score: `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/${harm}` });
const worst = v3('C:H/I:H/A:H');
const mild = { type: 'CVSS_V3', score: 'CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N' };

test('rateSeverity() names what a vector scores', () => {
  assert.equal(rateSeverity([worst], []), 'critical');
  assert.equal(rateSeverity([v3('C:H/I:N/A:N')], []), 'high');
  assert.equal(rateSeverity([v3('C:L/I:N/A:N')], []), 'medium');
  assert.equal(rateSeverity([mild], []), 'low');
  assert.equal(rateSeverity([v3('C:N/I:N/A:N')], []), 'low');
});

test('rateSeverity() knows no critical in CVSS 2', () => {
  assert.equal(rateSeverity([{ type: 'CVSS_V2', score: 'AV:N/AC:L/Au:N/C:C/I:C/A:C' }], []), 'high');
});

test('rateSeverity() reads the words of sources, in any case', () => {
  const words = ['LOW', 'moderate', 'Medium', 'HIGH', 'CRITICAL'];
  assert.deepEqual(
    words.map((word) => rateSeverity([], [word])),
    ['low', 'medium', 'medium', 'high', 'critical'],
  );
});

test('rateSeverity() takes the worst of all that is stated', () => {
  assert.equal(rateSeverity([mild, worst], []), 'critical');
  assert.equal(rateSeverity([mild], ['high']), 'high');
});

test('rateSeverity() does not guess', () => {
  assert.equal(rateSeverity([], []), undefined);
  assert.equal(rateSeverity([{ type: 'Ubuntu', score: 'high' }], ['severe', 'constructor', '']), undefined);
  assert.equal(rateSeverity([{ type: 'CVSS_V3', score: '9.8' }], []), undefined);
});
