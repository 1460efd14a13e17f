import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readArguments } from '../wish/index.ts';
import { findGaps } from './find-gaps.ts';
import { environmentOf } from './target-environment.ts';

const environment = environmentOf({ pythonVersion: '3.12', platform: 'x86_64-unknown-linux-gnu' });

/** By name and version: what it needs, and for which Pythons it is. */
function find(
  wish: readonly string[],
  tree: Readonly<Record<string, readonly string[]>>,
  pythons: Readonly<Record<string, string>> = {},
): string[] {
  const { requirements, problems } = readArguments(wish);
  assert.deepEqual(problems, []);
  const packages = Object.entries(tree).map(([key, needs]) => {
    const [name = '', version = ''] = key.split(' ');
    return { name, version, needs, requiresPython: pythons[name] };
  });
  return findGaps({ packages, requirements, environment });
}

describe('findGaps()', () => {
  it('finds nothing where all is there', () => {
    const tree = { 'app 1.0': ['Dep (>=1,<2)', 'plug[x]~=3.1'], 'dep 1.5': [], 'plug 3.2': ['dep'] };
    assert.deepEqual(find(['app', 'dep>=1.5'], tree, { app: '>=3.9,<4' }), []);
  });

  it('names what is not there, and who needs it', () => {
    assert.deepEqual(find(['app', 'more'], { 'app 1.0': ['dep>=1'] }), [
      'what is asked for needs more, which is not there',
      'app 1.0 needs dep>=1, which is not there',
    ]);
  });

  it('names what is there in a version that does not do', () => {
    assert.deepEqual(find(['app>=2'], { 'app 1.0': ['dep!=1.5'], 'dep 1.5': [] }), [
      'what is asked for needs app>=2, and there is 1.0',
      'app 1.0 needs dep!=1.5, and there is 1.5',
    ]);
  });

  it('looks only at what is needed on the target', () => {
    const tree = { 'app 1.0': ['a; sys_platform == "win32"', 'b; python_version < "3.12"', 'c; extra == "x"'] };
    assert.deepEqual(find(['app', 'd; sys_platform == "darwin"'], tree), []);
    assert.deepEqual(find(['app[x]'], tree), ['app 1.0 needs c, which is not there']);
  });

  it('follows the extras that packages ask of each other', () => {
    const tree = { 'app 1.0': ['dep[x]'], 'dep 1.0': ['hidden; extra == "x"', 'other; extra == "y"'] };
    assert.deepEqual(find(['app'], tree), ['dep 1.0 needs hidden, which is not there']);
  });

  it('names what is for another Python, upper bounds too', () => {
    assert.deepEqual(find(['app'], { 'app 1.0': [] }, { app: '<3.12' }), [
      'app 1.0 needs Python <3.12, and the target has 3.12.0',
    ]);
    assert.equal(find(['app'], { 'app 1.0': [] }, { app: '>=3.13' }).length, 1);
  });

  it('says nothing of what cannot be read, or only the kernel knows', () => {
    const needs = ['gone ; nonsense', 'dep>=1.*', 'old; platform_release < "2"', 'other @ https://x.example/other.whl'];
    assert.deepEqual(find(['app'], { 'app 1.0': needs, 'dep 1.0': [], 'other 1.0': [] }), []);
  });

  it('takes local versions and pre-releases for what PEP 440 takes them', () => {
    assert.deepEqual(find(['app==1.0', 'dep>=2rc1'], { 'app 1.0+cpu': [], 'dep 2.0rc2': [] }), []);
    assert.deepEqual(find(['dep>=2'], { 'dep 2.0rc2': [] }), ['what is asked for needs dep>=2, and there is 2.0rc2']);
  });
});
