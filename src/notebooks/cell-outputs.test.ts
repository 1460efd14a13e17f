import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { RunNews } from '../sessions/index.ts';
import { CellOutputs } from './cell-outputs.ts';
import type { Output } from './notebook.ts';
import { OutputRoom } from './output-room.ts';
import { writtenSizeOf } from './written-size.ts';

const print = (text: string): RunNews => ({ type: 'stream', name: 'stdout', text });
const clear: RunNews = { type: 'clear_output', wait: false };
const show = (value: unknown, displayId?: string, isUpdate = false): RunNews => ({
  type: 'display_data',
  data: { 'application/json': value },
  metadata: {},
  displayId,
  isUpdate,
});

/** Takes what cells tell, each list in a cell of its own, and says what they show. */
function collect(cells: readonly (readonly RunNews[])[], maxBytes = 1e9): { shown: unknown[][]; room: OutputRoom } {
  const room = new OutputRoom(maxBytes);
  const outputs = new CellOutputs(room);
  const lists = cells.map((news) => {
    const list: Output[] = [];
    outputs.begin(list);
    for (const one of news) outputs.take(one);
    return list;
  });
  outputs.end();
  return { shown: lists.map((list) => list.map(sayOutput)), room };
}

function sayOutput(output: Output): unknown {
  if (output.output_type === 'stream') return output.text;
  return output.output_type === 'error' ? [output.ename, output.evalue] : output.data['application/json'];
}

/** Room for two texts of a thousand characters, each in its cell, and not for three. */
const twoTexts = 2 * writtenSizeOf({ output_type: 'stream', name: 'stdout', text: 'x'.repeat(1000) }) + 500;
const text = 'x'.repeat(1000);
const noRoom = 'belljar: output beyond 3.0 kB of the whole notebook is cut\n';

describe('CellOutputs', () => {
  it('cuts what all cells together have no room for, and says so once in each', () => {
    const tooMuch = [print(text), show(1), print('after')];
    const { shown, room } = collect([[print(text)], [print(text)], tooMuch, [print(text)]], twoTexts);
    assert.deepEqual(shown, [[text], [text], [noRoom], [noRoom]]);
    assert.equal(room.outputsLeftOut, 4);
  });

  it('has room for all of it where there is enough', () => {
    const { shown, room } = collect([[print(text)], [print(text)], [print(text), show(1), print('after')]]);
    assert.deepEqual(shown, [[text], [text], [text, 1, 'after']]);
    assert.equal(room.outputsLeftOut, 0);
  });

  it('cuts what is printed in pieces where the room ends', () => {
    const { shown } = collect([Array<RunNews>(1000).fill(print('x'.repeat(100)))], twoTexts);
    const [printed, note] = shown[0] ?? [];
    assert.match(String(printed), /^x{2000,2800}$/);
    assert.equal(note, noRoom);
  });

  it('tells that a cell raised where there is no room for what it raised', () => {
    const raised: RunNews = { type: 'error', name: 'ValueError', value: text + text, frames: [], traceback: text };
    const { shown } = collect([[print(text)], [print(text), raised]], twoTexts);
    assert.deepEqual(shown[1], [text, noRoom, ['ValueError', text]]);
    const whole = collect([[print(text)], [print(text), raised]]);
    assert.deepEqual(whole.shown[1], [text, ['ValueError', text + text]]);
  });

  it('has the room again of what was cleared', () => {
    const churn = Array.from({ length: 100 }, () => [print(text), show(text, 'id'), clear]).flat();
    const { shown, room } = collect([churn, [print(text)], [print(text)]], twoTexts);
    assert.deepEqual(shown, [[], [text], [text]]);
    assert.equal(room.outputsLeftOut, 0);
  });

  it('counts a renewal in all the places that show it', () => {
    const places = [show('', 'id'), show('', 'id'), show('', 'id')];
    const { shown } = collect([places, [show(text, 'id', true)]], twoTexts);
    assert.deepEqual(shown, [['', '', ''], [noRoom]]);
    assert.deepEqual(collect([places, [show(text, 'id', true)]]).shown, [[text, text, text], []]);
    assert.deepEqual(collect([places, [show('y', 'id', true)]], twoTexts).shown, [['y', 'y', 'y'], []]);
  });

  it('has the room again that a renewal gives up', () => {
    const { shown } = collect([[show(text, 'id'), show(1, 'id', true)], [print(text)], [print(text)]], twoTexts + 500);
    assert.deepEqual(shown, [[1], [text], [text]]);
  });

  it('leaves out what is nested deeper than the file may be, and says so', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 300; level++) deep = [deep];
    const { shown, room } = collect([[print('a'), show(deep)], [show([1])]]);
    assert.deepEqual(shown, [
      ['a', 'belljar: a value nested too deeply for a notebook is left out, and what came after it\n'],
      [[1]],
    ]);
    assert.equal(room.outputsLeftOut, 1);
  });

  it('takes what is shown and renewed under one id without looking at all its places each time', () => {
    const count = 100_000;
    const places = Array.from({ length: count }, (_, n) => show(n, 'id'));
    const renewals = Array.from({ length: count }, (_, n) => show(-n, 'id', true));
    const { shown } = collect([places, renewals]);
    assert.equal(shown[0]?.length, count);
    assert.deepEqual(new Set(shown[0]), new Set([1 - count]));
  });

  it('clears often without looking at all ids each time', () => {
    const ids = Array.from({ length: 50_000 }, (_, n) => show(n, `id ${n}`));
    const clearings = Array.from({ length: 50_000 }, (_, n) => [show(n, `other ${n}`), clear]).flat();
    const { shown } = collect([ids, clearings]);
    assert.deepEqual([shown[0]?.length, shown[1]?.length], [50_000, 0]);
  });
});
