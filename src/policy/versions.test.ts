import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addOne, compareVersions, parseVersion, type Version } from './versions.ts';

// Thousands of pairs more are held against Python's packaging in test/policy.

test('parseVersion() reads every segment', () => {
  const version = read(' v1!2.03.0-ALPHA_4.rev5-dev6+Ubuntu-07.x ');
  assert.deepEqual(
    { ...version, text: '' },
    {
      text: '',
      epoch: 1,
      release: [2, 3, 0],
      pre: { letter: 'a', number: 4 },
      post: 5,
      dev: 6,
      local: ['ubuntu', 7, 'x'],
      isPrerelease: true,
    },
  );
});

test('parseVersion() refuses what is no version, and what is too long to be one', () => {
  for (const text of [
    '',
    'x',
    '1.',
    '.1',
    '1..0',
    '1.0+',
    '1!',
    '1.0beta gamma',
    '١.٠',
    '1.0.poſt1',
    '1'.repeat(1001),
  ]) {
    assert.equal(parseVersion(text), undefined, text);
  }
});

test('parseVersion() calls development versions pre-releases, and post-releases not', () => {
  const table = {
    '1.0': false,
    '1.0.post1': false,
    '1.0+local': false,
    '1.0a1': true,
    '1.0.dev1': true,
    '1.0.post1.dev1': true,
  };
  for (const [text, isPrerelease] of Object.entries(table)) assert.equal(read(text).isPrerelease, isPrerelease, text);
});

test('compareVersions() sorts as PEP 440 lists them', () => {
  const sorted = [
    '0.dev0',
    '0',
    '1.dev0',
    '1.0.dev456',
    '1.0a1',
    '1.0a2.dev456',
    '1.0a12.dev456',
    '1.0a12',
    '1.0a12.post1',
    '1.0b1.dev456',
    '1.0b2',
    '1.0b2.post345.dev456',
    '1.0b2.post345',
    '1.0rc1.dev456',
    '1.0rc1',
    '1.0',
    '1.0+abc.5',
    '1.0+abc.7',
    '1.0+5',
    '1.0+5.1',
    '1.0.post456.dev34',
    '1.0.post456',
    '1.0.15',
    '1.1.dev1',
    '1.9007199254740992',
    '1.9007199254740993',
    '1!0.1',
  ];
  for (const [index, text] of sorted.entries()) {
    for (const [otherIndex, other] of sorted.entries()) {
      const order = Math.sign(compareVersions(read(text), read(other)));
      assert.equal(order, Math.sign(index - otherIndex), `${text} and ${other}`);
    }
  }
});

test('compareVersions() calls different spellings equal', () => {
  for (const [one, other] of [
    ['1.0', '1'],
    ['1.0', '1.0.0'],
    ['1.0-1', '1.0.post1'],
    ['1.0c1', '1.0RC1'],
    ['01', '1'],
    ['1.0+A.01', '1.0+a-1'],
    ['0!1', '1'],
  ]) {
    assert.equal(compareVersions(read(one!), read(other!)), 0, `${one} and ${other}`);
  }
});

test('addOne() is exact beyond what a number holds', () => {
  assert.equal(addOne(1), 2);
  assert.equal(addOne(Number.MAX_SAFE_INTEGER), 9007199254740992n);
  assert.equal(addOne(9007199254740992n), 9007199254740993n);
});

function read(text: string): Version {
  const version = parseVersion(text);
  assert.ok(version, text);
  return version;
}
