import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findForeign, findHidden } from './characters.ts';

describe('findHidden()', () => {
  it('names what steers, hides or turns text around, each character once', () => {
    const table: Readonly<Record<string, RegExp>> = {
      '\u0000': /control/,
      '\u001b': /control/,
      '\u0085': /control/,
      '\u00ad': /not seen/,
      '\u115f': /not seen/,
      '\u200b': /not seen/,
      '\u200f': /direction/,
      '\u202e': /direction/,
      '\u2028': /not seen/,
      '\u2066': /direction/,
      '\u2800': /not seen/,
      '\ufe0f': /not seen/,
      '\ufeff': /not seen/,
      '\ue000': /not seen/,
      '\u{e0041}': /not seen/,
      '\u00a0': /space/,
      '\u3000': /space/,
    };
    for (const [character, expected] of Object.entries(table)) {
      const found = findHidden(`a${character}b${character}`);
      assert.equal(found.length, 1, JSON.stringify(character));
      assert.match(found[0]?.message ?? '', expected);
    }
  });

  it('lets ordinary text of any script be, tabs and coloured signs', () => {
    for (const text of ['plain\ttext', 'Größe', '説明', 'تعليق', '⚠️ careful', 'naïve — “quoted”', '']) {
      assert.deepEqual(findHidden(text), [], text);
    }
  });
});

describe('findForeign()', () => {
  it('says what a character is taken for', () => {
    const table: Readonly<Record<string, string>> = {
      '\u0430': 'a',
      '\u03bf': 'o',
      '\u0455': 's',
      '\uff4e': 'n',
      '\u{1d427}': 'n',
      é: 'e',
      '–': '-',
      '≥': '>=',
      '“': '"',
    };
    for (const [character, ascii] of Object.entries(table)) {
      assert.ok(findForeign(character)[0]?.message.includes(`looks like “${ascii}”`), character);
    }
    assert.match(findForeign('説')[0]?.message ?? '', /cannot stand here/);
    assert.deepEqual(findForeign('plain ~ text'), []);
  });
});
