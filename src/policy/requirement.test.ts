import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseRequirement } from './requirement.ts';

test('parseRequirement() reads names, extras and specifiers', () => {
  const table: readonly [text: string, name: string, extras: string[], specifier: string][] = [
    ['pandas', 'pandas', [], ''],
    ['pandas>=2', 'pandas', [], '>=2'],
    [' Ruamel.YAML == 0.18.* ', 'ruamel-yaml', [], '== 0.18.*'],
    ['pandas >=2, <3', 'pandas', [], '>=2, <3'],
    ['requests[socks]', 'requests', ['socks'], ''],
    ['requests[socks, use_chardet]>=2', 'requests', ['socks', 'use-chardet'], '>=2'],
    ['requests [ ] ~=2.1', 'requests', [], '~=2.1'],
    ['pandas (>=2)', 'pandas', [], '>=2'],
    ['foo===1.0-weird', 'foo', [], '===1.0-weird'],
  ];
  for (const [text, name, extras, specifier] of table) {
    const reading = parseRequirement(text);
    assert.ok(reading.ok, text);
    assert.deepEqual(reading.requirement, { name, extras, specifier }, text);
  }
});

test('parseRequirement() refuses all other forms and says what they are', () => {
  const table: readonly [text: string, message: RegExp][] = [
    ['', /empty/],
    ['   ', /empty/],
    ['-r requirements.txt', /option/],
    ['--index-url=x', /option/],
    ['-e .', /option/],
    ['foo @ file', /address/],
    ['git+ssh://host/x', /address/],
    ['foo@1.0', /address/],
    ['./foo', /path/],
    ['foo\\bar', /path/],
    ['foo; python_version>"3"', /marker/],
    ['$HOME', /variable/],
    ['foo>=$V', /variable/],
    ['foo>>1', /specifier/],
    ['foo 1.0', /specifier/],
    ['foo>=1 <2', /specifier/],
    ['foo[', /specifier/],
    ['foo[a b]', /extra/],
    ['foo[,]', /extra/],
    ['_foo', /name/],
    ['foo_', /name/],
    ['>=1', /name/],
    ['nump\u0443', /characters/],
    ['foo\u200b', /characters/],
    ['foo\nbar', /characters/],
    [`a${'b'.repeat(2000)}`, /too long/],
  ];
  for (const [text, message] of table) {
    const reading = parseRequirement(text);
    assert.ok(!reading.ok, text);
    assert.match(reading.message, message, text);
  }
});
