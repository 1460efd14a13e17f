import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cut, fit, toVisible, widthOf } from './terminal-text.ts';

test('toVisible shows what a terminal would obey', () => {
  assert.equal(toVisible('a\u001b[31mb\u0007\u009b\u007f\n\t'), 'a\\u001b[31mb\\u0007\\u009b\\u007f\\u000a\\u0009');
  assert.equal(toVisible('\u202e\u2066\u200b\u2028\u00ad\u{e0001}'), '\\u202e\\u2066\\u200b\\u2028\\u00ad\\u{e0001}');
  assert.equal(toVisible('half \ud800'), 'half \ufffd');
});

test('toVisible leaves every other script alone', () => {
  for (const text of ['plain', 'é ß ñ', '漢字 かな', 'שלום', '😀', 'e\u0301']) assert.equal(toVisible(text), text);
});

test('widthOf counts columns, not characters', () => {
  for (const [text, width] of [
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['漢字', 4],
    ['😀', 2],
    ['ｗ', 2],
  ] as const) {
    assert.equal(widthOf(text), width, text);
  }
});

test('fit fills or cuts to a width, and cut only cuts', () => {
  assert.equal(fit('ab', 4), 'ab  ');
  assert.equal(fit('abcde', 4), 'abc…');
  assert.equal(cut('ab', 4), 'ab');
  assert.equal(cut('漢字漢字', 4), '漢…');
  assert.equal(cut('abc', 1), '…');
  assert.equal(cut('abc', 0), '');
});
