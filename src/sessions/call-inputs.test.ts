import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';

import { readInputs } from './call-inputs.ts';

class Point {
  readonly x = 1;
}

describe('readInputs()', () => {
  it('takes what JSON carries as it is', () => {
    const inputs = {
      text: 'a\u2028',
      list: [1, -0.5, 1.5e300, 1e21, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER],
      nested: { yes: true, none: null },
    };
    assert.deepEqual(readInputs(inputs), inputs);
    assert.deepEqual(readInputs({}), {});
    assert.deepEqual(readInputs(Object.create(null)), {});
    assert.deepEqual(readInputs(runInNewContext('({ a: [{ b: 1 }] })')), { a: [{ b: 1 }] });
  });

  it('takes what says by itself how it travels, and leaves out what is undefined', () => {
    assert.deepEqual(readInputs({ at: new Date(0), gone: undefined }), { at: '1970-01-01T00:00:00.000Z' });
  });

  it('refuses what would become something else, with its place', () => {
    const cases: [unknown, RegExp][] = [
      [{ a: NaN }, /the input a is NaN/],
      [{ a: { b: [0, Infinity] } }, /the input a\.b\.1 is Infinity/],
      [{ a: 2 ** 53 }, /the input a is a whole number beyond 2\^53/],
      [{ a: -(2 ** 60) }, /beyond 2\^53/],
      [{ a: 1n }, /the input a is a bigint/],
      [{ a: [undefined] }, /the input a\.0 is undefined/],
      [{ a: () => 1 }, /the input a is a function/],
      [{ a: Symbol('x') }, /the input a is a symbol/],
      [{ a: new Map([[1, 2]]) }, /the input a is of the class Map/],
      [{ a: new Point() }, /the input a is of the class Point/],
      [{ a: new Uint8Array(2) }, /the input a is of the class Uint8Array/],
    ];
    for (const [inputs, message] of cases) assert.throws(() => readInputs(inputs), { code: 'USAGE', message });
  });

  it('refuses what is no object of names, and what holds itself', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    for (const inputs of [null, 1, 'a', [1], new Map(), circle]) {
      assert.throws(() => readInputs(inputs), { code: 'USAGE' });
    }
  });

  it('keeps what was given at that moment', () => {
    const inputs = { list: [1] };
    const read = readInputs(inputs);
    inputs.list.push(2);
    assert.deepEqual(read, { list: [1] });
  });
});
