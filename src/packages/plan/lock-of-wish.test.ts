import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { lockedPackage } from '../../../test/packages/locked-package.ts';
import { sealLock, targetKey } from '../resolve/index.ts';
import { digestWish, readArguments } from '../wish/index.ts';
import { keptBy, keyOf, versionsThere } from './lock-of-wish.ts';

const target = { pythonVersion: '3.12' };
const asked = readArguments(['dep']).requirements;
const wish = digestWish(asked);
const lock = sealLock({
  target: targetKey(target),
  packages: [lockedPackage('dep'), lockedPackage('app', { requiredBy: ['dep'] })],
});
const present = { packages: lock.packages, kept: { lock, wish, time: '2026-01-01T00:00:00Z' } };
const all = { takesSources: true };

describe('keyOf()', () => {
  it('is of the wish alone where nothing is there', () => {
    assert.deepEqual(keyOf({ asked, target }, all), { wish, target: lock.target });
    assert.deepEqual(keyOf({ asked, target, present: { packages: [] } }, all), keyOf({ asked, target }, all));
    assert.notDeepEqual(keyOf({ asked, target }, { takesSources: false }), keyOf({ asked, target }, all));
  });

  it('is another for each set of versions that is there, in whatever order, unless they are to move', () => {
    const key = keyOf({ asked, target, present }, all);
    assert.notEqual(key.wish, wish);
    assert.deepEqual(keyOf({ asked, target, present: { packages: lock.packages.toReversed() } }, all), key);
    const newer = { packages: [lockedPackage('app'), lockedPackage('dep', { version: '2.0' })] };
    assert.notDeepEqual(keyOf({ asked, target, present: newer }, all), key);
    assert.equal(keyOf({ asked, target, present, upgrade: true }, all).wish, wish);
  });
});

describe('versionsThere()', () => {
  it('names what is there, and nothing where it is to move', () => {
    const there = versionsThere({ asked, target, present });
    assert.deepEqual(there.map(({ name, version }) => `${name} ${version}`).sort(), ['app 1.0', 'dep 1.0']);
    assert.deepEqual(versionsThere({ asked, target, present, upgrade: true }), []);
  });
});

describe('keptBy()', () => {
  it('is the lock that is there where it is of this very wish and target', () => {
    assert.equal(keptBy({ asked, target, present })?.lock, lock);
    assert.equal(keptBy({ asked, target, present: { packages: lock.packages } }), undefined);
    assert.equal(keptBy({ asked: readArguments(['dep>=1']).requirements, target, present }), undefined);
    assert.equal(keptBy({ asked, target: { pythonVersion: '3.13' }, present }), undefined);
  });

  it('is none where something is there that nobody asks for now, or needs', () => {
    const more = sealLock({ target: targetKey(target), packages: [...lock.packages, lockedPackage('stray')] });
    assert.equal(keptBy({ asked, target, present: { ...present, kept: { ...present.kept, lock: more } } }), undefined);
  });
});
