import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseTime, readFilter } from './audit-filter.ts';

const now = new Date('2026-11-21T12:00:00.000Z');

test('a time can be typed as a date, a date and a time, or how long ago', async () => {
  const cases: [string, string][] = [
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21T10:00', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21 10:00:30', '2026-11-21T10:00:30.000Z'],
    ['2026-11-21T10:00:30.250Z', '2026-11-21T10:00:30.250Z'],
    ['2026-11-21T10:00+02:00', '2026-11-21T08:00:00.000Z'],
    ['2h', '2026-11-21T10:00:00.000Z'],
    ['2h ago', '2026-11-21T10:00:00.000Z'],
    ['7d', '2026-11-14T12:00:00.000Z'],
    ['90s', '2026-11-21T11:58:30.000Z'],
  ];
  for (const [text, iso] of cases) assert.equal((await parseTime(text, now)).toISOString(), iso, text);
});

test('what is no time is refused', async () => {
  for (const text of [
    '',
    'yesterday',
    '2026',
    '2026-13-01',
    '2026-02-31',
    '2026-02-31T10:00',
    '2026-11-21T25:00',
    '2x',
    '-2h',
  ]) {
    await assert.rejects(parseTime(text, now), { code: 'USAGE' }, text);
  }
});

test('a filter holds what was asked for, and nothing else', async () => {
  assert.deepEqual(await readFilter({ json: true, out: 'x' }, now), {});
  assert.deepEqual(await readFilter({ actor: 'ann', workspace: 'w', action: 'run', since: '2h', until: '1h' }, now), {
    actor: 'ann',
    workspace: 'w',
    action: 'run',
    since: new Date('2026-11-21T10:00:00.000Z'),
    until: new Date('2026-11-21T11:00:00.000Z'),
  });
});

test('a filter that nothing can fit is refused', async () => {
  await assert.rejects(readFilter({ since: '1h', until: '2h' }, now), { code: 'USAGE', message: /before --until/ });
  await assert.rejects(readFilter({ actor: '' }, now), { code: 'USAGE' });
});
