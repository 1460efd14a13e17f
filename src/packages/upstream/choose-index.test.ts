import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { chooseAmong } from './choose-index.ts';

const url = 'https://index.test/simple/';

describe('chooseAmong()', () => {
  it('gives each name to the first index that has it for its own, and all others to the default', () => {
    const choose = chooseAmong([
      { name: 'acme', url, only: ['Acme_*', 'secret'] },
      { name: 'default', url },
      { name: 'late', url, only: ['acme-late', 'later'] },
    ]);
    const chosen = ['acme-tool', 'ACME.tool', 'acme-late', 'secret', 'later', 'secrets', 'acme', 'numpy'].map(choose);
    assert.deepEqual(chosen, ['acme', 'acme', 'acme', 'acme', 'late', 'default', 'default', 'default']);
  });

  it('refuses indexes between which a name could slip', () => {
    assert.throws(() => chooseAmong([]), /no package index takes/);
    assert.throws(() => chooseAmong([{ name: 'a', url, only: ['x'] }]), /no package index takes/);
    assert.throws(
      () =>
        chooseAmong([
          { name: 'a', url },
          { name: 'b', url },
        ]),
      /b does not say which names/,
    );
    assert.throws(
      () =>
        chooseAmong([
          { name: 'a', url },
          { name: 'a', url, only: ['x'] },
        ]),
      /same name/,
    );
    assert.throws(
      () =>
        chooseAmong([
          { name: 'a', url },
          { name: 'b', url, only: ['[x'] },
        ]),
      /no pattern of names/,
    );
  });
});
