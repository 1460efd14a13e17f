import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { BelljarError } from '../errors.ts';
import { readNotebook } from './read-notebook.ts';
import { writeNotebook } from './write-notebook.ts';

const code = { cell_type: 'code', metadata: {}, source: ['a = 1\n', 'a'], outputs: [], execution_count: null };

function textOf(...cells: object[]): string {
  return JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells });
}

function refusal(text: string): BelljarError {
  try {
    readNotebook(text);
  } catch (error) {
    assert.ok(error instanceof BelljarError);
    assert.equal(error.code, 'NOTEBOOK_INVALID');
    return error;
  }
  throw new Error('it was read');
}

describe('readNotebook()', () => {
  it('joins the lines of sources and of text, and leaves JSON as it is', () => {
    const data = { 'text/plain': ['a\n', 'b'], 'application/json': ['a', 'b'], 'application/x+json': ['c'] };
    const outputs = [
      { output_type: 'stream', name: 'stdout', text: ['1\n', '2\n'] },
      { output_type: 'display_data', data, metadata: {} },
    ];
    const [cell] = readNotebook(textOf({ ...code, outputs })).cells;
    assert.equal(cell?.source, 'a = 1\na');
    assert.deepEqual(cell.cell_type === 'code' && cell.outputs, [
      { output_type: 'stream', name: 'stdout', text: '1\n2\n' },
      { output_type: 'display_data', data: { ...data, 'text/plain': 'a\nb' }, metadata: {} },
    ]);
  });

  it('puts up with what is left out', () => {
    const { cells, metadata } = readNotebook('{"nbformat":4,"nbformat_minor":0,"cells":[{"cell_type":"code"}]}');
    assert.deepEqual(metadata, {});
    const [{ id, ...rest } = { id: '' }] = cells;
    assert.match(id ?? '', /^[0-9a-f]{8}$/);
    assert.deepEqual(rest, { cell_type: 'code', metadata: {}, source: '', outputs: [], execution_count: null });
  });

  it('keeps good ids and mends missing, invalid and double ones, the same at every reading', () => {
    const text = textOf({ ...code, id: 'mine' }, code, code, { ...code, id: 'not valid' }, { ...code, id: 'mine' });
    const ids = readNotebook(text).cells.map(({ id }) => id);
    assert.equal(ids[0], 'mine');
    assert.equal(new Set(ids).size, 5);
    assert.deepEqual(
      readNotebook(text).cells.map(({ id }) => id),
      ids,
    );
    const [, ...later] = readNotebook(textOf({ ...code, source: 'new' }, code, code)).cells.map(({ id }) => id);
    assert.deepEqual(later, ids.slice(1, 3), 'a cell put before them changes nothing');
  });

  it('keeps what it does not know', () => {
    const text = textOf({ ...code, metadata: { mine: { deep: [1] } }, strange: true });
    const again = readNotebook(writeNotebook(readNotebook(text)));
    assert.deepEqual(again.cells[0]?.metadata, { mine: { deep: [1] } });
    assert.equal(again.cells[0]['strange'], true);
  });

  it('is not led astray by a key named __proto__', () => {
    const text = textOf(code).replace('"metadata":{}', '"metadata":{"__proto__":{"tags":["parameters"]}}');
    const [cell] = readNotebook(text).cells;
    assert.equal(cell?.metadata['tags'], undefined);
    assert.equal(({} as Record<string, unknown>)['tags'], undefined);
  });

  it('refuses formats before 4, and says how to convert them', () => {
    const error = refusal('{"nbformat":3,"nbformat_minor":0,"worksheets":[{"cells":[]}],"metadata":{}}');
    assert.match(error.message, /format 3/);
    assert.match(error.hint, /nbconvert --to notebook/);
    assert.match(refusal('{"nbformat":5,"cells":[]}').message, /format 5/);
    assert.match(refusal('{"worksheets":[]}').hint, /nbconvert/);
  });

  it('refuses junk with the reason', () => {
    assert.match(refusal('').message, /not a notebook/);
    assert.match(refusal('print(1)').message, /not a notebook/);
    for (const text of ['[]', '"x"', 'null', '{}', '{"cells":[]}'])
      assert.match(refusal(text).message, /no “nbformat”/);
    assert.match(refusal(`${'['.repeat(100_000)}${']'.repeat(100_000)}`).message, /nested too deeply/);
    assert.match(refusal(`{"nbformat":4,"x":${'['.repeat(300)}${']'.repeat(300)}}`).message, /nested too deeply/);
  });

  it('names the cell that is wrong, counted from one', () => {
    assert.match(
      refusal(textOf(code, { cell_type: 'code', source: 7 })).message,
      /^this is not a notebook: cells 2\.source/,
    );
    assert.match(refusal(textOf({ cell_type: 'heading' })).message, /cells 1\.cell_type/);
  });
});
