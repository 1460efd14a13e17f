import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { digestTree, fileLine, lineOf, meaningOf, pointerLine } from './tree-digest.ts';

const one = fileLine('a.py', false, 'x');
const other = fileLine('b.py', false, 'y');

describe('digestTree()', () => {
  it('does not depend on the order', () => {
    assert.equal(digestTree([one, other]), digestTree([other, one]));
    assert.match(digestTree([]), /^[0-9a-f]{64}$/);
  });

  it('changes with every part of a line, and with every line', () => {
    const changed = [
      [one],
      [one, other, fileLine('c.py', false, 'z')],
      [fileLine('c.py', false, 'x'), other],
      [fileLine('a.py', true, 'x'), other],
      [fileLine('a.py', false, 'z'), other],
      [pointerLine('a.py', 'x'), other],
    ];
    const digests = [[one, other], ...changed].map(digestTree);
    assert.equal(new Set(digests).size, digests.length);
  });
});

describe('lineOf()', () => {
  const stored = { kind: 'stored', from: '/x', sha256: 'ab', sizeBytes: 1, isExecutable: false } as const;

  it('is the same wherever the interpreter and the store lie', () => {
    const to = (target: string) => lineOf('bin/python', { kind: 'pointer', target });
    assert.deepEqual(to('/usr/bin/python3.11'), to('/opt/python/bin/python3.11'));
    assert.notDeepEqual(to('python'), to('python2'));
    assert.deepEqual(lineOf('a.py', stored), lineOf('a.py', { ...stored, from: '/y' }));
  });

  it('has none for bytecode', () => {
    assert.equal(lineOf('a/__pycache__/b.cpython-311.pyc', stored), undefined);
  });
});

describe('meaningOf()', () => {
  const of = (path: string, text: string): string => meaningOf(path, Buffer.from(text)).toString();

  it('leaves the machine’s part out of pyvenv.cfg', () => {
    const text = 'home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.7\n';
    assert.equal(of('pyvenv.cfg', text), 'include-system-site-packages = false\n');
    assert.equal(of('lib/pyvenv.cfg', text), text);
  });

  it('leaves bytecode out of RECORD, where it is one', () => {
    const text = '__pycache__/a.cpython-311.pyc,,\na.py,,\n';
    assert.equal(of('lib/python3.11/site-packages/a-1.dist-info/RECORD', text), 'a.py,,\n');
    assert.equal(of('lib/python3.11/site-packages/a/RECORD', text), text);
    assert.equal(of('lib/python3.11/site-packages/a/a-1.dist-info/RECORD', text), text);
  });
});
