import assert from 'node:assert/strict';
import { it } from 'node:test';

import { isNativeCode } from './native-code.ts';

const begins = (hex: string): Buffer => Buffer.from(hex, 'hex');

it('isNativeCode() goes by what a file begins with, whatever it is called', () => {
  for (const path of ['acme/lib.class', 'acme/lib.bin', 'acme/lib']) {
    for (const hex of ['7f454c46', 'feedfacf', 'cffaedfe'])
      assert.ok(isNativeCode(path, begins(hex)), `${path} ${hex}`);
    assert.ok(!isNativeCode(path, Buffer.from('text')), path);
  }
  assert.ok(isNativeCode('acme/lib', begins('cafebabe')));
  assert.ok(!isNativeCode('acme/Main.class', begins('cafebabe')), 'compiled Java begins so, too');
});
