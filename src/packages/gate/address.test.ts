import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readAddress } from './address.ts';

const sha256 = 'ab'.repeat(32);

test('readAddress() finds token, lock and place, and looks at no query', () => {
  const file = { kind: 'file', sha256, filename: 'a-1.tar.gz', isMetadata: false };
  const cases: [string, string | undefined, string | undefined, unknown][] = [
    ['/', undefined, undefined, { kind: 'home' }],
    ['/simple/', undefined, undefined, { kind: 'root' }],
    ['/simple/acme/?format=json', undefined, undefined, { kind: 'project', name: 'acme' }],
    ['/t/secret/simple/acme/', 'secret', undefined, { kind: 'project', name: 'acme' }],
    ['/t/secret', 'secret', undefined, { kind: 'elsewhere', path: '/t/secret/' }],
    ['/t/secret/', 'secret', undefined, { kind: 'home' }],
    ['/t/secret/refusals', 'secret', undefined, { kind: 'refusals' }],
    [
      `/t/secret/lock/${sha256}/simple/Acme`,
      'secret',
      sha256,
      { kind: 'elsewhere', path: `/t/secret/lock/${sha256}/simple/acme/` },
    ],
    [`/files/${sha256}/a-1.tar.gz`, undefined, undefined, file],
    [`/files/${sha256}/a%2D1.tar.gz`, undefined, undefined, file],
    [`/files/${sha256}/a-1+x.whl.metadata`, undefined, undefined, { ...file, filename: 'a-1+x.whl', isMetadata: true }],
    [`/lock/${sha256}/files/${sha256}/a-1.tar.gz`, undefined, sha256, file],
  ];
  for (const [target, token, lock, place] of cases) {
    const address = readAddress(target);
    assert.deepEqual([address?.token, address?.lock, address?.place], [token, lock, place], target);
  }
});

test('readAddress() writes a redirect so that no header can be broken by it', () => {
  const address = readAddress('/t/a%3Cb%20c/simple/X');
  assert.deepEqual(address?.place, { kind: 'elsewhere', path: '/t/a%3Cb%20c/simple/x/' });
  assert.equal(readAddress('/t/a%0d%0ab/simple/X'), undefined);
  assert.equal(readAddress('//evil.test/simple/x'), undefined);
});

test('readAddress() finds nothing at other paths', () => {
  const targets = [
    '',
    '*',
    'simple/',
    'http://host/simple/',
    '/simple/a/b/',
    '/simple/-/',
    '/t//simple/',
    '/files/x/y',
    '/lock/x/',
  ];
  for (const target of targets) assert.equal(readAddress(target), undefined, target);
});
