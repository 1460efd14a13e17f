import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';

import {
  calendarDate,
  globText,
  hostName,
  positiveByteSize,
  positiveDuration,
  projectName,
  sha256,
  specifierText,
  text,
} from './scalars.ts';

/** What a value becomes, or what is wrong with it. */
function read(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : `! ${parsed.error.issues[0]?.message}`;
}

test('host names are taken in lower case, addresses and addresses in disguise are not', () => {
  const table: readonly [value: string, expected: string | RegExp][] = [
    ['api.example.org', 'api.example.org'],
    ['API.Example.ORG', 'api.example.org'],
    ['*.example.org', '*.example.org'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['localhost.example.org', 'localhost.example.org'],
    ['notlocalhost', 'notlocalhost'],
    ['localhost', /! .*always means the sandbox itself/],
    ['LocalHost', /always means the sandbox itself/],
    ['api.localhost', /always means the sandbox itself/],
    ['*.localhost', /always means the sandbox itself/],
    ['10.0.0.1', /! .*is not a host name/],
    ['2130706433', /is not a host name/],
    ['0x7f.1', /is not a host name/],
    ['127.0.0x1', /is not a host name/],
    ['[::1]', /is not a host name/],
    ['::1', /is not a host name/],
    ['example.org.', /is not a host name/],
    ['example.org:443', /is not a host name/],
    ['https://example.org', /is not a host name/],
    ['bücher.example', /is not a host name/],
    ['a..b', /is not a host name/],
    ['-a.example', /is not a host name/],
    ['*', /is not a host name/],
    ['*.*.example', /is not a host name/],
    ['a.*.example', /is not a host name/],
    ['a b.example', /is not a host name/],
    ['a\0.example', /is not a host name/],
    [`${'a'.repeat(64)}.example`, /is not a host name/],
    [`${'a.'.repeat(127)}example`, /is not a host name/],
  ];
  for (const [value, expected] of table) {
    const result = String(read(hostName, value));
    if (typeof expected === 'string') assert.equal(result, expected);
    else assert.match(result, expected, value);
  }
});

test('days are days of the calendar', () => {
  for (const day of ['2027-03-31', '2028-02-29', '2099-12-31']) assert.equal(read(calendarDate, day), day);
  for (const day of [
    '2027-02-29',
    '2027-13-01',
    '2027-00-10',
    '2027-3-1',
    '31.03.2027',
    '2027-03-31T00:00:00Z',
    'tomorrow',
    '+02027-03-31',
  ]) {
    assert.match(String(read(calendarDate, day)), /is not a date/, day);
  }
});

test('sizes and durations of limits are more than nothing', () => {
  assert.equal(read(positiveByteSize, '1KiB'), 1024);
  assert.equal(read(positiveByteSize, 7), 7);
  assert.match(String(read(positiveByteSize, 0)), /more than 0/);
  assert.match(String(read(positiveByteSize, '0MB')), /more than 0/);
  assert.match(String(read(positiveByteSize, 1.5)), /is not a size/);
  assert.equal(read(positiveDuration, '2s'), 2000);
  assert.match(String(read(positiveDuration, '0s')), /more than 0/);
  assert.match(String(read(positiveDuration, '2')), /is not a duration/);
});

test('names, versions, globs and hashes are normalised or kept as written', () => {
  assert.equal(read(projectName, 'Ruamel.Yaml'), 'ruamel-yaml');
  assert.match(String(read(projectName, 'a*')), /not a project's name/);
  assert.equal(read(specifierText, ' >=1,<2 '), '>=1,<2');
  assert.match(String(read(specifierText, '1')), /not a version specifier/);
  assert.equal(read(globText, 'a-[0-9]*'), 'a-[0-9]*');
  assert.match(String(read(globText, 'a[')), /never closed/);
  assert.equal(read(sha256, 'AB'.repeat(32)), 'ab'.repeat(32));
  assert.match(String(read(sha256, `sha256:${'ab'.repeat(32)}`)), /without a prefix/);
});

test('texts are neither empty nor endless', () => {
  assert.equal(read(text, 'x'), 'x');
  assert.match(String(read(text, '')), /must not be empty/);
  assert.match(String(read(text, 'x'.repeat(2001))), /is too long/);
});
