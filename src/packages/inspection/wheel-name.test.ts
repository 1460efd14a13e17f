import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { expandTags, parseWheelName } from './wheel-name.ts';

describe('parseWheelName()', () => {
  it('reads name, version, build and tags', () => {
    const name = parseWheelName('Foo_Bar-1.0.post1-2b-cp39.cp310-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl');
    assert.deepEqual([name?.name, name?.version.text, name?.build], ['foo-bar', '1.0.post1', '2b']);
    assert.deepEqual([...(name?.tags ?? [])].sort(), [
      'cp310-abi3-manylinux2014_x86_64',
      'cp310-abi3-manylinux_2_17_x86_64',
      'cp39-abi3-manylinux2014_x86_64',
      'cp39-abi3-manylinux_2_17_x86_64',
    ]);
  });

  it('reads local versions and epochs', () => {
    assert.equal(parseWheelName('torch-2.1.0+cu121-cp311-cp311-linux_x86_64.whl')?.name, 'torch');
    assert.equal(parseWheelName('a-1!2.0-py3-none-any.whl')?.name, 'a');
  });

  it('refuses what is no name of a wheel', () => {
    const names = [
      'a-1.0.tar.gz',
      'a-1.0-py3-none.whl',
      'a-b-1.0-py3-none-any.whl',
      'a-new-py3-none-any.whl',
      '-1.0-py3-none-any.whl',
      '../a-1.0-py3-none-any.whl',
      'a b-1.0-py3-none-any.whl',
      'a-1.0-x1-py3-none-any.whl',
      'a-1.0-py3-none-.whl',
      'é-1.0-py3-none-any.whl',
      `a-1.0-${'py3.'.repeat(90)}py3-none-any.whl`.repeat(2),
    ];
    for (const name of names) assert.equal(parseWheelName(name), undefined, name);
  });
});

describe('expandTags()', () => {
  it('keeps a bound on how many there are', () => {
    const many = Array.from({ length: 40 }, (_, index) => `a${index}`).join('.');
    assert.equal(expandTags(`${many}-${many}-any`), undefined);
    assert.equal(expandTags(`${many}-none-any`)?.size, 40);
  });
});
