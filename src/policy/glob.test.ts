import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isGlob, matchesGlob, parseGlob } from './glob.ts';

function matches(pattern: string, text: string): boolean {
  const reading = parseGlob(pattern);
  assert.ok(reading.ok, pattern);
  return matchesGlob(reading.glob, text);
}

test('matchesGlob() knows stars, question marks and sets', () => {
  const table: readonly [pattern: string, text: string, isMatch: boolean][] = [
    ['numpy', 'numpy', true],
    ['numpy', 'numpy-financial', false],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['acme-*', 'acme-', true],
    ['acme-*', 'acme-billing', true],
    ['acme-*', 'acme', false],
    ['acme-*', 'not-acme-billing', false],
    ['*-nightly', 'torch-nightly', true],
    ['*-nightly', 'torch-nightly-2', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
    ['a*bc', 'abcbc', true],
    ['a**b', 'ab', true],
    ['?', 'a', true],
    ['?', '', false],
    ['??', 'a', false],
    ['py?', 'pyx', true],
    ['[abc]x', 'bx', true],
    ['[abc]x', 'dx', false],
    ['[a-c]x', 'cx', true],
    ['[a-c]x', 'dx', false],
    ['[!a-c]x', 'dx', true],
    ['[!a-c]x', 'ax', false],
    ['[a-]x', '-x', true],
    ['[]]x', ']x', true],
    ['lib[0-9]*', 'lib3to2', true],
    ['.+', 'aa', false],
    ['a.c', 'abc', false],
    ['(a|b)', 'a', false],
  ];
  for (const [pattern, text, isMatch] of table) assert.equal(matches(pattern, text), isMatch, `${pattern} on ${text}`);
});

test('parseGlob() refuses sets that are not closed, empty or upside down', () => {
  for (const pattern of ['[', 'a[bc', '[]', '[!]', 'a]', '[z-a]']) {
    const reading = parseGlob(pattern);
    assert.ok(!reading.ok, pattern);
    assert.ok(reading.message.includes('“'), reading.message);
  }
});

test('isGlob() tells patterns from plain names', () => {
  assert.deepEqual(['numpy', 'num*', 'n?', '[n]', 'a-b.c_d'].map(isGlob), [false, true, true, true, false]);
});

test('matchesGlob() takes no longer than text times pattern, whatever the pattern', () => {
  // With backtracking over every star this would not end within the age of the universe.
  const pattern = `${'*a'.repeat(200)}b`;
  assert.equal(matches(pattern, 'a'.repeat(20_000)), false);
  assert.equal(matches(pattern, `${'a'.repeat(20_000)}b`), true);
});
