import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { BelljarError } from '../errors.ts';
import { setParameters } from './parameters.ts';
import { PythonFloat, writePythonLiteral } from './python-literal.ts';
import { readNotebook } from './read-notebook.ts';
import { parseParameter, parseParametersFile } from './read-parameters.ts';

function notebookOf(...tags: string[][]): ReturnType<typeof readNotebook> {
  const cells = tags.map((each, index) => ({ cell_type: 'code', source: `cell ${index}`, metadata: { tags: each } }));
  return readNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, cells }));
}

function sourcesAfter(notebook: ReturnType<typeof readNotebook>): string[] {
  return setParameters(notebook, new Map([['a', 1]])).cells.map(({ source }) => source);
}

const mine = '# Parameters\na = 1';

describe('setParameters()', () => {
  it('puts them behind the cell that is tagged, else at the top', () => {
    assert.deepEqual(sourcesAfter(notebookOf([], ['parameters'], [])), ['cell 0', 'cell 1', mine, 'cell 2']);
    assert.deepEqual(sourcesAfter(notebookOf([], [])), [mine, 'cell 0', 'cell 1']);
  });

  it('takes the place of those that were put there before', () => {
    const notebook = notebookOf(['parameters'], ['injected-parameters'], []);
    assert.deepEqual(sourcesAfter(notebook), ['cell 0', mine, 'cell 2']);
    const twice = setParameters(setParameters(notebook, new Map([['b', 2]])), new Map([['a', 1]]));
    assert.deepEqual(
      twice.cells.map(({ source }) => source),
      ['cell 0', mine, 'cell 2'],
    );
  });

  it('leaves the notebook as it is where there are none', () => {
    const notebook = notebookOf(['parameters']);
    assert.equal(setParameters(notebook, new Map()), notebook);
  });

  it('refuses what is no name in Python', () => {
    for (const name of ['', 'a b', '1a', 'class', 'a;import os', 'a\nb', 'a=1', 'a.b']) {
      assert.throws(() => setParameters(notebookOf([]), new Map([[name, 1]])), BelljarError, name);
    }
    assert.equal(setParameters(notebookOf([]), new Map([['größe_1', 1]])).cells.length, 2);
  });
});

describe('parseParameter()', () => {
  const literal = (text: string): string => writePythonLiteral(parseParameter(text)[1]);

  it('takes what looks like a number, a constant or JSON for it, and the rest for text', () => {
    const cases: Record<string, string> = {
      'a=1': '1',
      'a=-12345678901234567890': '-12345678901234567890',
      'a=1.0': '1.0',
      'a=1e3': '1000.0',
      'a=True': 'True',
      'a=None': 'None',
      'a=': '""',
      'a=x=y': '"x=y"',
      'a=1.2.3': '"1.2.3"',
      'a="1"': '"1"',
      'a=[1, 2.0, null]': '[1, 2.0, None]',
      'a={"b": [true]}': '{"b": [True]}',
      'a={b}': '"{b}"',
      'a=[x': '"[x"',
    };
    for (const [text, expected] of Object.entries(cases)) assert.equal(literal(text), expected, text);
  });

  it('refuses what sets nothing', () => {
    for (const text of ['a', '=1', '', 'not a name=1']) assert.throws(() => parseParameter(text), BelljarError);
  });
});

describe('parseParametersFile()', () => {
  it('reads YAML and JSON, and keeps whole floats floats', () => {
    const fromYaml = parseParametersFile('a: 1\nb: 1.0\nc: [x, .inf]\nd: {e: null}\n', 'p.yaml');
    const fromJson = parseParametersFile('{"a": 1, "b": 1.0, "c": ["x", 1e999], "d": {"e": null}}', 'p.json');
    for (const parameters of [fromYaml, fromJson]) {
      assert.deepEqual(
        [...parameters].map(([name, value]) => `${name} = ${writePythonLiteral(value)}`),
        ['a = 1', 'b = 1.0', 'c = ["x", float("inf")]', 'd = {"e": None}'],
      );
    }
  });

  it('refuses what is no object of names', () => {
    for (const text of ['', '[1]', '"a"', '{', 'a: 1\na: 2', '"b c": 1', 'x: &a [*a]']) {
      assert.throws(() => writePythonLiteral([...parseParametersFile(text, 'p')][0]?.[1]), BelljarError, text);
    }
  });
});

describe('writePythonLiteral()', () => {
  it('writes what Python reads as the same value', () => {
    const text =
      'quote " back \\ newline \n tab \t bell \u0007 line \u2028 turn \u202e emoji \u{1f600} \u{e0001} {x} \ud800';
    const values = [text, true, null, 0, -1, 2n ** 70n, 0.1, 1e21, 5e-324, [[], {}], { 'a"b': [1, { c: null }] }];
    const program = 'import ast, json, sys; print(json.dumps(ast.literal_eval(sys.stdin.read())))';
    const input = writePythonLiteral(values);
    const { stdout, status, stderr } = spawnSync('python3', ['-I', '-c', program], { encoding: 'utf8', input });
    assert.equal(status, 0, stderr);
    const expected = values.map((value) => (typeof value === 'bigint' ? Number(value) : value));
    assert.deepEqual(JSON.parse(stdout), expected);
  });

  it('writes floats that are whole as floats, and those that are no numbers too', () => {
    const floats = [1, -0, NaN, Infinity, -Infinity, 1e300].map((value) => new PythonFloat(value));
    assert.deepEqual(
      floats.map((value) => writePythonLiteral(value)),
      ['1.0', '-0.0', 'float("nan")', 'float("inf")', 'float("-inf")', '1e+300'],
    );
  });
});
