import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { TargetTraits } from './target.ts';
import { bestWheel, mayFit } from './wheel-fit.ts';

const linux: TargetTraits = { pythonVersion: '3.12.4', minor: 12, system: 'linux', machine: 'x86_64', isMusl: false };

const fits = [
  'a-1-py3-none-any.whl',
  'a-1-py2.py3-none-any.whl',
  'a-1-1-py3-none-any.whl',
  'a-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
  'a-1-cp38-abi3-manylinux_2_28_x86_64.whl',
  'a-1-cp312-cp312-linux_x86_64.whl',
  'a-1-py37-none-manylinux1_x86_64.whl',
  'a-1-cp39-none-any.whl',
];

const misses = [
  'a-1-py2-none-any.whl',
  'a-1-cp311-cp311-manylinux_2_17_x86_64.whl',
  'a-1-cp313-abi3-manylinux_2_17_x86_64.whl',
  'a-1-py313-none-any.whl',
  'a-1-pp310-pypy310_pp73-manylinux_2_17_x86_64.whl',
  'a-1-cp312-cp312-manylinux_2_17_aarch64.whl',
  'a-1-cp312-cp312-musllinux_1_2_x86_64.whl',
  'a-1-cp312-cp312-macosx_11_0_arm64.whl',
  'a-1-cp312-cp312-win_amd64.whl',
  'a-1.tar.gz',
  'a-1-any.whl',
  'a.whl',
];

describe('mayFit()', () => {
  for (const name of fits) it(`takes ${name} for CPython 3.12 on Linux`, () => assert.equal(mayFit(name, linux), true));
  for (const name of misses) it(`leaves ${name}`, () => assert.equal(mayFit(name, linux), false));

  it('takes what is for another target there', () => {
    assert.equal(mayFit('a-1-cp312-cp312-musllinux_1_2_x86_64.whl', { ...linux, isMusl: true }), true);
    const mac: TargetTraits = { pythonVersion: '3.12.4', minor: 12, system: 'macos', machine: 'arm64', isMusl: false };
    assert.equal(mayFit('a-1-cp312-cp312-macosx_11_0_arm64.whl', mac), true);
    assert.equal(mayFit('a-1-cp312-cp312-win_amd64.whl', { ...linux, system: 'windows' }), true);
  });
});

describe('bestWheel()', () => {
  const pick = (...names: readonly string[]): string | undefined =>
    bestWheel(names.map((filename) => ({ filename })))?.filename;

  it('takes what is made for this very Python before what is made for many', () => {
    const own = 'a-1-cp312-cp312-manylinux_2_17_x86_64.whl';
    assert.equal(pick('a-1-py3-none-any.whl', 'a-1-cp39-abi3-manylinux_2_28_x86_64.whl', own), own);
    assert.equal(pick('a-1-py3-none-any.whl', 'a-1-cp39-abi3-any.whl'), 'a-1-cp39-abi3-any.whl');
    assert.equal(
      pick('a-1-cp39-abi3-linux_x86_64.whl', 'a-1-cp311-abi3-linux_x86_64.whl'),
      'a-1-cp311-abi3-linux_x86_64.whl',
    );
  });

  it('takes what may count on the newest system library', () => {
    const newest = 'a-1-cp312-cp312-manylinux_2_28_x86_64.whl';
    assert.equal(pick('a-1-cp312-cp312-manylinux2014_x86_64.whl', newest), newest);
    assert.equal(pick(newest, 'a-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl'), newest);
  });

  it('takes what is for one kind of machine before what is for several', () => {
    const [both, own] = ['a-1-cp312-cp312-macosx_10_9_universal2.whl', 'a-1-cp312-cp312-macosx_10_9_x86_64.whl'];
    assert.equal(pick(both, own), own);
    assert.equal(pick(own, both), own);
    const newer = 'a-1-cp312-cp312-macosx_11_0_universal2.whl';
    assert.equal(pick(own, newer), newer);
  });

  it('takes the highest build, and nothing where there is no wheel', () => {
    assert.equal(
      pick('a-1-py3-none-any.whl', 'a-1-2-py3-none-any.whl', 'a-1-10-py3-none-any.whl'),
      'a-1-10-py3-none-any.whl',
    );
    assert.equal(pick('a-1.tar.gz'), undefined);
  });
});
