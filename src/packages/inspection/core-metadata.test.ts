import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type CoreMetadata, readCoreMetadata } from './core-metadata.ts';

const head = 'Metadata-Version: 2.4\nName: Acme.Tools\nVersion: 1.0\n';

function read(text: string): CoreMetadata {
  const reading = readCoreMetadata(Buffer.from(text));
  assert.ok(reading.ok, 'message' in reading ? reading.message : '');
  return reading.metadata;
}

function refuses(text: string | Buffer, message: RegExp): void {
  const reading = readCoreMetadata(Buffer.from(text));
  assert.ok(!reading.ok);
  assert.match(reading.message, message);
}

describe('readCoreMetadata()', () => {
  it('reads names, requirements and what Python it needs', () => {
    const more = 'Requires-Python: >=3.9\nRequires-Dist: a>=1\nRequires-Dist: b; extra == "x"\nProvides-Extra: x\n';
    const metadata = read(`${head}${more}\nRequires-Dist: only text\n`);
    assert.deepEqual([metadata.name, metadata.version, metadata.requiresPython], ['Acme.Tools', '1.0', '>=3.9']);
    assert.deepEqual([metadata.requires, metadata.extras], [['a>=1', 'b; extra == "x"'], ['x']]);
  });

  it('reads lines that go on, of any ending, and names of any case', () => {
    const metadata = read('METADATA-VERSION: 1.1\r\nname: a\r\nVersion: 1\r\nDescription: one\r\n        two\r\n');
    assert.equal(metadata.name, 'a');
  });

  it('reads the modules that it says to bring, but for private ones', () => {
    const metadata = read(`${head}Import-Name: acme\nImport-Name: hidden ; private\nImport-Namespace: zope\n`);
    assert.deepEqual([metadata.importNames, metadata.importNamespaces], [['acme'], ['zope']]);
    assert.deepEqual(read(`${head}Import-Name:\n`).importNames, [], 'which says that it brings none');
  });

  it('refuses what two programs could read differently', () => {
    refuses(`${head}no field\nRequires-Dist: evil\n`, /from line 4 on/);
    refuses(`${head}Summary: a\rRequires-Dist: evil\n`, /stray end of line in line 4/);
    refuses(`${head}Name: b\n`, /says name more than once/);
    refuses(`${head}License: a\nLicense: b\n`, /says license more than once/);
    refuses(`\ufeff${head}`, /from line 1 on/);
    refuses(` ${head}`, /from line 1 on/);
    refuses(Buffer.concat([Buffer.from(head), Buffer.from([0x41, 0x3a, 0xff])]), /not written in UTF-8/);
  });

  it('refuses what tells of nothing', () => {
    refuses('', /missing or empty/);
    refuses('Name: a\nVersion: 1\n', /version of the format/);
    refuses(head.replace('2.4', '3.0'), /version of the format/);
    refuses(head.replace('Acme.Tools', '-acme'), /no name/);
    refuses(head.replace('1.0', 'new'), /no version that is one/);
    refuses(`${head}${'Requires-Dist: a\n'.repeat(5001)}`, /more requirements/);
    refuses(`${head}\n${' '.repeat(9 << 20)}`, /too large/);
  });
});
