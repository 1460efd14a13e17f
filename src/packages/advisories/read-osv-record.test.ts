import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Advisory } from './advisory.ts';
import { readOsvRecord } from './read-osv-record.ts';

const range = (...events: Record<string, string>[]) => ({ type: 'ECOSYSTEM', events });
const affected = {
  package: { ecosystem: 'PyPI', name: 'Flask_Thing' },
  ranges: [range({ introduced: '0' }, { fixed: '1.2' })],
  versions: ['1.0', '1.1'],
};
const record = {
  schema_version: '1.6.0',
  id: 'GHSA-aaaa-bbbb-cccc',
  modified: '2024-10-10T17:22:00.587279+02:00',
  published: '2024-10-01T00:00:00Z',
  aliases: ['CVE-2024-1', 'CVE-2024-1'],
  summary: 'Bad\u0000 \u202ethings\nhappen',
  affected: [affected],
};

const read = (change: Record<string, unknown>) => readOsvRecord(JSON.stringify({ ...record, ...change }));

function advisoryOf(change: Record<string, unknown>): Advisory {
  const reading = read(change);
  assert.ok(reading.kind === 'advisory', JSON.stringify(reading));
  return reading.advisory;
}

test('readOsvRecord() takes the facts of a record and leaves the rest', () => {
  const reading = read({ details: 'long', references: [{ type: 'WEB' }], something_new: { of: 'later versions' } });
  assert.deepEqual(reading, {
    kind: 'advisory',
    problems: [],
    advisory: {
      id: 'GHSA-aaaa-bbbb-cccc',
      aliases: ['CVE-2024-1'],
      modified: '2024-10-10T15:22:00.587Z',
      published: '2024-10-01T00:00:00.000Z',
      summary: 'Bad things happen',
      affected: [
        {
          name: 'flask-thing',
          severity: undefined,
          ranges: [
            [
              { kind: 'introduced', version: '0' },
              { kind: 'fixed', version: '1.2' },
            ],
          ],
          versions: ['1.0', '1.1'],
        },
      ],
    },
  });
});

test('readOsvRecord() leaves out what was withdrawn, and what is not of Python’s index', () => {
  assert.deepEqual(read({ withdrawn: '2024-01-01T00:00:00Z' }), { kind: 'withdrawn' });
  assert.deepEqual(read({ withdrawn: 'yes' }), { kind: 'withdrawn' });
  const npm = { ...affected, package: { ecosystem: 'npm', name: 'left-pad' } };
  assert.deepEqual(read({ affected: [npm] }), { kind: 'elsewhere' });
  assert.equal(advisoryOf({ affected: [npm, affected] }).affected.length, 1);
});

test('readOsvRecord() ignores ranges of commits and of semantic versions', () => {
  const commits = { type: 'GIT', repo: 'elsewhere', events: [{ introduced: 'abc' }] };
  const semantic = { ...range({ introduced: '0' }), type: 'SEMVER' };
  const ranges = [commits, semantic, ...affected.ranges];
  assert.equal(advisoryOf({ affected: [{ ...affected, ranges }] }).affected[0]?.ranges.length, 1);
});

test('readOsvRecord() takes the severity of the package before that of the record, and the worst word', () => {
  const high = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' }];
  const low = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N' }];
  const severityOf = (change: Record<string, unknown>) => advisoryOf(change).affected[0]?.severity;
  assert.equal(severityOf({ severity: high }), 'high');
  assert.equal(severityOf({ severity: high, affected: [{ ...affected, severity: low }] }), 'low');
  assert.equal(severityOf({ severity: low, database_specific: { severity: 'CRITICAL' } }), 'critical');
  assert.equal(severityOf({ database_specific: { severity: 7 } }), undefined);
});

test('readOsvRecord() refuses what is no record, with its reason', () => {
  const refusals: [string, RegExp][] = [
    ['', /not JSON/],
    ['[]', /expected object/i],
    ['{"id": 7}', /^id: /],
    [JSON.stringify({ ...record, schema_version: '2.0.0' }), /version 1 of the schema/],
    [JSON.stringify({ ...record, affected: [{ ...affected, versions: [1] }] }), /^affected\[0\]\.versions\[0\]/],
    [
      JSON.stringify({ ...record, affected: [{ ...affected, ranges: [range({ introduced: 7 as never })] }] }),
      /^affected/,
    ],
  ];
  for (const [text, problem] of refusals) {
    const reading = readOsvRecord(text);
    assert.ok(reading.kind === 'refused', text);
    assert.match(reading.problem, problem);
  }
});

test('readOsvRecord() refuses ids that only look like others, and keeps the record of an alias that does', () => {
  for (const id of ['\u041cAL-2024-1', 'MAL\u200b-2024-1', 'MAL-1 ', '', '../../etc/passwd', 'x'.repeat(200)]) {
    assert.equal(read({ id }).kind, 'refused', id);
  }
  const reading = read({ aliases: ['\u041cAL-2024-1', 'CVE-2024-1'] });
  assert.ok(reading.kind === 'advisory');
  assert.deepEqual(reading.advisory.aliases, ['CVE-2024-1']);
  assert.deepEqual(reading.problems, ['GHSA-aaaa-bbbb-cccc: has an alias that is no id']);
});

test('readOsvRecord() refuses what names no project, or says nothing of its versions', () => {
  const named = (name: string) => ({ ...affected, package: { ecosystem: 'PyPI', name } });
  for (const name of ['', '-x', 'a b', 'fl\u0430sk', '../flask', 'x'.repeat(300)]) {
    assert.equal(read({ affected: [named(name)] }).kind, 'refused', name);
  }
  assert.equal(read({ affected: [{ ...affected, ranges: [], versions: [] }] }).kind, 'refused');
  assert.equal(read({ affected: [named('flask')] }).kind, 'advisory');
});

test('readOsvRecord() bounds how much one record may say', () => {
  const events = (count: number) => Array.from({ length: count }, (_, index) => ({ introduced: String(index) }));
  const sized = (count: number) => read({ affected: [{ ...affected, ranges: [range(...events(count))] }] });
  assert.equal(sized(20_000).kind, 'advisory');
  assert.equal(sized(20_001).kind, 'refused');
  const ranges = Array.from({ length: 100_000 }, () => range({ introduced: '0' }));
  assert.equal(read({ affected: [{ ...affected, ranges }] }).kind, 'refused');
});

test('readOsvRecord() lets the listed versions speak where a range cannot be read, and else widens the range', () => {
  const ranges = [range({ introduced: '0' }, { fixed: '2019-09-12' })];
  const listed = read({ affected: [{ ...affected, ranges }] });
  assert.ok(listed.kind === 'advisory');
  assert.deepEqual(listed.advisory.affected[0]?.ranges, []);
  assert.match(listed.problems[0] ?? '', /“2019-09-12” of a range cannot be read/);
  const unlisted = advisoryOf({ affected: [{ ...affected, ranges, versions: [] }] });
  assert.deepEqual(unlisted.affected[0]?.ranges, [[{ kind: 'introduced', version: '0' }]]);
  const begin = [range({ introduced: 'first' }, { fixed: '2' })];
  const early = advisoryOf({ affected: [{ ...affected, ranges: begin, versions: [] }] });
  assert.deepEqual(early.affected[0]?.ranges[0]?.[0], { kind: 'introduced', version: '0' });
});

test('readOsvRecord() does not believe times that are none', () => {
  const { modified, published } = advisoryOf({ modified: 'yesterday', published: 7 });
  assert.deepEqual([modified, published], [undefined, undefined]);
});
