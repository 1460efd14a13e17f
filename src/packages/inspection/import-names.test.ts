import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { importNamesOf } from './import-names.ts';

describe('importNamesOf()', () => {
  it('finds packages, modules and extensions', () => {
    const paths = ['bs4/__init__.py', 'bs4/element.py', 'six.py', '_cffi.cpython-311-x86_64-linux-gnu.so'];
    assert.deepEqual(importNamesOf([...paths, 'fast.cpython-311-x86_64-linux-gnu.so', 'slow.abi3.so']), [
      'bs4',
      'fast',
      'six',
      'slow',
    ]);
  });

  it('finds the parts of a namespace that have no package above them', () => {
    const paths = ['google/cloud/storage/__init__.py', 'google/cloud/storage/blob.py', 'zope/event/__init__.py'];
    assert.deepEqual(importNamesOf(paths), ['google.cloud.storage', 'zope.event']);
  });

  it('leaves out what is carried along by mistake, and what is no module', () => {
    const paths = ['tests/__init__.py', 'x-1.dist-info/METADATA', 'x.libs/a.so', 'README', 'data.json', 'a-b/c.py'];
    assert.deepEqual(importNamesOf(paths), []);
  });

  it('looks into the folders that are spread at installation', () => {
    assert.deepEqual(importNamesOf(['x-1.data/purelib/real/__init__.py', 'x-1.data/scripts/tool']), ['real']);
  });
});
