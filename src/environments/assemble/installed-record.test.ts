import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { isBytecode, sha256Of, withoutBytecode, writeRecord } from './installed-record.ts';

const site = 'lib/python3.11/site-packages';
const sha256 = sha256Of(Buffer.alloc(0));
const empty = 'sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0';

describe('writeRecord()', () => {
  const write = (...paths: readonly string[]): string =>
    writeRecord(
      paths.map((path) => ({ path, sha256, sizeBytes: 0 })),
      site,
    ).toString();

  it('tells paths from the folder of packages on, wherever they lie', () => {
    assert.equal(write(`${site}/acme/__init__.py`), `acme/__init__.py,${empty}\n`);
    assert.equal(write('bin/acme'), `../../../bin/acme,${empty}\n`);
    assert.equal(write('lib/python3.11/other'), `../../../lib/python3.11/other,${empty}\n`);
  });

  it('sorts its rows', () => {
    assert.deepEqual(write('bin/z', `${site}/b`, `${site}/a`).match(/^[^,]+/gm), ['../../../bin/z', 'a', 'b']);
  });

  it('quotes commas and quotes as CSV does', () => {
    assert.equal(write(`${site}/a,b`), `"a,b",${empty}\n`);
    assert.equal(write(`${site}/a"b`), `"a""b",${empty}\n`);
  });

  it('leaves digest and size open where there is none', () => {
    assert.equal(writeRecord([{ path: `${site}/a/RECORD` }], site).toString(), 'a/RECORD,,\n');
  });
});

describe('isBytecode()', () => {
  it('is what lies in a folder of its name, and ends so', () => {
    for (const path of ['__pycache__/a.cpython-311.pyc', 'a/__pycache__/b.cpython-39.opt-1.pyc']) {
      assert.ok(isBytecode(path), path);
    }
    for (const path of ['a.pyc', '__pycache__/a.py', '__pycache__/a/b.pyc', 'my__pycache__/a.pyc']) {
      assert.ok(!isBytecode(path), path);
    }
  });
});

describe('withoutBytecode()', () => {
  it('takes the rows of bytecode out, and no other', () => {
    const rows = ['a.py', 'a.pyc', '__pycache__/a.cpython-311.pyc', 'b,c/__pycache__/d.cpython-311.pyc', 'x/RECORD'];
    const record = writeRecord(
      rows.map((path) => ({ path: `${site}/${path}` })),
      site,
    ).toString();
    assert.equal(withoutBytecode(record), 'a.py,,\na.pyc,,\nx/RECORD,,\n');
  });
});
