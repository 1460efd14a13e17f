import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BelljarError } from './errors.ts';
import { formatBytes, formatDuration, parseByteSize, parseDurationMs } from './units.ts';

test('parseByteSize() reads decimal and binary units and plain numbers', () => {
  const table: readonly [string | number, number][] = [
    ['512MB', 512_000_000],
    ['512MiB', 536_870_912],
    ['1.5GiB', 1_610_612_736],
    ['10 kB', 10_000],
    ['10KB', 10_000],
    ['7B', 7],
    ['123', 123],
    [123, 123],
    ['0', 0],
    [' 2TiB ', 2_199_023_255_552],
  ];
  for (const [text, bytes] of table) assert.equal(parseByteSize(text), bytes, String(text));
});

test('parseByteSize() refuses what could be misread', () => {
  for (const text of [
    '512M',
    '512mb',
    '512mib',
    '-1',
    '1e9',
    '',
    'MB',
    '1,5GB',
    '0x10',
    '9999999TiB',
    '１MB',
    '5 MB x',
  ]) {
    assert.throws(() => parseByteSize(text), isUsage, text);
  }
  for (const number of [1.5, -3, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => parseByteSize(number), isUsage, String(number));
  }
});

test('parseDurationMs() reads every unit', () => {
  const table: readonly [string, number][] = [
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['0s', 0],
  ];
  for (const [text, ms] of table) assert.equal(parseDurationMs(text), ms, text);
});

test('parseDurationMs() refuses a number without a unit, and units it does not have', () => {
  for (const text of ['30', '5min', '5M', '1y', '-1s', 's', '', 'constructor', '1__proto__']) {
    assert.throws(() => parseDurationMs(text), isUsage, text);
  }
});

test('formatBytes() and formatDuration() write what a person reads', () => {
  assert.deepEqual([0, 512, 1024, 1536, 1000, 1_234_567, 4 * 2 ** 30].map(formatBytes), [
    '0 B',
    '512 B',
    '1 KiB',
    '1.5 kB',
    '1 kB',
    '1.2 MB',
    '4 GiB',
  ]);
  assert.deepEqual([0, 500, 1000, 90_000, 60_000, 604_800_000, 100_000_001].map(formatDuration), [
    '0 ms',
    '500 ms',
    '1 s',
    '90 s',
    '1 min',
    '7 d',
    '1.2 d',
  ]);
});

function isUsage(error: unknown): boolean {
  return error instanceof BelljarError && error.code === 'USAGE' && error.message.length > 10;
}
