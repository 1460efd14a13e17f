import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findStaticMetadata, isSame } from './static-metadata.ts';

const dep = { name: 'some-dep', version: '1.0' };

function find(lines: readonly string[], identity = dep): string | undefined {
  return findStaticMetadata(Buffer.from(`${lines.join('\n')}\n\nDynamic: this is the readme\n`), identity)?.toString();
}

const stated = ['Metadata-Version: 2.2', 'Name: Some.Dep', 'Version: 1.0.0', 'Requires-Dist: other>=2'];

describe('findStaticMetadata()', () => {
  it('takes what holds for every wheel', () => {
    assert.match(find(stated) ?? '', /^Requires-Dist: other>=2$/m);
    assert.notEqual(find([...stated, 'Dynamic: Summary']), undefined);
    assert.notEqual(find(['Metadata-Version: 2.10', ...stated.slice(1)]), undefined);
  });

  for (const field of ['Requires-Dist', 'requires-python', 'Provides-Extra']) {
    it(`takes nothing where ${field} may still change`, () => {
      assert.equal(find([...stated, `Dynamic: ${field}`]), undefined);
    });
  }

  it('takes nothing of a format that promises nothing', () => {
    for (const format of ['1.2', '2.1']) {
      assert.equal(find([`Metadata-Version: ${format}`, ...stated.slice(1)]), undefined);
    }
  });

  it('takes nothing that is about another package, or none at all', () => {
    assert.equal(find(stated, { name: 'other', version: '1.0' }), undefined);
    assert.equal(find(stated, { ...dep, version: '2.0' }), undefined);
    assert.equal(findStaticMetadata(Buffer.from('nonsense'), dep), undefined);
    assert.equal(findStaticMetadata(null, dep), undefined);
  });
});

describe('isSame()', () => {
  it('compares names and versions by meaning', () => {
    assert.ok(isSame({ name: 'A_b', version: '1.0' }, { name: 'a-b', version: '1' }));
    assert.ok(!isSame({ name: 'a-b', version: '1.0+x' }, { name: 'a-b', version: '1.0' }));
    assert.ok(!isSame({ name: 'a-b', version: 'none' }, { name: 'a-b', version: 'none' }));
  });
});
