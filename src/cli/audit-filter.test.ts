import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readFilter } from './audit-filter.ts';

const now = new Date('2026-11-21T12:00:00.000Z');

test('a filter holds what was asked for, and nothing else', () => {
  assert.deepEqual(readFilter({ json: true, out: 'x' }, now), {});
  assert.deepEqual(readFilter({ actor: 'ann', workspace: 'w', action: 'run', since: '2h', until: '1h' }, now), {
    actor: 'ann',
    workspace: 'w',
    action: 'run',
    since: new Date('2026-11-21T10:00:00.000Z'),
    until: new Date('2026-11-21T11:00:00.000Z'),
  });
});

test('a filter that nothing can fit is refused', () => {
  assert.throws(() => readFilter({ since: '1h', until: '2h' }, now), { code: 'USAGE', message: /before --until/ });
  assert.throws(() => readFilter({ actor: '' }, now), { code: 'USAGE' });
});
