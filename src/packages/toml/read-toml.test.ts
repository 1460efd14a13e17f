import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { plainValue, readToml, TomlProblem } from './index.ts';

// Thousands of texts more are held against Python's tomllib in test/packages.

const read = (...lines: string[]): unknown => plainValue(readToml(lines.join('\n')));

function problemOf(...lines: string[]): TomlProblem {
  try {
    readToml(lines.join('\n'));
  } catch (error) {
    assert.ok(error instanceof TomlProblem);
    return error;
  }
  throw new Error(`it was taken: ${lines.join('\n')}`);
}

describe('readToml()', () => {
  it('reads values of every kind', () => {
    const table: Readonly<Record<string, unknown>> = {
      '"a\\u0041\\t\\"\\\\"': 'aA\t"\\',
      "'C:\\x'": 'C:\\x',
      '"""\nx\\\n   y"""': 'xy',
      '""""two"" in three"""': '"two"" in three',
      '""""""': '',
      '"""a"""""': 'a""',
      "'''it''s'''''": "it''s''",
      true: true,
      '-1_000': -1000,
      '+0': 0,
      '0xDEAD_beef': 0xdeadbeef,
      '0o17': 15,
      '0b101': 5,
      '9223372036854775807': 9223372036854775807n,
      '-9223372036854775808': -9223372036854775808n,
      '0xffffffffffffffff': 18446744073709551615n,
      '6.26e-34': 6.26e-34,
      '1_0.5': 10.5,
      '1e6': 1e6,
      '-inf': -Infinity,
      '1979-05-27T07:32:00.5-07:00': '1979-05-27T07:32:00.5-07:00',
      '1979-05-27 07:32:00': '1979-05-27 07:32:00',
      '2024-02-29': '2024-02-29',
      '07:32:00': '07:32:00',
      '[1, [2, "x"], ] # why': [1, [2, 'x']],
      '[ # one\n  1, # two\n\n]': [1],
      '{ a.b = 1, "c d" = {} }': { a: { b: 1 }, 'c d': {} },
      '{}': {},
    };
    for (const [text, value] of Object.entries(table)) assert.deepEqual(read(`x = ${text}`), { x: value }, text);
    assert.ok(Number.isNaN((read('x = nan') as { x: number }).x));
  });

  it('puts keys where their headers and dots say', () => {
    assert.deepEqual(
      read(
        'title = 1',
        'a.b.c = 1',
        'a.b."d.e" = 2',
        '[servers]',
        "[servers.'α']",
        'x = 1',
        '[[fruit]]',
        'name = "apple"',
        '[[fruit.kinds]]',
        'name = "red"',
        '[fruit.shape]',
        'round = true',
        '[[fruit]]',
        '[q . r]',
        '[q]',
        's.t = 1',
        '[a.b.z]',
      ),
      {
        title: 1,
        a: { b: { c: 1, 'd.e': 2, z: {} } },
        servers: { α: { x: 1 } },
        fruit: [{ name: 'apple', kinds: [{ name: 'red' }], shape: { round: true } }, {}],
        q: { r: {}, s: { t: 1 } },
      },
    );
  });

  it('tells on which line each value stands', () => {
    const root = readToml('\n[a]\r\nx = [\r\n  "one",\n\n  """\ntwo""",\n  3]\n');
    const table = root.entries.get('a');
    assert.ok(table?.kind === 'table');
    const list = table.entries.get('x');
    assert.ok(list?.kind === 'list');
    assert.deepEqual([table.line, list.line, ...list.items.map(({ line }) => line)], [2, 3, 4, 6, 8]);
  });

  it('keeps keys that mean something to JavaScript as keys', () => {
    const plain = read('__proto__.x = 1', 'constructor = 2') as object;
    assert.deepEqual(Object.keys(plain), ['__proto__', 'constructor']);
    assert.equal(Reflect.get({}, 'x'), undefined);
  });

  it('refuses what is no value, with the line', () => {
    const wrong: Readonly<Record<string, RegExp>> = {
      'x = ': /a value is missing/,
      'x = 01': /no number/,
      'x = 1__0': /no number/,
      'x = +0x1': /should end/,
      'x = 0xg': /no number/,
      'x = 1.': /should end/,
      'x = .5': /a value is missing/,
      'x = 1.e5': /should end/,
      'x = True': /a value is missing/,
      'x = "a': /does not end/,
      'x = "a\\q"': /stands before nothing/,
      'x = "\\e"': /stands before nothing/,
      'x = "\\ud800"': /no character/,
      'x = "\\U00110000"': /no character/,
      'x = "\u0001"': /must not/,
      "x = 'a": /does not end/,
      "x = '''a''": /does not end/,
      'x = """a""': /does not end/,
      'x = 2023-02-29': /no date/,
      'x = 2023-13-01': /no date/,
      'x = 0000-01-01': /no date/,
      'x = 24:00:00': /no date/,
      'x = 07:32': /no number|should end/,
      'x = [1': /does not end/,
      'x = [1 2]': /does not end/,
      'x = [,]': /a value is missing/,
      'x = { a = 1,}': /a key is missing/,
      'x = { a = 1\n}': /does not end/,
      'x = { a = 1, a = 2 }': /twice/,
      'x = 1 y = 2': /should end/,
      'x 1': /“=”/,
      '= 1': /a key is missing/,
      'x = 1 # \u0007': /should end/,
      'x = 1\ry = 2': /should end/,
      '[x': /does not end/,
      '[]': /a key is missing/,
      '[[x]': /does not end/,
      '"""x""" = 1': /“=”/,
    };
    for (const [text, expected] of Object.entries(wrong)) {
      const problem = problemOf('', text);
      assert.match(problem.what, expected, text);
      assert.ok(problem.line === 2 || problem.line === 3, text);
    }
    assert.match(problemOf(`x = ${'['.repeat(99)}`).what, /nested/);
    assert.match(problemOf(`${'a.'.repeat(99)}a = 1`).what, /parts/);
    assert.match(problemOf(`x = ${'1'.repeat(5000)}`).what, /too long/);
  });

  it('refuses to set anything twice, by whatever spelling', () => {
    for (const lines of [
      ['a = 1', 'a = 2'],
      ['a = 1', '"a" = 2'],
      ['a.b = 1', 'a = 2'],
      ['a = 1', 'a.b = 2'],
      ['a = {}', 'a.b = 1'],
      ['a = {}', '[a]'],
      ['a = {}', '[a.b]'],
      ['[a]', '[a]'],
      ['[a]', 'b.c = 1', '[a.b]'],
      ['[a.b]', '[a]', 'b.c = 1'],
      ['[a]', '[[a]]'],
      ['[[a]]', '[a]'],
      ['a = []', '[[a]]'],
      ['a = [{}]', '[a.b]'],
      ['a.b = 1', '[x]', '[a]'],
      ['[[a.b]]', '[a]', 'b.c = 1'],
    ]) {
      assert.ok(problemOf(...lines), lines.join('\n'));
    }
    assert.deepEqual(read('a.b = 1', 'a.c = 2'), { a: { b: 1, c: 2 } });
  });
});
