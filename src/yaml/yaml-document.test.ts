import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readYaml, type YamlFile } from './yaml-document.ts';

const text = `# a comment
version: 1
packages:
  deny:
    - numpy
    - package: pandas
      because: old
  empty:
flow: {list: [a, {b: c}], "quoted key": yes}
`;

function open(source: string): YamlFile {
  const reading = readYaml(source);
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.file;
}

test('a value stands where it is read', () => {
  const file = open(text);
  const table: readonly [path: (string | number)[], place: string][] = [
    [['version'], '2:10'],
    [['packages'], '4:3'],
    [['packages', 'deny'], '5:5'],
    [['packages', 'deny', 0], '5:7'],
    [['packages', 'deny', 1], '6:7'],
    [['packages', 'deny', 1, 'package'], '6:16'],
    [['packages', 'deny', 1, 'because'], '7:16'],
    [['flow', 'list', 1, 'b'], '9:22'],
    [['flow', 'quoted key'], '9:41'],
  ];
  for (const [path, place] of table) {
    const { line, column } = file.positionOf(path);
    assert.equal(`${line}:${column}`, place, path.join('.'));
  }
});

test('a key stands where it is written', () => {
  const file = open(text);
  const table: readonly [path: (string | number)[], place: string][] = [
    [['version'], '2:1'],
    [['packages'], '3:1'],
    [['packages', 'deny'], '4:3'],
    [['packages', 'deny', 1, 'because'], '7:7'],
    [['flow', 'quoted key'], '9:27'],
  ];
  for (const [path, place] of table) {
    const { line, column } = file.positionOfKey(path);
    assert.equal(`${line}:${column}`, place, path.join('.'));
  }
});

test('what is missing or empty is placed at the key that it is missing from', () => {
  const file = open(text);
  assert.deepEqual(file.positionOf(['packages', 'empty']), { line: 8, column: 3 });
  assert.deepEqual(file.positionOf(['packages', 'absent']), { line: 3, column: 1 });
  assert.deepEqual(file.positionOf(['packages', 'deny', 7]), { line: 4, column: 3 });
  assert.deepEqual(file.positionOf(['packages', 'deny', 1, 'absent']), { line: 6, column: 7 });
  assert.deepEqual(file.positionOf(['absent']), { line: 2, column: 1 });
});

test('YAML is read as version 1.2 has it: yes, on and dates are text', () => {
  const { data } = open('a: yes\nb: on\nc: 2027-01-01\nd: 0o17\ne: 1_000\nf: ~\ng: .inf\n');
  assert.deepEqual(data, {
    a: 'yes',
    b: 'on',
    c: '2027-01-01',
    d: 15,
    e: '1_000',
    f: null,
    g: Number.POSITIVE_INFINITY,
  });
});

test('a key can be named like something that every object has', () => {
  const { data } = open('constructor: 1\n__proto__: {polluted: true}\n');
  assert.deepEqual(Object.keys(data as object).sort(), ['__proto__', 'constructor']);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('brackets in comments and texts do not make a file too deep', () => {
  assert.ok(readYaml(`# ${'['.repeat(40)}\na: "${']'.repeat(300)}${'['.repeat(60)}"\n`).ok);
  assert.ok(!readYaml(`a: ${'['.repeat(65)}${']'.repeat(65)}\n`).ok);
  assert.ok(readYaml(`a: ${'['.repeat(60)}${']'.repeat(60)}\n`).ok);
});
