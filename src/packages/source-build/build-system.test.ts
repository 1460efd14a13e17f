import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type BuildSystem, readBuildSystem } from './build-system.ts';

function read(pyproject: string | null, hasSetup = true): BuildSystem {
  return readBuildSystem({ pyproject: pyproject === null ? null : Buffer.from(pyproject), hasSetup });
}

const legacy = { requires: ['setuptools>=40.8.0'], backend: 'setuptools.build_meta:__legacy__', folders: [] };

describe('readBuildSystem()', () => {
  it('reads requirements, backend and folders', () => {
    const text =
      '[build-system]\nrequires = ["a", "b>=2"]\nbuild-backend = "a.build:Maker.make"\nbackend-path = ["tools"]\n';
    assert.deepEqual(read(text), { requires: ['a', 'b>=2'], backend: 'a.build:Maker.make', folders: ['tools'] });
  });

  it('takes setuptools for what says nothing', () => {
    assert.deepEqual(read(null), legacy);
    assert.deepEqual(read('[project]\nname = "a"\n', false), legacy);
    assert.deepEqual(read('[build-system]\nrequires = ["setuptools", "cython"]\n'), {
      ...legacy,
      requires: ['setuptools', 'cython'],
    });
  });

  it('refuses what nobody can build', () => {
    assert.throws(() => read(null, false), /neither pyproject\.toml nor setup\.py/);
  });

  for (const [what, text, message] of [
    ['no TOML', '[build-system', /is no TOML/],
    ['no requirements', '[build-system]\nbuild-backend = "a"\n', /build-system\.requires/],
    ['requirements that are no texts', '[build-system]\nrequires = [1]\n', /build-system\.requires\.0/],
    ['a backend that is code', '[build-system]\nrequires = []\nbuild-backend = "a;b"\n', /build-system\.build-backend/],
    [
      'a backend that is a path',
      '[build-system]\nrequires = []\nbuild-backend = "../a"\n',
      /build-system\.build-backend/,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => read(text), message);
    });
  }
});
