import assert from 'node:assert/strict';
import { test } from 'node:test';

import { explainObstacle } from './explain-obstacle.ts';

test('explainObstacle() names the names that are none, and what was perhaps meant', () => {
  const { message, absent } = explainObstacle({
    message: 'uv says so',
    absent: ['pandsa', 'x-y-z-1'],
    packages: [],
    unread: [],
  });
  assert.equal(message, 'no index has the projects “pandsa”, “x-y-z-1”');
  assert.deepEqual(absent, [
    { name: 'pandsa', suggestion: 'pandas' },
    { name: 'x-y-z-1', suggestion: undefined },
  ]);
});

test('explainObstacle() keeps the words of the resolver where all names are some', () => {
  assert.equal(explainObstacle({ message: 'uv says so', absent: [], packages: [], unread: [] }).message, 'uv says so');
});

test('explainObstacle() names the sources that nobody can plan with, and why', () => {
  const unread = [
    { name: 'dep', version: '1.0', filename: 'dep-1.0.tar.gz', message: 'nobody knows', wasTried: false },
  ];
  const obstacle = explainObstacle({ message: 'uv says so', absent: [], packages: [], unread });
  assert.match(obstacle.message, /there is no wheel for this Python and machine, .*: dep-1\.0\.tar\.gz: nobody knows/);
  assert.deepEqual(obstacle.unread, unread);
});
