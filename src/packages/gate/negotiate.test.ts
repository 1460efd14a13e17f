import assert from 'node:assert/strict';
import { test } from 'node:test';

import { negotiate, takesGzip } from './negotiate.ts';

const json = 'application/vnd.pypi.simple.v1+json';
const html = 'application/vnd.pypi.simple.v1+html';

test('negotiate() chooses the form that a client would rather have', () => {
  const cases: [string | undefined, string | undefined][] = [
    [undefined, 'text-html'],
    ['', 'text-html'],
    ['*/*', 'text-html'],
    [`${json}, ${html}; q=0.1, text/html; q=0.01`, 'json'], // pip
    [`${json}, ${html};q=0.2, text/html;q=0.01`, 'json'], // uv
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text-html'], // a browser
    ['application/vnd.pypi.simple.latest+json', 'json'],
    ['application/vnd.pypi.simple.latest+html', 'html'],
    ['APPLICATION/VND.PYPI.SIMPLE.V1+JSON', 'json'],
    [`${json};q=0.5, ${html}`, 'html'],
    [`${json}, text/html`, 'json'],
    ['application/*', 'json'],
    ['text/*', 'text-html'],
    [`text/html;q=0, ${json};q=0.001`, 'json'],
    [`*/*, text/html;q=0`, 'json'],
    [`${json};q=0, ${html};q=0, text/html;q=0`, undefined],
    ['application/json', undefined],
    ['application/vnd.pypi.simple.v2+json', undefined],
    ['image/*', undefined],
    [`${json};q=2`, undefined],
    [`${json};q=x`, undefined],
    [`${json}, `.repeat(100), undefined],
  ];
  for (const [accept, form] of cases) assert.equal(negotiate(accept), form, String(accept));
  for (const [accept, form] of cases) assert.equal(negotiate(accept), form, `${accept}, asked again`);
});

test('takesGzip() says whether the client does', () => {
  const cases: [string | undefined, boolean][] = [
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['br, GZIP;q=0.5', true],
    ['*', true],
    ['identity', false],
    ['gzip;q=0', false],
    ['*;q=1, gzip;q=0', false],
  ];
  for (const [header, expected] of cases) assert.equal(takesGzip(header), expected, String(header));
});
