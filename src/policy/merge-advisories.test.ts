import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AdvisoryFacts } from './facts.ts';
import { mergeAdvisories } from './merge-advisories.ts';

function advisory(id: string, changes: Partial<AdvisoryFacts> = {}): AdvisoryFacts {
  return { id, aliases: [], withdrawn: false, ...changes };
}

test('ids that name each other, directly or by way of others, are one advisory', () => {
  const merged = mergeAdvisories([
    advisory('PYSEC-2026-1', { aliases: ['CVE-2026-1'] }),
    advisory('GHSA-aaaa-bbbb-cccc', { aliases: ['CVE-2026-2'] }),
    advisory('CVE-2026-9'),
    advisory('OSV-1', { aliases: ['CVE-2026-1', 'CVE-2026-2'] }),
  ]);
  assert.deepEqual(
    merged.map(({ ids }) => ids),
    [['CVE-2026-1', 'CVE-2026-2', 'GHSA-aaaa-bbbb-cccc', 'OSV-1', 'PYSEC-2026-1'], ['CVE-2026-9']],
  );
});

test('the case of an id does not keep two apart', () => {
  const merged = mergeAdvisories([
    advisory('ghsa-AAAA-bbbb-cccc'),
    advisory('PYSEC-1', { aliases: ['GHSA-aaaa-BBBB-cccc'] }),
  ]);
  assert.equal(merged.length, 1);
});

test('the worst severity wins, and that one of the ids states none is kept', () => {
  const table: readonly [severities: (AdvisoryFacts['severity'] | undefined)[], worst: string | undefined][] = [
    [['low', 'high', 'medium'], 'high'],
    [['critical', 'low'], 'critical'],
    [[undefined, 'low'], 'low'],
    [[undefined, undefined], undefined],
    [[], undefined],
  ];
  for (const [severities, worst] of table) {
    const advisories = severities.map((severity, index) =>
      advisory(`ID-${index}`, { aliases: ['CVE-1'], ...(severity === undefined ? {} : { severity }) }),
    );
    for (const order of [advisories, advisories.toReversed()]) {
      const [merged] = mergeAdvisories(order);
      assert.equal(merged?.severity, worst, JSON.stringify(severities));
      if (merged !== undefined) assert.equal(merged.lacksSeverity, severities.includes(undefined));
    }
  }
});

test('malware is malware by any of its ids', () => {
  assert.equal(mergeAdvisories([advisory('GHSA-x-y-z', { aliases: ['mal-2026-1'] })])[0]?.isMalware, true);
  assert.equal(mergeAdvisories([advisory('GHSA-x-y-z', { aliases: ['NORMAL-1'] })])[0]?.isMalware, false);
});

test('withdrawn advisories do not count', () => {
  assert.deepEqual(mergeAdvisories([advisory('MAL-1', { withdrawn: true })]), []);
  const merged = mergeAdvisories([
    advisory('A-1', { withdrawn: true, aliases: ['CVE-1'], severity: 'critical' }),
    advisory('B-1', { aliases: ['CVE-1'], severity: 'low' }),
  ]);
  assert.deepEqual(
    merged.map(({ severity }) => severity),
    ['low'],
  );
});
