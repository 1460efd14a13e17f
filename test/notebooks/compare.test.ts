import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readNotebook } from '../../src/notebooks/index.ts';
import { compareNotebooks, findStale, findUnlisted } from './compare.ts';
import { type Difference, differences } from './differences.ts';

type Outputs = readonly object[];

function compare(jupyter: Outputs, belljar: Outputs): unknown[] {
  const [one, other] = [jupyter, belljar].map((outputs) =>
    readNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, cells: [{ cell_type: 'code', outputs }] })),
  );
  return compareNotebooks('a/b.ipynb', one!, other!).map(({ aspect, ...sides }) => [
    aspect,
    sides.jupyter,
    sides.belljar,
  ]);
}

const stream = (text: string, name = 'stdout'): object => ({ output_type: 'stream', name, text });
const shown = (data: object): object => ({ output_type: 'display_data', data, metadata: {} });
const raised = (ename: string): object => ({ output_type: 'error', ename, evalue: '', traceback: [] });

describe('compareNotebooks()', () => {
  it('finds nothing between outputs that differ by chance only', () => {
    const theirs = [stream('<A at 0x7f0011223344> took 3.2 ms\n'), stream('/tmp/ipykernel_12/345.py:1: W', 'stderr')];
    const ours = [stream('<A object at 0x7fffeeddccbb> '), stream('cell 3:1: W', 'stderr'), stream('took 17 s\n')];
    assert.deepEqual(compare(theirs, ours), []);
    assert.deepEqual(compare([shown({ 'image/png': 'a' })], [shown({ 'image/png': 'b' })]), []);
  });

  it('finds other text, a missing picture and another exception', () => {
    assert.deepEqual(compare([stream('a')], [stream('b')]), [['stdout', '"a"', '"b"']]);
    assert.deepEqual(compare([stream('a')], [stream('a', 'stderr')]).length, 2);
    assert.deepEqual(compare([shown({ 'text/plain': '1' })], []), [['text', '["1"]', '[]']]);
    assert.deepEqual(compare([shown({ 'image/svg+xml': '<svg/>' })], [shown({ 'text/html': '' })]), [
      ['images', '1', '0'],
    ]);
    assert.deepEqual(compare([raised('ValueError')], [raised('TypeError')]), [
      ['error', '"ValueError"', '"TypeError"'],
    ]);
  });
});

describe('the list of differences', () => {
  const deviation = { notebook: 'a/b.ipynb', cell: 2, aspect: 'text', jupyter: '1', belljar: '2' } as const;
  const listed: Difference = { notebook: 'a/*', cells: [2], aspects: ['text'], reason: '' };

  it('covers what it names, and nothing else', () => {
    assert.deepEqual(findUnlisted([deviation], [listed]), []);
    for (const other of [{ notebook: 'b/*' }, { cells: [1] }, { aspects: ['error'] as const }]) {
      assert.deepEqual(findUnlisted([deviation], [{ ...listed, ...other }]), [deviation]);
    }
  });

  it('is stale where nothing differs any more, but for what varies', () => {
    assert.deepEqual(findStale([deviation], [listed]), []);
    assert.deepEqual(findStale([], [listed]), [listed]);
    assert.deepEqual(findStale([], [{ ...listed, varies: true }]), []);
  });

  it('gives a reason of one sentence for each', () => {
    for (const { reason } of differences) assert.match(reason, /^[^.]{10,}$/);
  });
});
