import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lockedPackage } from '../../../test/packages/locked-package.ts';
import { type LockContent, lockContentSchema, sealLock } from './lock.ts';

const content: LockContent = { target: 'python 3.12', packages: [lockedPackage('b'), lockedPackage('a')] };

test('sealLock() orders packages by name, and gives equal content in another order the same digest', () => {
  const lock = sealLock(content);
  assert.deepEqual(
    lock.packages.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.match(lock.digest, /^[0-9a-f]{64}$/);
  assert.equal(sealLock({ ...content, packages: content.packages.toReversed() }).digest, lock.digest);
});

const differences: Readonly<Record<string, LockContent>> = {
  'another version': { ...content, packages: [lockedPackage('b'), lockedPackage('a', { version: '1.1' })] },
  'another hash': {
    ...content,
    packages: [
      lockedPackage('b'),
      lockedPackage('a', { wheels: [{ filename: 'a-1.0-py3-none-any.whl', url: '', sha256: 'cd'.repeat(32) }] }),
    ],
  },
  'another index': { ...content, packages: [lockedPackage('b'), lockedPackage('a', { index: 'other' })] },
  'another target': { ...content, target: 'python 3.13' },
  'one package more': { ...content, packages: [...content.packages, lockedPackage('c')] },
};

for (const [what, other] of Object.entries(differences)) {
  test(`sealLock() gives ${what} another digest`, () => {
    assert.notEqual(sealLock(other).digest, sealLock(content).digest);
  });
}

test('sealLock() gives the same files from another address, needed by others, the same digest', () => {
  const [first, second] = content.packages.map((each) => ({
    ...each,
    requiredBy: ['z'],
    wheels: each.wheels.map((wheel) => ({ ...wheel, url: 'https://mirror.example/', sizeBytes: 5 })),
  }));
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(sealLock({ ...content, packages: [first, second] }).digest, sealLock(content).digest);
});

test('lockContentSchema refuses what no lock has', () => {
  const refused = [
    { ...content, packages: [{ ...lockedPackage('a'), version: 'latest' }] },
    { ...content, packages: [{ ...lockedPackage('a'), name: '../a' }] },
    { ...content, packages: [lockedPackage('a', { wheels: [{ filename: 'a', url: '', sha256: 'short' }] })] },
    { ...content, more: true },
  ];
  for (const each of refused) assert.equal(lockContentSchema.safeParse(each).success, false);
  assert.equal(lockContentSchema.safeParse(content).success, true);
});
