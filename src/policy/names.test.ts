import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isProjectName, normalizeName } from './names.ts';

test('normalizeName() gives all spellings of a name one form', () => {
  for (const name of [
    'friendly-bard',
    'Friendly-Bard',
    'FRIENDLY-BARD',
    'friendly.bard',
    'friendly_bard',
    'friendly--bard',
    'FrIeNdLy-._.-bArD',
  ]) {
    assert.equal(normalizeName(name), 'friendly-bard');
  }
  assert.notEqual(normalizeName('friendlybard'), 'friendly-bard');
});

test('normalizeName() changes nothing that is normal already', () => {
  for (const name of ['a', 'numpy', 'ruamel-yaml-clib', '3to2']) assert.equal(normalizeName(name), name);
});

test('isProjectName() takes what PEP 508 takes', () => {
  for (const name of ['a', 'A', '0', 'numpy', 'zope.interface', 'a_b', 'a-b', 'a--b', '3to2'])
    assert.ok(isProjectName(name), name);
});

test('isProjectName() refuses what only looks like a name', () => {
  const wrong = [
    '',
    ' ',
    '-a',
    'a-',
    '.a',
    'a.',
    '_a',
    'a b',
    'a/b',
    'a@b',
    'a\n',
    'café',
    'nump\u0443',
    'a\u200bb',
    '..',
    'a'.repeat(201),
  ];
  for (const name of wrong) assert.ok(!isProjectName(name), JSON.stringify(name));
});
