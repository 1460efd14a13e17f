import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  areDisjoint,
  containsVersion,
  isSubset,
  parseSpecifiers,
  pinnedVersion,
  type SpecifierSet,
} from './specifiers.ts';

// Thousands of pairs more are held against Python's packaging in test/policy.

test('containsVersion() knows every operator', () => {
  const table: readonly [specifiers: string, held: string[], notHeld: string[]][] = [
    ['', ['1.0', '1.0a1', 'no version'], []],
    ['==1.0', ['1', '1.0.0', '1.0+local'], ['1.0.post1', '1.0a1', '1.0.1']],
    ['==1.0+local', ['1.0+LOCAL'], ['1.0', '1.0+other']],
    ['==1.*', ['1', '1.9', '1.9a1', '1.dev0', '1+x'], ['2', '2.dev0', '0.9', '1!1.0']],
    ['!=1.5.*', ['1.4', '1.6.dev0'], ['1.5', '1.5.9', '1.5a1']],
    ['!=1.0', ['1.0.post1', '1.1'], ['1.0', '1.0+local']],
    ['>=1.0', ['1.0', '1.0+x', '2!0'], ['1.0rc1', '1.0.dev9']],
    ['<=1.0', ['1.0', '1.0+x', '1.0a1'], ['1.0.post1']],
    ['>1.0', ['1.1', '1.0.1.dev0'], ['1.0', '1.0+x', '1.0.post1']],
    ['>1.0.post1', ['1.0.post2'], ['1.0.post1', '1.0.post1+x']],
    ['<1.0', ['0.9'], ['1.0', '1.0a1', '1.0.dev0']],
    ['<1.0rc1', ['1.0b1', '1.0.dev0'], ['1.0rc1', '1.0']],
    ['~=1.4.5', ['1.4.5', '1.4.99'], ['1.5', '1.4.4', '1.5.dev0']],
    ['~=2.2.post3', ['2.2.post3', '2.9'], ['2.2', '3.0']],
    ['===1.0-SNAPSHOT', ['1.0-snapshot'], ['1.0']],
    ['>=1,<2,!=1.5', ['1.4', '1.5.1'], ['1.5', '2', '0.9']],
  ];
  for (const [specifiers, held, notHeld] of table) {
    for (const version of held) assert.ok(containsVersion(read(specifiers), version), `${specifiers} holds ${version}`);
    for (const version of notHeld)
      assert.ok(!containsVersion(read(specifiers), version), `${specifiers} holds not ${version}`);
  }
});

test('containsVersion() leaves pre-releases out where it is told to', () => {
  assert.ok(containsVersion(read('>=1'), '2.0a1'));
  assert.ok(!containsVersion(read('>=1'), '2.0a1', { prereleases: false }));
  assert.ok(containsVersion(read('>=1'), '2.0', { prereleases: false }));
});

test('parseSpecifiers() refuses what packaging refuses, and lists that are too long', () => {
  for (const text of [
    '1.0',
    '>>1',
    '=1',
    '>=1.*',
    '~=1',
    '>=1.0+x',
    '==1.0a1.*',
    '>=1 <2',
    '== 1 0',
    '==*',
    '>=1,'.repeat(1001),
  ]) {
    assert.equal(parseSpecifiers(text), undefined, text.slice(0, 20));
  }
});

test('areDisjoint() says so only where no version is in both', () => {
  const table: readonly [one: string, other: string, areApart: boolean][] = [
    ['>=2', '<2', true],
    ['>=2', '<=2', false],
    ['>=2,<3', '==3.*', true],
    ['~=2.1', '>=3', true],
    ['!=1.0', '==1.0', true],
    ['==1.0', '>1.0', true],
    // No version lies between these, but that is not looked for: in doubt they are not apart.
    ['>1.0', '<1.0.1.dev0', false],
    ['', '>=1', false],
    ['<0.dev0', '', true],
    ['==1.*', '!=1.5', false],
    ['===1.0', '>=2', false],
    ['>=1!0', '<5', true],
  ];
  for (const [one, other, areApart] of table) {
    assert.equal(areDisjoint(read(one), read(other)), areApart, `${one} and ${other}`);
    assert.equal(areDisjoint(read(one), read(other)), areDisjoint(read(other), read(one)), 'either way round');
  }
});

test('isSubset() says so only where every version of one is in the other', () => {
  const table: readonly [one: string, other: string, isInside: boolean][] = [
    ['>=2', '>=1', true],
    ['>=1', '>=2', false],
    ['>=2,<3', '==2.*', true],
    ['==2.*', '>=2,<3', false],
    ['==2.1', '==2.*', true],
    ['>=2', '!=1.*', true],
    ['==1.0', '===1.0', false],
    ['', '>=0.dev0', false],
    ['', '', true],
    ['>=1', '', true],
    ['~=1.4.5', '~=1.4', true],
  ];
  for (const [one, other, isInside] of table)
    assert.equal(isSubset(read(one), read(other)), isInside, `${one} in ${other}`);
});

test('pinnedVersion() is the one version that is left', () => {
  const table = {
    '==1.0': '1.0',
    '== 1.0+x ': '1.0+x',
    '==1.*': undefined,
    '>=1': undefined,
    '==1,==1': undefined,
    '': undefined,
    '===1': undefined,
  };
  for (const [text, version] of Object.entries(table)) assert.equal(pinnedVersion(read(text)), version, text);
});

function read(text: string): SpecifierSet {
  const set = parseSpecifiers(text);
  assert.ok(set, text);
  return set;
}
