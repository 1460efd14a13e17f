import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { encodeBasic, readIndexAddress, showAddress } from './index-address.ts';

describe('readIndexAddress()', () => {
  it('takes user and password apart from the address', () => {
    const { base, authorization } = readIndexAddress('https://me%40acme:p%C3%A4ss%@index.test:8443/simple?x=1#y');
    assert.equal(base.href, 'https://index.test:8443/simple/');
    assert.equal(authorization, encodeBasic('me@acme', 'p%C3%A4ss%'));
    assert.equal(readIndexAddress('http://token@index.test/simple/').authorization, encodeBasic('token', ''));
    assert.equal(readIndexAddress('http://index.test/simple/').authorization, undefined);
  });

  it('refuses what is no address of the web, and does not repeat it', () => {
    for (const text of ['', 'index.test/simple', 'file:///srv/simple', 'ssh://me:secret@index.test/']) {
      assert.throws(
        () => readIndexAddress(text),
        (error) => !String(error).includes('secret'),
      );
    }
  });
});

describe('showAddress()', () => {
  it('shows nothing that could be a secret', () => {
    assert.equal(showAddress(new URL('https://me:pass@a.test/b?key=1#c')), 'https://a.test/b');
    assert.equal(showAddress(new URL('file:///etc/passwd')), 'file:///etc/passwd');
  });
});
