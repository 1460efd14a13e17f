import assert from 'node:assert/strict';
import { it } from 'node:test';

import { findWheelFileProblem } from './wheel-file.ts';
import { parseWheelName } from './wheel-name.ts';

const good = 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py2-none-any\nTag: py3-none-any\n';

function problem(text: string, filename = 'a-1.0-py2.py3-none-any.whl'): string | undefined {
  const name = parseWheelName(filename);
  assert.ok(name);
  return findWheelFileProblem(text, name);
}

it('findWheelFileProblem() finds nothing where WHEEL agrees with the file’s name', () => {
  assert.equal(problem(good), undefined);
  assert.equal(problem(good, 'a-1.0-py3-none-any.whl'), undefined);
  assert.equal(problem(good, 'a-1.0-py3-none-manylinux1_x86_64.whl'), undefined);
  assert.equal(problem(`${good}Build: 1\n`, 'a-1.0-1-py3-none-any.whl'), undefined);
  assert.equal(problem(good.replace(/Tag: py2.*\nTag.*/, 'Tag: py2.py3-none-any')), undefined);
});

it('findWheelFileProblem() tells what is missing, twice or different', () => {
  assert.match(problem('') ?? '', /which format/);
  assert.match(problem(`${good}Wheel-Version: 1.0\n`) ?? '', /which format/);
  assert.match(problem(good.replace('1.0', '2.0')) ?? '', /format 2.0/);
  assert.match(problem(good.replace('true', 'maybe')) ?? '', /where its files go/);
  assert.match(problem(good.replaceAll(/Tag.*\n/g, '')) ?? '', /no Tag/);
  assert.match(problem(good.replace('py2-none-any', 'py2')) ?? '', /Tag that is none/);
  assert.match(problem(good, 'a-1.0-cp311-cp311-win32.whl') ?? '', /is not for cp311-cp311-win32/);
  const narrow = good.replaceAll('any', 'win32');
  assert.match(problem(narrow) ?? '', /is not for py2-none-any, py3-none-any/);
  assert.match(problem(narrow, 'a-1.0-py3-none-win_amd64.whl') ?? '', /is not for py3-none-win_amd64/);
  assert.match(problem(`${good}Build: 2\n`) ?? '', /build 2/);
  assert.match(problem(`${good}nonsense\n`) ?? '', /from line 6 on/);
});

it('findWheelFileProblem() keeps a bound for the tags of all lines together', () => {
  const ten = 'a.b.c.d.e.f.g.h.i.j';
  const line = `Tag: ${ten}-${ten}-${ten}\n`;
  assert.equal(problem(`${good}${line.repeat(9)}`), undefined);
  assert.match(problem(`${good}${line.repeat(10)}`) ?? '', /more than 10000 tags/);
});
