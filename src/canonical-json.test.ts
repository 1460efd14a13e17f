import assert from 'node:assert/strict';
import { test } from 'node:test';

import { canonicalJson } from './canonical-json.ts';

test('canonicalJson orders keys by UTF-16 code units, at every level', () => {
  assert.equal(canonicalJson({ b: 1, a: { d: 1, c: 2 } }), '{"a":{"c":2,"d":1},"b":1}');
  // The order of RFC 8785, section 3.2.3: the emoji's surrogates sort before U+FB33.
  const keys = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
  const ordered = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33'];
  const written = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
  assert.deepEqual(
    Object.keys(JSON.parse(written) as object).filter((key) => key !== '1'),
    ordered.filter((key) => key !== '1'),
  );
  assert.equal(written, `{${ordered.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`);
});

test('canonicalJson orders keys that look like numbers as text', () => {
  assert.equal(canonicalJson({ 10: 'a', 9: 'b', 1: 'c' }), '{"1":"c","10":"a","9":"b"}');
});

test('canonicalJson writes numbers as ECMAScript does', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [-0, '0'],
    [1e21, '1e+21'],
    [1e20, '100000000000000000000'],
    [1e-7, '1e-7'],
    [0.000001, '0.000001'],
    [4.5, '4.5'],
    [2e-3, '0.002'],
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [333333333.33333329, '333333333.3333333'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ];
  for (const [value, text] of cases) assert.equal(canonicalJson(value), text);
});

test('canonicalJson escapes what must be escaped, and nothing else', () => {
  assert.equal(
    canonicalJson('\u20ac$\u000f\nA\'B"\\/\b\t\f\r\u007f\u2028é😀'),
    '"€$\\u000f\\nA\'B\\"\\\\/\\b\\t\\f\\r\u007f\u2028é😀"',
  );
  assert.equal(canonicalJson({ 'a"b': 1 }), '{"a\\"b":1}');
});

test('canonicalJson writes literals, arrays and empty things without white space', () => {
  assert.equal(canonicalJson([null, true, false, [], {}, 'x', [1, [2]]]), '[null,true,false,[],{},"x",[1,[2]]]');
});

test('canonicalJson gives one text to equal values, whatever their order was', () => {
  const one = { z: [{ b: 1, a: 2 }], a: 'x' };
  const other = { a: 'x', z: [{ a: 2, b: 1 }] };
  assert.equal(canonicalJson(one), canonicalJson(other));
  assert.equal(canonicalJson(JSON.parse(canonicalJson(one))), canonicalJson(one));
});

test('canonicalJson keeps a key that is called __proto__', () => {
  assert.equal(canonicalJson(JSON.parse('{"__proto__":{"a":1},"b":2}')), '{"__proto__":{"a":1},"b":2}');
});

test('canonicalJson refuses what JSON cannot say', () => {
  const refused: unknown[] = [
    NaN,
    Infinity,
    -Infinity,
    undefined,
    { a: undefined },
    [undefined],
    new Array(2),
    1n,
    Symbol('s'),
    () => 1,
    new Date(0),
    new Map([[1, 2]]),
    Object.create({ inherited: 1 }),
    Buffer.from('x'),
    '\ud800',
    'x\udc00',
    { '\ud83d': 1 },
  ];
  for (const value of refused) assert.throws(() => canonicalJson(value), { code: 'USAGE' }, typeof value);
  assert.equal(canonicalJson('\ud83d\ude00'), '"😀"', 'a whole pair is fine');
  assert.equal(canonicalJson(Object.assign(Object.create(null) as object, { a: 1 })), '{"a":1}');
});

test('canonicalJson refuses nesting that could exhaust the stack, and circles', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 64; level++) deep = [deep];
  assert.equal(canonicalJson(deep).length, 129);
  assert.throws(() => canonicalJson([deep]), { code: 'USAGE', message: /64 levels/ });
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  assert.throws(() => canonicalJson(circle), { code: 'USAGE' });
});
