import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Refusal } from './refusal.ts';
import { formatTarget, parseAuthority, parseHost, quote } from './target.ts';

describe('parseHost()', () => {
  const names: readonly [string, string][] = [
    ['api.example.org', 'api.example.org'],
    ['API.Example.ORG', 'api.example.org'],
    ['api.example.org.', 'api.example.org'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['ｅxample.org', 'example.org'],
    ['example。org', 'example.org'],
    ['localhost', 'localhost'],
    ['a1-b.example', 'a1-b.example'],
  ];
  for (const [text, host] of names) {
    it(`reads ${text} as ${host}`, () => assert.deepEqual(parseHost(text), { host, isAddress: false }));
  }

  const addresses: readonly [string, string][] = [
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1.', '127.0.0.1'],
    ['2130706433', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['0x7F000001', '127.0.0.1'],
    ['0177.0.0.1', '127.0.0.1'],
    ['127.1', '127.0.0.1'],
    ['１２７．０．０．１', '127.0.0.1'],
    ['①②⑦.0.0.1', '127.0.0.1'],
    ['[::1]', '::1'],
    ['[0:0:0:0:0:0:0:1]', '::1'],
    ['[::ffff:127.0.0.1]', '::ffff:7f00:1'],
    ['[64:FF9B::7f00:1]', '64:ff9b::7f00:1'],
  ];
  for (const [text, host] of addresses) {
    it(`sees the address in ${text}`, () => assert.deepEqual(parseHost(text), { host, isAddress: true }));
  }

  const refused = [
    ...['', '.', '..', 'a..b', '.example.org', 'example.org..', 'ex%61mple.org', 'example.org%00.evil.example'],
    ...['example.org\0.evil.example', 'example.org\r\nHost: x', 'exa mple.org', 'user@example.org', 'example.org/x'],
    ...['example.org\\x', 'example.org?x', 'example.org#x', 'a_b.example', '-a.example', 'a-.example', '*.example.org'],
    ...['::1', '[::1', '::1]', '[fe80::1%25eth0]', '[fe80::1%eth0]', '[127.0.0.1]', '[]', '256.1.1.1', '1.2.3.4.5'],
    ...['foo.0x4', 'example.123', '\u200dexample.org', 'exa\u00admple.org', 'exa\u200bmple.org', '\u202eexample.org'],
    ...['a'.repeat(64), `${'a.'.repeat(127)}ab`, 'a'.repeat(5000), 'e\u2044xample.org', 'example.org\u2025'],
  ];
  for (const text of refused) {
    it(`refuses ${quote(text)}`, () => {
      assert.throws(() => parseHost(text), Refusal);
    });
  }
});

describe('parseAuthority()', () => {
  it('takes a host and a port', () => {
    assert.deepEqual(parseAuthority('Example.org:443'), { host: 'example.org', port: 443, isAddress: false });
    assert.deepEqual(parseAuthority('[::1]:8443'), { host: '::1', port: 8443, isAddress: true });
    assert.deepEqual(parseAuthority('example.org', 80), { host: 'example.org', port: 80, isAddress: false });
  });

  const refused = [
    ...['example.org', 'example.org:', 'example.org:0', 'example.org:65536', 'example.org:+443', 'example.org: 443'],
    ...['example.org:443 ', 'example.org:0443', 'example.org:1e3', 'example.org:443:443', 'a:b@example.org:443'],
    ...['::1:443', '[::1]443', '[::1]', 'http://example.org:443', ':443', 'example.org:４４３'],
  ];
  for (const text of refused) {
    it(`refuses ${quote(text)}`, () => {
      assert.throws(() => parseAuthority(text), { kind: 'malformed' });
    });
  }
});

describe('what is shown of a name', () => {
  it('is short and nothing that a terminal obeys', () => {
    assert.equal(quote('a\u001b[31m\0é'), '“a\\u001b[31m\\u0000\\u00e9”');
    assert.ok(quote('x'.repeat(10_000)).length < 100);
    assert.ok(quote('\ud800'.repeat(3)).isWellFormed());
  });

  it('has brackets around an IPv6 address', () => {
    assert.equal(formatTarget(parseAuthority('[::1]:443')), '[::1]:443');
    assert.equal(formatTarget(parseAuthority('example.org:443')), 'example.org:443');
  });
});
