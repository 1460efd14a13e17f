import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatLimit } from './format-limit.ts';

test('formatLimit() writes each limit in its unit', () => {
  assert.equal(formatLimit('memoryBytes', 2 ** 30), '1 GiB');
  assert.equal(formatLimit('wallTimeMs', 90_000), '90 s');
  assert.equal(formatLimit('cpus', 1.5), '1.5');
  assert.equal(formatLimit('processes', 64), '64');
});
