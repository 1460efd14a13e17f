import assert from 'node:assert/strict';
import { test } from 'node:test';

import { namesPackage, packagePattern, readPackagePattern } from './package-pattern.ts';

test('namesPackage() compares normalised names', () => {
  const table: readonly [pattern: string, name: string, isMatch: boolean][] = [
    ['Ruamel.Yaml', 'ruamel-yaml', true],
    ['ruamel_yaml>=1', 'RUAMEL--YAML', true],
    ['ruamel*', 'ruamel-yaml', true],
    ['Acme_*', 'acme-billing', true],
    ['acme.*', 'acme-billing', true],
    ['ACME[_-]x', 'acme-x', true],
    ['acme-?', 'acme-1', true],
    ['acme-?', 'acme-12', false],
    ['numpy', 'numpy-financial', false],
    ['*', 'anything', true],
    ['lib[A-C]', 'libb', true],
  ];
  for (const [pattern, name, isMatch] of table) {
    assert.equal(namesPackage(packagePattern(pattern), name), isMatch, `${pattern} on ${name}`);
  }
});

test('readPackagePattern() keeps the specifiers apart from the name', () => {
  const versions = (text: string): number | undefined => packagePattern(text).specifiers?.clauses.length;
  assert.equal(versions('pandas'), undefined);
  assert.equal(versions('pandas>=2'), 1);
  assert.equal(versions('pandas >=2, <3'), 2);
  assert.equal(versions('acme-*!=1.*'), 1);
});

test('readPackagePattern() refuses what would never match or be misread', () => {
  const wrong = [
    '',
    ' ',
    'pandas>>2',
    'pandas 2',
    'pandas>=',
    'pandas>=2 <3',
    'foo bar',
    'foo[extra]==',
    'a[',
    '-foo',
    'foo@x',
    'foo;x',
    'föö*',
    'foo/*',
  ];
  for (const text of wrong) {
    const reading = readPackagePattern(text);
    assert.ok(!reading.ok, text);
    assert.ok(reading.message.length > 10);
  }
  assert.ok(!readPackagePattern('a'.repeat(2001)).ok);
});

test('packagePattern() gives the same pattern for the same text', () => {
  assert.equal(packagePattern('numpy>=1'), packagePattern('numpy>=1'));
});

test('a rule that names extras is refused, as they would be read as a set of characters', () => {
  for (const text of ['requests[security]', 'uvicorn[standard]>=0.2']) {
    const reading = readPackagePattern(text);
    assert.ok(!reading.ok, text);
    assert.match(reading.message, /names extras, which a rule cannot: write “/);
  }
  for (const text of ['lib[abc]*', 'py[23]', 'acme-[a-z]', 'acme-[a-z]*'])
    assert.equal(readPackagePattern(text).ok, true, text);
});
