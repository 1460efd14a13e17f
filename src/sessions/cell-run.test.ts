import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { CellRun, callFailed, toNews } from './cell-run.ts';
import { EventLog } from './event-log.ts';
import type { RunNews } from './events.ts';
import type { RunResult } from './run.ts';

const print = (text: string): RunNews => ({ type: 'stream', name: 'stdout', text });
const usage = { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0, memoryKills: 0, refusedForks: 0 };
const well: RunResult = { outcome: { status: 'ok' }, usage, outputBytes: 0, cutBytes: 0, survived: 'all' };

function cellOn(log: EventLog, result: Promise<RunResult> = Promise.resolve(well)) {
  const cancelled: string[] = [];
  const cell = new CellRun({ id: '2', log, result, cancel: () => cancelled.push('2') });
  return { cell, cancelled };
}

async function textsOf(events: AsyncIterable<{ readonly type: string; readonly text?: string }>): Promise<string[]> {
  return (await Array.fromAsync(events)).map(({ type, text }) => text ?? type);
}

describe('CellRun', () => {
  it('tells its own events, from the first to the last, and to everyone who asks', async () => {
    const log = new EventLog(1e9);
    log.append('1', print('of another'));
    const { cell } = cellOn(log);
    log.append('2', print('a'));
    log.append('1', print('of another'));
    log.append(null, print('of nobody'));
    const { seq } = log.append('2', { type: 'done', outcome: { status: 'ok' } });
    cell.endedAt(seq);
    log.append('2', print('never'));
    assert.deepEqual(await textsOf(cell), ['a', 'done']);
    assert.deepEqual(await textsOf(cell), ['a', 'done']);
    assert.deepEqual(await textsOf(cell.events({ after: 2 })), ['done']);
  });

  it('waits for what is still to come', async () => {
    const log = new EventLog(1e9);
    const { cell } = cellOn(log);
    const reading = textsOf(cell);
    await new Promise(setImmediate);
    log.append('2', print('late'));
    cell.endedAt(log.append('2', { type: 'done', outcome: { status: 'ok' } }).seq);
    assert.deepEqual(await reading, ['late', 'done']);
  });

  it('ends for who reads after its last event was dropped', async () => {
    const log = new EventLog(1000);
    const { cell } = cellOn(log);
    cell.endedAt(log.append('2', { type: 'done', outcome: { status: 'ok' } }).seq);
    for (let count = 0; count < 10; count++) log.append('3', print('x'.repeat(500)));
    assert.deepEqual(await textsOf(cell), ['gap']);
  });

  it('passes on that it is to be cancelled', () => {
    const { cell, cancelled } = cellOn(new EventLog(1e9));
    cell.cancel();
    assert.deepEqual(cancelled, ['2']);
  });

  it('leaves no failure unheard where somebody only reads events', async () => {
    const { cell } = cellOn(new EventLog(1e9), Promise.reject(new Error('no')));
    await new Promise(setImmediate);
    await assert.rejects(cell.result, /no/);
  });
});

describe('toNews()', () => {
  it('says in the words of events what a frame says', () => {
    const bundle = { data: { 'text/plain': '1' }, metadata: {} };
    const run = 'r';
    assert.deepEqual(toNews({ type: 'result', run, ...bundle, count: 3 }), {
      type: 'execute_result',
      ...bundle,
      executionCount: 3,
    });
    assert.deepEqual(toNews({ type: 'display', run, ...bundle, displayId: 'd', isUpdate: true }), {
      type: 'display_data',
      ...bundle,
      displayId: 'd',
      isUpdate: true,
    });
    assert.deepEqual(toNews({ type: 'error', run, name: 'E', value: 'v', frames: [], text: 't' }), {
      type: 'error',
      name: 'E',
      value: 'v',
      frames: [],
      traceback: 't',
    });
    assert.deepEqual(toNews({ type: 'clear', run, wait: true }), { type: 'clear_output', wait: true });
    assert.deepEqual(toNews({ type: 'input', run, call: '1', prompt: '?', isPassword: true }), {
      type: 'input_request',
      id: '1',
      prompt: '?',
      isPassword: true,
    });
    assert.deepEqual(toNews({ type: 'cut', limitBytes: 5 }), { type: 'cut', limitBytes: 5 });
    assert.equal(toNews({ type: 'value', run, value: 1 }), undefined);
  });

  it('mends a character that was cut', () => {
    const bytes = Buffer.from('é').subarray(0, 1);
    assert.deepEqual(toNews({ type: 'stream', name: 'stderr', bytes }), {
      type: 'stream',
      name: 'stderr',
      text: '\ufffd',
    });
  });
});

describe('callFailed()', () => {
  it('has what the call came to', () => {
    const { code, details } = callFailed(well, 'no value');
    assert.deepEqual([code, details], ['CALL_FAILED', { outcome: { status: 'ok' } }]);
  });
});
