import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goodPackage } from '../../test/policy/good-facts.ts';
import { dependencyPaths } from './dependency-path.ts';
import type { PackageFacts } from './facts.ts';

/** `b: a` means that a needs b; a name without more is requested. */
function graph(...edges: string[]): PackageFacts[] {
  return edges.map((edge) => {
    const [name = '', dependants] = edge.split(': ');
    const needed = dependants === undefined ? [] : dependants.split(' ');
    return goodPackage({ name, requested: needed.length === 0, dependants: needed });
  });
}

test('a path leads from the requested package to the one it is about', () => {
  const paths = dependencyPaths(graph('app', 'web: app', 'core: web', 'other'));
  assert.deepEqual(paths.get('core'), ['app', 'web', 'core']);
  assert.deepEqual(paths.get('app'), ['app']);
  assert.deepEqual(paths.get('other'), ['other']);
});

test('the shortest path is taken, and among equals the first by name, in any order of the facts', () => {
  const packages = graph('b', 'a', 'x: b a', 'y: x', 'z: y a', 'far: z y');
  for (const order of [packages, packages.toReversed()]) {
    const paths = dependencyPaths(order);
    assert.deepEqual(paths.get('x'), ['a', 'x']);
    assert.deepEqual(paths.get('z'), ['a', 'z']);
    assert.deepEqual(paths.get('far'), ['a', 'z', 'far']);
  }
});

test('circles end, and what nobody needs has no path', () => {
  const paths = dependencyPaths([...graph('a', 'b: a c', 'c: b'), goodPackage({ name: 'lost', requested: false })]);
  assert.deepEqual(paths.get('c'), ['a', 'b', 'c']);
  assert.equal(paths.get('lost'), undefined);
});

test('a chain of very many packages has paths, which are told by their ends', () => {
  const names = Array.from({ length: 20_000 }, (_, at) => `p${at}`);
  const paths = dependencyPaths(graph('p0', ...names.slice(1).map((name, at) => `${name}: p${at}`)));
  assert.equal(paths.size, 20_000);
  assert.deepEqual(paths.get('p31'), names.slice(0, 32), 'as long as a path may be');
  assert.deepEqual(paths.get('p32'), ['p0', '…', ...names.slice(3, 33)]);
  assert.deepEqual(paths.get('p19999'), ['p0', '…', ...names.slice(19_970)]);
});
