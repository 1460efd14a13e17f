import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readRequirements, wantedSet, withoutProjects, withRequirements } from './requirements.ts';

describe('withRequirements()', () => {
  it('adds to what is declared, in the order in which it was declared', () => {
    assert.deepEqual(withRequirements(['pandas>=2', 'attrs'], ['numpy']).lines, ['pandas>=2', 'attrs', 'numpy']);
  });

  it('replaces what was declared of the same project, however it is spelled', () => {
    const { lines } = withRequirements(['Scikit_Learn>=1', 'six'], ['scikit-learn[examples]<2']);
    assert.deepEqual(lines, ['six', 'scikit-learn[examples]<2']);
  });

  it('keeps several lines of one project that hold at different places', () => {
    const added = ['numpy<2 ; python_version < "3.12"', 'numpy>=2 ; python_version >= "3.12"'];
    assert.equal(withRequirements(['numpy'], added).lines.length, 2);
  });

  it('reads back what it wrote, hashes and markers too', () => {
    const line = `six==1.16.0 ; sys_platform == "linux" --hash=sha256:${'a'.repeat(64)}`;
    const { lines, wish } = withRequirements([], [line]);
    assert.deepEqual(withRequirements(lines, []), { ...wantedSet(readRequirements(lines)), wish });
  });

  it('has one digest for the same set in any order', () => {
    assert.equal(withRequirements(['six'], ['attrs']).wish, withRequirements(['attrs'], ['six']).wish);
  });

  it('takes nothing that is no requirement', () => {
    assert.throws(() => withRequirements([], ['./here']), { code: 'WISH_INVALID' });
    assert.throws(() => withRequirements([], ['-e .']), { code: 'WISH_INVALID' });
  });
});

describe('withoutProjects()', () => {
  it('drops all lines of a project, and no other', () => {
    assert.deepEqual(withoutProjects(['Foo.Bar>=1', 'foo', 'six'], ['foo_bar']).lines, ['foo', 'six']);
  });

  it('may leave nothing', () => {
    assert.deepEqual(withoutProjects(['six'], ['six']).lines, []);
  });

  it('says what was meant where a project is not declared', () => {
    assert.throws(() => withoutProjects(['pandas'], ['panda']), { code: 'USAGE', hint: 'Did you mean “pandas”?' });
    assert.throws(() => withoutProjects([], ['numpy']), { code: 'USAGE', hint: 'It declares nothing.' });
  });
});
