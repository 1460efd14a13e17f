import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { pointAtPython, writeProgram } from './program-text.ts';

describe('writeProgram()', () => {
  it('imports the first name of the function and calls the whole', () => {
    const text = writeProgram({ module: 'acme.cli', attribute: 'App.main' });
    assert.match(text, /^#!\/belljar\/environment\/bin\/python\n/);
    assert.match(text, /^from acme\.cli import App$/m);
    assert.match(text, /^ {4}sys\.exit\(App\.main\(\)\)$/m);
  });
});

describe('pointAtPython()', () => {
  const rewritten = '#!/belljar/environment/bin/python';
  const cases: readonly [string, string, string][] = [
    ['any Python', '#!python\nprint(1)\n', `${rewritten}\nprint(1)\n`],
    ['a Python with windows', '#!pythonw\nprint(1)\n', `${rewritten}\nprint(1)\n`],
    ['a version', '#!python3.9\n', `${rewritten}\n`],
    ['options, which go', '#!python -E -s\nprint(1)\n', `${rewritten}\nprint(1)\n`],
    ['a line that ends as on Windows', '#!python\r\nprint(1)\r\n', `${rewritten}\nprint(1)\r\n`],
    ['nothing but the first line', '#!python', rewritten],
  ];
  for (const [what, script, expected] of cases) {
    it(`rewrites a first line that asks for ${what}`, () => {
      assert.equal(pointAtPython(Buffer.from(script)).toString(), expected);
    });
  }

  for (const script of ['#!/usr/bin/python\n', '#!/bin/sh\n#!python\n', '#! python\n', '#!pyth', '']) {
    it(`leaves alone what begins with ${JSON.stringify(script)}`, () => {
      assert.equal(pointAtPython(Buffer.from(script)).toString(), script);
    });
  }

  it('changes nothing behind the first line, whatever bytes those are', () => {
    const rest = Buffer.from([0x0a, 0x00, 0xff, 0xfe, 0x0a]);
    const rewrittenBytes = pointAtPython(Buffer.concat([Buffer.from('#!python'), rest]));
    assert.deepEqual(rewrittenBytes.subarray(-rest.length), rest);
  });
});
