import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findMirror, pickMirror } from './mirror.ts';

const updates = 'http://mirror.example/debian bookworm-updates main Debian';
const other = 'http://other.example/packages stable main Somebody';

describe('pickMirror()', () => {
  it('takes the main part of the suite that is asked for', () => {
    const targets = [
      'http://old.example/debian bullseye main Debian',
      'http://mirror.example/extra bookworm contrib Debian',
      'http://mirror.example/debian bookworm main Debian',
    ].join('\n');
    assert.equal(pickMirror(targets, 'bookworm'), 'http://mirror.example/debian');
  });

  it('takes the mirror of another release of Debian, which holds the suite too', () => {
    assert.equal(pickMirror('http://new.example/debian trixie main Debian\n', 'bookworm'), 'http://new.example/debian');
  });

  it('takes neither updates nor another’s packages', () => {
    assert.equal(pickMirror(`${updates}\n${other}\n`, 'bookworm'), undefined);
    assert.equal(pickMirror('', 'bookworm'), undefined);
  });
});

describe('findMirror()', () => {
  it('takes the mirror that is named for it', () => {
    assert.equal(findMirror('bookworm', { BELLJAR_GUEST_MIRROR: 'file:/mirror' }), 'file:/mirror');
  });
});
