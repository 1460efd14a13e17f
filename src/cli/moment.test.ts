import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { parseMoment, readAt } from './moment.ts';

const now = new Date('2026-11-21T12:00:00.000Z');

test('a moment can be typed as a day, a day and a time, or how long ago', () => {
  const cases: [string, string][] = [
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21T10:00', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21 10:00:30', '2026-11-21T10:00:30.000Z'],
    ['2026-11-21T10:00:30.250Z', '2026-11-21T10:00:30.250Z'],
    ['2026-11-21T10:00:30.250999Z', '2026-11-21T10:00:30.250Z'],
    ['2026-11-21T10:00+02:00', '2026-11-21T08:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2h', '2026-11-21T10:00:00.000Z'],
    ['2h ago', '2026-11-21T10:00:00.000Z'],
    ['7d', '2026-11-14T12:00:00.000Z'],
    ['90s', '2026-11-21T11:58:30.000Z'],
  ];
  for (const [text, iso] of cases) assert.equal(parseMoment(text, { now }).toISOString(), iso, text);
});

test('what is no moment, or is not in the calendar, is refused', () => {
  for (const text of [
    '',
    'yesterday',
    '31.3.2027',
    '2026',
    '2026-13-01',
    '2026-02-31',
    '2027-02-29',
    '2026-02-31T10:00',
    '2027-02-31T08:00:00Z',
    '2027-02-31T08:00:00+02:00',
    '2026-11-21T24:00',
    '2026-11-21T25:00',
    '2026-11-21T10:60',
    '2026-11-21T10:00+99:00',
    '2026-11-21T10:00Z\n',
    '2x',
    '-2h',
    '9000000000000000ms',
  ]) {
    assert.throws(() => parseMoment(text, { now }), { code: 'USAGE', hint: /2027-03-31T08:00 \(UTC\)/ }, text);
    assert.throws(() => readAt({ at: text }), { code: 'USAGE' }, text);
  }
});

test('readAt() reads a day as its noon, a time as it is, and nothing as now', () => {
  assert.equal(readAt({ at: '2027-03-31' }, now).toISOString(), '2027-03-31T12:00:00.000Z');
  assert.equal(readAt({ at: '2027-03-31T08:00:00+02:00' }, now).toISOString(), '2027-03-31T06:00:00.000Z');
  assert.equal(readAt({ at: '2027-03-31T08:00' }, now).toISOString(), '2027-03-31T08:00:00.000Z');
  assert.equal(readAt({ at: '7d' }, now).toISOString(), '2026-11-14T12:00:00.000Z');
  assert.equal(readAt({}, now), now);
});

test('a moment is the same wherever the machine stands', () => {
  const program = `import { parseMoment } from ${JSON.stringify(import.meta.resolve('./moment.ts'))};
    console.log(parseMoment('2027-03-31T08:00', { now: new Date() }).toISOString());`;
  for (const TZ of ['UTC', 'America/New_York', 'Asia/Kolkata']) {
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
    const { stdout, stderr } = spawnSync(process.execPath, args, { env: { ...process.env, TZ }, encoding: 'utf8' });
    assert.equal(stdout, '2027-03-31T08:00:00.000Z\n', `${TZ}: ${stderr}`);
  }
});
