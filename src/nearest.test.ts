import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { nearestAlike, nearestOf } from './nearest.ts';

describe('nearestOf()', () => {
  const words = ['viewer', 'owner', 'collaborator', 'operator'];
  const cases: readonly [string, string | undefined][] = [
    ['vewer', 'viewer'],
    ['viewre', 'viewer'],
    ['VIEWER', 'viewer'],
    ['colaborater', 'collaborator'],
    ['owners', 'owner'],
    ['viewer', 'viewer'],
    ['guest', undefined],
    ['', undefined],
    ['x', undefined],
  ];
  for (const [word, expected] of cases) {
    it(`finds ${String(expected)} for “${word}”`, () => assert.equal(nearestOf(word, words), expected));
  }

  it('finds nothing among nothing', () => assert.equal(nearestOf('anything', []), undefined));

  it('finds nothing for a word that is far too long', () => {
    assert.equal(nearestOf('n'.repeat(99), ['n'.repeat(100)]), 'n'.repeat(100));
    assert.equal(nearestOf('n'.repeat(101), ['n'.repeat(100)]), undefined);
  });

  it('finds nothing that takes more mistakes than the caller bears', () => {
    assert.equal(nearestOf('colaborater', words, 2), 'collaborator');
    assert.equal(nearestOf('colaborater', words, 1), undefined);
  });

  it('counts the swap of two neighbours as one mistake', () =>
    assert.equal(nearestOf('nmae', ['name', 'nmxx']), 'name'));
});

describe('nearestAlike()', () => {
  it('takes only what begins alike, or with the first two letters swapped', () => {
    const names = ['numpy', 'scipy', 'umpire'];
    assert.equal(nearestAlike('nmupy', names), 'numpy');
    assert.equal(nearestAlike('unmpy', names), 'numpy');
    assert.equal(nearestAlike('dumpy', names), undefined);
    assert.equal(nearestOf('dumpy', names), 'numpy');
    assert.equal(nearestAlike('numxx', names, 1), undefined);
  });
});
