import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Advisory } from './advisory.ts';
import { readFactsLine } from './facts-line.ts';
import { indexSnapshot, SnapshotBuilder } from './snapshot.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

function advisory(id: string, change: Partial<Advisory> = {}): Advisory {
  const range = [
    { kind: 'introduced', version: '0' },
    { kind: 'fixed', version: '1.2' },
  ] as const;
  const affected = [{ name: 'flask', severity: 'high' as const, ranges: [range], versions: ['1.0', '1.1', '7.0'] }];
  return { id, aliases: [], modified: '2025-01-01T00:00:00.000Z', affected, ...change };
}

function build(...advisories: readonly Advisory[]) {
  const builder = new SnapshotBuilder(now);
  for (const each of advisories) builder.add(each);
  return builder.finish();
}

test('a snapshot has the same digest whatever the order of its records', () => {
  const [one, two] = [advisory('A-1'), advisory('A-2')];
  assert.equal(build(one, two).digest, build(two, one).digest);
  assert.notEqual(build(one).digest, build(one, two).digest);
});

test('a snapshot keeps of a record that is there twice the one that was changed later', () => {
  const older = advisory('A-1', { modified: '2024-01-01T00:00:00.000Z', aliases: ['OLD-1'] });
  const newer = advisory('A-1', { aliases: ['NEW-1'] });
  for (const pair of [
    [older, newer],
    [newer, older],
  ]) {
    assert.deepEqual(readFactsLine(build(...pair).lines.get('A-1') ?? '').aliases, ['NEW-1']);
  }
});

test('a snapshot is as new as its newest change, and believes no clock that is ahead', () => {
  const future = advisory('A-2', { modified: '2099-01-01T00:00:00.000Z' });
  assert.equal(build(advisory('A-1'), future).asOf, '2025-01-01T00:00:00.000Z');
  assert.equal(build(future).asOf, undefined);
});

test('a snapshot leaves out the listed versions that its ranges say', () => {
  assert.deepEqual(readFactsLine(build(advisory('A-1')).lines.get('A-1') ?? '').affected[0]?.versions, ['7.0']);
});

test('the data finds by any spelling of the name, and gives facts that a policy can judge', () => {
  const data = indexSnapshot(build(advisory('A-1', { aliases: ['CVE-1'], summary: 'bad' })));
  const facts = { id: 'A-1', aliases: ['CVE-1'], withdrawn: false, severity: 'high', summary: 'bad' };
  assert.deepEqual(data.find('Flask', '1.1'), [facts]);
  assert.deepEqual(data.find('flask', '7.0'), [facts]);
  assert.deepEqual(data.find('flask', '1.2'), []);
  assert.deepEqual(data.find('other', '1.1'), []);
  assert.deepEqual(data.find('__proto__', '1.1'), []);
});

test('the data keeps answering when more is asked than it remembers', () => {
  const data = indexSnapshot(build(advisory('A-1')));
  for (let minor = 0; minor < 12_000; minor++) {
    assert.equal(data.find('flask', `1.${minor}.5`).length, minor < 2 ? 1 : 0);
  }
  assert.equal(data.find('flask', '1.0').length, 1);
});
