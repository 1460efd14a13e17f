import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { toVisible } from './visible.ts';

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
