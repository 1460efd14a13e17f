import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readWanted } from './read-wanted.ts';
import type { WishRequirement } from './wish-requirement.ts';

const source = { from: 'pylock.toml', line: 3 };
const plain: WishRequirement = { name: 'dep', extras: [], specifier: '==1.0', sha256s: ['ab'.repeat(32)], source };

describe('readWanted()', () => {
  it('reads lines, and what was read from a file before, with where it stood', () => {
    const marked = { ...plain, extras: ['x'], marker: 'os_name == "posix"' };
    const { requirements, problems } = readWanted(['Other >= 2', marked]);
    assert.deepEqual(problems, []);
    assert.deepEqual(requirements[0]?.name, 'other');
    assert.deepEqual(requirements[1], marked);
  });

  it('gives each its one spelling', () => {
    const { requirements } = readWanted([{ ...plain, name: 'A.Dep', extras: ['Y', 'X_x'], marker: "os_name=='a'" }]);
    const [found] = requirements;
    assert.deepEqual([found?.name, found?.extras, found?.marker], ['a-dep', ['x-x', 'y'], 'os_name == "a"']);
  });

  const hostile: Readonly<Record<string, Partial<Record<keyof WishRequirement, unknown>>>> = {
    'a second line behind a marker': { marker: 'python_version > "3"\nintruder' },
    'an option behind a marker': { marker: 'python_version > "3"\n--index-url http://other.example/simple' },
    'an option on the line': { marker: 'python_version > "3" --index-url http://other.example/simple' },
    'a marker that is none': { marker: 'no marker at all' },
    'a second line behind a version': { specifier: '==1.0\nintruder' },
    'a second line behind a name': { name: 'intruder\ndep' },
    'a second line in an extra': { extras: ['x]\nintruder[y'] },
    'a second line behind a hash': { sha256s: [`${'ab'.repeat(32)}\nintruder`] },
    'an address for versions': { specifier: ' @ http://other.example/dep-1.0.tar.gz' },
    'a hash for no version': { specifier: '>=1' },
    'no extras': { extras: undefined },
    'no name': { name: 7 },
  };

  for (const [what, part] of Object.entries(hostile)) {
    it(`refuses ${what}`, () => {
      const { requirements, problems } = readWanted([{ ...plain, ...part } as WishRequirement]);
      assert.deepEqual(requirements, []);
      assert.ok(problems.length > 0);
    });
  }

  it('says of what was read from a file where it stands there', () => {
    const [problem] = readWanted([{ ...plain, marker: 'nothing' }]).problems;
    assert.deepEqual([problem?.from, problem?.line, problem?.text], ['pylock.toml', 3, 'dep==1.0']);
  });
});
