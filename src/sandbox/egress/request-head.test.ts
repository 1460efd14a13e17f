import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readRequestHead } from './request-head.ts';

describe('readRequestHead()', () => {
  const requests: readonly [string, readonly string[]][] = [
    ['GET / HTTP/1.1\r\nHost: api.test\r\n\r\n', ['api.test']],
    ['GET / HTTP/1.1\nhost:api.test:8080 \n\n', ['api.test:8080']],
    ['\r\n\r\nGET / HTTP/1.1\r\nHost: api.test\r\n\r\nbody', ['api.test']],
    ['M-SEARCH * HTTP/1.1\r\nA: b\r\nHost: api.test\r\n\r\n', ['api.test']],
    ['GET http://evil.test/x HTTP/1.1\r\nHost: api.test\r\n\r\n', ['api.test', 'evil.test']],
    ['GET / HTTP/1.1\r\nHost: \r\n\r\n', ['']],
  ];
  for (const [text, authorities] of requests) {
    it(`finds ${JSON.stringify(authorities)} in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(readRequestHead(Buffer.from(text)), { kind: 'request', authorities });
    });
  }

  const incomplete: readonly [string, boolean][] = [
    ['', false],
    ['\r\n', false],
    ['G', false],
    ['GET ', false],
    ['GET /path', false],
    ['GET / HTTP/1', false],
    ['EHLO there', false],
    ['\t GET', false],
    ['GET\t/', false],
    ['GET / HTTP/1.1\r\n', true],
    ['GET / HTTP/1.1\r\nHost: api.test\r\n', true],
  ];
  for (const [text, isRequest] of incomplete) {
    it(`waits for more than ${JSON.stringify(text)}`, () => {
      assert.deepEqual(readRequestHead(Buffer.from(text)), { kind: 'incomplete', isRequest });
    });
  }

  const others = [
    'a text of more words than five',

    'EHLO there\r\n',
    'SSH-2.0-OpenSSH_9.2\r\n',
    '*1\r\n',
    '\x00\x00\x00\x08',
    'USER me\r\n',
    'GET key\r\n',
    '{"a"',
    'é',
  ];
  for (const text of others) {
    it(`lets ${JSON.stringify(text)} be`, () => {
      assert.deepEqual(readRequestHead(Buffer.from(text)), { kind: 'other' });
    });
  }

  it('takes no longer for many spaces than for many letters', () => {
    for (const text of ['a', 'a b c d e', 'GET /'].map((start) => `${start}${' \r\t'.repeat(2500)}\x01`)) {
      assert.deepEqual(readRequestHead(Buffer.from(text)), { kind: 'other' });
    }
  });

  const malformed: readonly [string, RegExp][] = [
    ['GET / HTTP/1.1\r\nA: b\r\n\r\n', /no Host header/],
    ['GET / HTTP/1.0\r\n\r\n', /no Host header/],
    ['GET / HTTP/1.1\r\nHost: api.test\r\nHost: evil.test\r\n\r\n', /two Host headers/],
    ['GET / HTTP/1.1\r\nHost : evil.test\r\nHost: api.test\r\n\r\n', /no name/],
    ['GET / HTTP/1.1\r\nHost: api.test\r\n folded\r\n\r\n', /no name/],
    ['GET / x HTTP/1.1\r\nHost: api.test\r\n\r\n', /almost/],
    ['GET / HTTP/1.1 \r\nHost: api.test\r\n\r\n', /almost/],
    ['GET\t/ HTTP/1.1\r\nHost: api.test\r\n\r\n', /almost/],
    ['GET\t/\tHTTP/1.1\r\nHost: evil.test\r\n\r\n', /almost/],
    ['GET / HTTP/1.1\rHost: evil.test\r\r', /does not end where/],
    ['GET / http/1.1\r\nHost: evil.test\r\n\r\n', /almost/],
    ['GET / HTTP/1.1\rHost: evil.test\r\r\n', /almost/],
    [' GET / HTTP/1.1\r\nA: b\r\n\r\n', /no Host header/],
    ['\t\r\n GET / HTTP/1.1\r\nA: b\r\n\r\n', /no Host header/],
    ['GET evil.test HTTP/1.1\r\nHost: api.test\r\n\r\n', /no path/],
    ['CONNECT evil.test:443 HTTP/1.1\r\nHost: api.test\r\n\r\n', /no path/],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /HTTP\/2/],
    [`GET /${'x'.repeat(20_000)}`, /does not end/],
    [`GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(10_000)}`, /too long/],
  ];
  for (const [text, why] of malformed) {
    it(`refuses ${JSON.stringify(text.slice(0, 70))}`, () => {
      const reading = readRequestHead(Buffer.from(text));
      assert.equal(reading.kind, 'malformed', JSON.stringify(reading));
      assert.match(reading.why, why);
    });
  }
});
