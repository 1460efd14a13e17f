import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readMoment } from './policy-moment.ts';

test('readMoment() reads a day as its noon, and a time as it is', () => {
  assert.equal(readMoment({ at: '2027-03-31' }).toISOString(), '2027-03-31T12:00:00.000Z');
  assert.equal(readMoment({ at: '2027-03-31T08:00:00+02:00' }).toISOString(), '2027-03-31T06:00:00.000Z');
  assert.equal(readMoment({ at: '2027-03-31T08:00Z' }).toISOString(), '2027-03-31T08:00:00.000Z');
});

test('readMoment() is now where nothing is said', () => {
  const before = Date.now();
  const moment = readMoment({}).getTime();
  assert.ok(before <= moment && moment <= Date.now());
});

test('readMoment() refuses what the calendar does not have, and times without a zone', () => {
  for (const at of [
    '2027-02-29',
    '2027-13-01',
    'tomorrow',
    '',
    '31.3.2027',
    '2027-03-31T08:00:00',
    '2027-03-31T25:00:00Z',
  ]) {
    assert.throws(() => readMoment({ at }), { code: 'USAGE' }, at);
  }
});
