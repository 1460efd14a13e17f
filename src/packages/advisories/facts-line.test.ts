import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Advisory } from './advisory.ts';
import { readFactsLine, writeFactsLine } from './facts-line.ts';

const advisory: Advisory = {
  id: 'PYSEC-2024-1',
  aliases: ['CVE-2024-1', 'GHSA-aaaa-bbbb-cccc'],
  modified: '2024-10-10T15:22:00.587Z',
  published: '2024-10-01T00:00:00.000Z',
  summary: 'a "summary" | with + and -',
  affected: [
    {
      name: 'numpy',
      severity: 'high',
      ranges: [
        [
          { kind: 'introduced', version: '0' },
          { kind: 'fixed', version: '1!2.0-1+local' },
        ],
        [
          { kind: 'introduced', version: '3' },
          { kind: 'last_affected', version: '3.1' },
          { kind: 'limit', version: '*' },
        ],
      ],
      versions: ['2004d', '9.0'],
    },
    { name: 'scipy', severity: undefined, ranges: [], versions: ['1.0'] },
  ],
};

test('readFactsLine() reads what writeFactsLine() wrote', () => {
  assert.deepEqual(readFactsLine(writeFactsLine(advisory)), advisory);
  const bare: Advisory = { id: 'X-1', aliases: [], affected: [] };
  assert.deepEqual(readFactsLine(writeFactsLine(bare)), bare);
});

test('writeFactsLine() is short, and one line', () => {
  const line = writeFactsLine(advisory);
  assert.ok(line.includes('"+0 -1!2.0-1+local|+3 =3.1 !*"'), line);
  assert.equal(line.includes('\n'), false);
});

test('readFactsLine() refuses what it did not write', () => {
  for (const line of [
    '',
    '{}',
    '["id"]',
    '["X",[],"","",[["a","x","",""]],""]',
    '["X",[],"","",[["a","","?1",""]],""]',
  ]) {
    assert.throws(() => readFactsLine(line), line);
  }
});
