import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { CodeCell, Notebook, Output } from './notebook.ts';
import { writeNotebook } from './write-notebook.ts';
import { addedSizeOf, writtenSizeOf } from './written-size.ts';

const stream = (text: string): Output => ({ output_type: 'stream', name: 'stdout', text });
const shown = (data: Record<string, unknown>, metadata = {}): Output => ({
  output_type: 'display_data',
  data,
  metadata,
});

/** An array in an array in an array, and so on. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function bytesInFile(outputs: Output[]): number {
  const cell: CodeCell = { id: 'a', cell_type: 'code', metadata: {}, source: '', execution_count: 1, outputs };
  const notebook: Notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] };
  return Buffer.byteLength(writeNotebook(notebook));
}

describe('writtenSizeOf()', () => {
  const outputs: readonly [string, Output][] = [
    ['plain text', stream('a line of the usual length, and no more\n'.repeat(5000))],
    ['empty lines', stream('\n'.repeat(50_000))],
    ['control characters', stream('\u0000\u001c\v\f\r'.repeat(10_000))],
    ['text in other letters', stream('żółć 漢字 🙂\n'.repeat(10_000))],
    ['separators of lines', stream('\u2028\u0085'.repeat(10_000))],
    ['halves of characters', stream('\ud800'.repeat(10_000))],
    ['quotes', stream('"\\'.repeat(10_000))],
    ['a picture', shown({ 'image/png': 'A'.repeat(100_000), 'text/plain': '<Figure>' })],
    [
      'values',
      shown({ 'application/json': Array.from({ length: 5000 }, (_, n) => ({ [`key ${n}`]: [n, null, 'x'] })) }),
    ],
    ['values far to the right', shown({ 'application/json': nested(190) }, { deep: nested(190) })],
    ['an error', { output_type: 'error', ename: 'E', evalue: 'x', traceback: Array<string>(5000).fill('  line 1') }],
  ];
  for (const [what, output] of outputs) {
    it(`is no less than the file gets, and less than twice that, of ${what}`, () => {
      const bytes = bytesInFile([output]) - bytesInFile([]);
      const size = writtenSizeOf(output);
      assert.ok(bytes <= size && size < 2 * bytes + 1000, `${size} for ${bytes} bytes`);
    });
  }

  it('has none for what is nested deeper than the file may be', () => {
    assert.equal(writtenSizeOf(shown({ 'application/json': nested(201) })), Infinity);
    assert.ok(writtenSizeOf(shown({ 'application/json': nested(200) })) < Infinity);
  });

  it('counts a text that comes in pieces as one', () => {
    const pieces = ['one\n', 'two ', 'three\n'];
    const [first = '', ...rest] = pieces;
    const size = rest.reduce((sum, piece) => sum + addedSizeOf(piece), writtenSizeOf(stream(first)));
    assert.equal(size, writtenSizeOf(stream(pieces.join(''))));
  });
});
