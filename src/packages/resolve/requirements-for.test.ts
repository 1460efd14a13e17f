import assert from 'node:assert/strict';
import { test } from 'node:test';

import { requirementsFor } from './requirements-for.ts';

const linux = { pythonVersion: '3.12', platform: 'x86_64-unknown-linux-gnu' };
const windows = { pythonVersion: '3.12', platform: 'x86_64-pc-windows-msvc' };

function namesFor(wish: readonly (readonly [string, string?])[], target = linux, locked?: readonly string[]): string[] {
  const requirements = wish.map(([name, marker]) => ({ name, marker }));
  const lock = locked && { packages: locked.map((name) => ({ name })) };
  return requirementsFor(requirements, target, lock).map(({ name }) => name);
}

test('requirementsFor() leaves what a target needs', () => {
  const wish = [['a'], ['b', 'sys_platform == "win32"'], ['c', 'sys_platform == "linux"']] as const;
  assert.deepEqual(namesFor(wish), ['a', 'c']);
  assert.deepEqual(namesFor(wish, windows), ['a', 'b']);
});

test('requirementsFor() leaves what it cannot read to whoever can', () => {
  assert.deepEqual(namesFor([['a', 'no marker at all']]), ['a']);
});

test('requirementsFor() leaves what depends on the kernel, until a lock tells whether it came', () => {
  const newer = 'sys_platform == "linux" and platform_release >= "6"';
  const wish = [['a', newer], ['b', 'sys_platform == "win32" and platform_release >= "6"'], ['c']] as const;
  assert.deepEqual(namesFor(wish), ['a', 'c']);
  assert.deepEqual(namesFor(wish, linux, ['a', 'c']), ['a', 'c']);
  assert.deepEqual(namesFor(wish, linux, ['c']), ['c']);
  assert.deepEqual(namesFor([['a'], ['c']], linux, ['c']), ['a', 'c'], 'what is surely needed is missed in a lock');
});

test('requirementsFor() sees no extra and no group where none was named', () => {
  assert.deepEqual(
    namesFor([
      ['a', '"x" in extras'],
      ['b', '"dev" not in dependency_groups'],
    ]),
    ['b'],
  );
});
