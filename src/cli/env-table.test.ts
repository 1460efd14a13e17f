import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';

import type { CommandIo } from './command.ts';
import { describePackages, describeState, formatAgo, formatSize, formatTable } from './env-table.ts';

function ioOf(terminal: { isTTY?: boolean; columns?: number } = {}): CommandIo {
  const stdout = Object.assign(new PassThrough(), terminal);
  return { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} };
}

test('formatTable() gives columns what they need, and a terminal no more than its width', () => {
  const rows = [
    ['a', 'long\u001bname', 'x'],
    ['bb', 'n', ''],
  ];
  const lines = formatTable(['KEY', 'NAME', 'W'], rows, ioOf());
  assert.equal(lines[0], `KEY  NAME${' '.repeat((lines[1] ?? '').indexOf('x') - 9)}W`);
  assert.ok(!lines.join('').includes('\u001b'), 'what somebody else named shows as it is');
  assert.equal(lines[2], 'bb   n');
  const narrow = formatTable(['KEY', 'NAME', 'W'], rows, ioOf({ isTTY: true, columns: 8 }));
  assert.ok(narrow.every((line) => line.length <= 8));
});

test('formatSize() rounds to one decimal', () => {
  assert.deepEqual([0, 999, 1000, 4096, 1_500_000, 20e9].map(formatSize), [
    ...['0 B', '999 B', '1.0 kB', '4.1 kB', '1.5 MB', '20.0 GB'],
  ]);
});

test('formatAgo() says how long ago a moment was', () => {
  const now = Date.parse('2026-01-02T00:00:00Z');
  const said = (ms: number): string => formatAgo(new Date(now - ms).toISOString(), now);
  assert.deepEqual([0, -5000, 59_000, 60_000, 3_600_000, 90_000_000].map(said), [
    ...['just now', 'just now', 'just now', '1 min ago', '1 h ago', '1 d ago'],
  ]);
});

test('describePackages() names first what was asked for', () => {
  const names = (isRequested: boolean, ...all: string[]) => {
    return all.map((name) => ({ name, version: '1', sha256: '', isRequested }));
  };
  assert.equal(describePackages([...names(false, 'six'), ...names(true, 'app')]), '2 (app)');
  assert.equal(describePackages(names(true, 'a', 'b', 'c', 'd')), '4 (a, b, c, …)');
  assert.equal(describePackages(names(false, 'six')), '1 (six)');
  assert.deepEqual([describePackages([]), describePackages(undefined)], ['0', '?']);
});

test('describeState() says what keeps an environment, or bars it', () => {
  assert.equal(describeState({ state: 'whole', leases: 0, isPinned: false }), '');
  assert.equal(describeState({ state: 'damaged', leases: 2, isPinned: true }), 'damaged, leased by 2, pinned');
});
