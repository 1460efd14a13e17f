import assert from 'node:assert/strict';
import { test } from 'node:test';

import { factsSchema } from './facts.ts';

function readsId(id: string): { asId: boolean; asAlias: boolean } {
  const reads = (advisory: object): boolean =>
    factsSchema.safeParse({ packages: [{ name: 'numpy', advisories: [advisory] }] }).success;
  return { asId: reads({ id }), asAlias: reads({ id: 'CVE-2026-1', aliases: [id] }) };
}

test('ids of advisories are printable ASCII, as id and as alias', () => {
  for (const id of ['MAL-2026-1', 'mal-2026-1', 'GHSA-xxxx-yyyy-zzzz', 'PYSEC-2026-1', 'X:1/2~']) {
    assert.deepEqual(readsId(id), { asId: true, asAlias: true }, id);
  }
});

test('an id that only looks like another is refused', () => {
  const refused = [
    '\u041cAL-1',
    'M\u0410L-1',
    'MAL\u20101',
    '\u200bMAL-1',
    'MAL-1\u202e',
    'ＭＡＬ-1',
    ' MAL-1',
    'MAL-1\n',
    '\0',
    '',
  ];
  for (const id of refused) assert.deepEqual(readsId(id), { asId: false, asAlias: false }, JSON.stringify(id));
});
