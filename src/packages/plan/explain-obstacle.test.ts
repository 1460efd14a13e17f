import assert from 'node:assert/strict';
import { test } from 'node:test';

import { explainObstacle } from './explain-obstacle.ts';

test('explainObstacle() names the names that are none, and what was perhaps meant', () => {
  const { message, absent } = explainObstacle({ message: 'uv says so', absent: ['pandsa', 'x-y-z-1'], packages: [] });
  assert.equal(message, 'no index has the projects “pandsa”, “x-y-z-1”');
  assert.deepEqual(absent, [
    { name: 'pandsa', suggestion: 'pandas' },
    { name: 'x-y-z-1', suggestion: undefined },
  ]);
});

test('explainObstacle() keeps the words of the resolver where all names are some', () => {
  assert.equal(explainObstacle({ message: 'uv says so', absent: [], packages: [] }).message, 'uv says so');
});
