import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { lastWords, toVisible } from './visible.ts';

describe('toVisible()', () => {
  it('shows what cannot be seen as its code, and leaves the rest as it is', () => {
    assert.equal(
      toVisible('a\u001b[31m\u0007\u202eb\u2028c\u{e0041}'),
      'a\\u001b[31m\\u0007\\u202eb\\u2028c\\u{e0041}',
    );
    assert.equal(toVisible('Größe 数 – “fine”'), 'Größe 数 – “fine”');
  });

  it('changes nothing that it has shown before', () => {
    const once = toVisible('x\u200by');
    assert.equal(toVisible(once), once);
  });
});

describe('lastWords()', () => {
  it('is the end of what was said, with lines kept and all else made visible', () => {
    const bounds = { maxLines: 2, maxCharacters: 1000 };
    assert.equal(lastWords('one\r\ntwo\u001b[2J\nthree\n\n', bounds), 'two\\u001b[2J\nthree');
    assert.equal(lastWords('', bounds), '');
  });

  it('is never longer than it may be, however much was said', () => {
    const bounds = { maxLines: 100, maxCharacters: 50 };
    assert.equal(lastWords(`start${'x'.repeat(1e6)}end`, bounds), `${'x'.repeat(47)}end`);
    assert.ok(lastWords('\u0000'.repeat(1000), bounds).length <= 50);
  });
});
