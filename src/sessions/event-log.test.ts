import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { EventLog, type ReadOptions } from './event-log.ts';
import type { RunNews, SessionEvent } from './events.ts';

const print = (text: string): RunNews => ({ type: 'stream', name: 'stdout', text });

/** A log that has ended, with what was told in it. */
function logOf(texts: readonly string[], maxBytes = 1e9): EventLog {
  const log = new EventLog(maxBytes);
  for (const text of texts) log.append('1', print(text));
  log.close();
  return log;
}

async function read(log: EventLog, options: ReadOptions = {}): Promise<(string | number)[]> {
  return (await Array.fromAsync(log.read(options))).map(say);
}

/** What was printed; of a gap, how much is missing. */
function say(event: SessionEvent): string | number {
  if (event.type === 'gap') return event.missed;
  return event.type === 'stream' ? event.text : event.type;
}

describe('EventLog', () => {
  it('numbers what is told, from 1 and without a gap', async () => {
    const log = logOf(['a', 'b', 'c']);
    const events = await Array.fromAsync(log.read());
    assert.deepEqual(
      events.map(({ seq, run }) => [seq, run]),
      [
        [1, '1'],
        [2, '1'],
        [3, '1'],
      ],
    );
    assert.equal(log.lastSeq, 3);
  });

  it('begins again after any number, for every reader', async () => {
    const log = logOf(['a', 'b', 'c']);
    assert.deepEqual(await read(log, { after: 1 }), ['b', 'c']);
    assert.deepEqual(await read(log), ['a', 'b', 'c']);
    assert.deepEqual(await read(log, { after: 3 }), []);
    assert.deepEqual(await read(log, { after: 99 }), []);
  });

  it('tells what comes later to all who wait for it', async () => {
    const log = new EventLog(1e9);
    const readers = [read(log), read(log)];
    await new Promise(setImmediate);
    log.append(null, print('late'));
    await new Promise(setImmediate);
    log.append(null, print('later'));
    log.close();
    assert.deepEqual(await Promise.all(readers), [
      ['late', 'later'],
      ['late', 'later'],
    ]);
  });

  it('drops the oldest beyond its bound, and says how many are missing', async () => {
    const text = 'x'.repeat(1000);
    const log = logOf([...Array<string>(100).fill(text), 'last'], 5000);
    const [missed, ...kept] = await read(log);
    assert.equal(kept.at(-1), 'last');
    assert.ok(kept.length >= 3 && kept.length <= 5, `${kept.length} kept`);
    assert.equal(missed, 101 - kept.length);
    const [gap] = await Array.fromAsync(log.read({ after: 50 }));
    assert.deepEqual([gap?.type, gap?.seq], ['gap', 101 - kept.length]);
  });

  it('keeps the newest, however large', async () => {
    assert.deepEqual(await read(logOf(['a', 'x'.repeat(10_000)], 100)), [1, 'x'.repeat(10_000)]);
  });

  it('counts what bundles hold', async () => {
    const log = new EventLog(5000);
    for (let count = 0; count < 10; count++) {
      const data = { 'application/json': { rows: [['y'.repeat(1000)]] } };
      log.append('1', { type: 'display_data', data, metadata: {} });
    }
    log.close();
    const [gap] = await Array.fromAsync(log.read());
    assert.equal(gap?.type, 'gap');
  });

  it('says to a reader who has fallen behind what he missed, and goes on', async () => {
    const log = new EventLog(5000);
    const reader = log.read();
    log.append('1', print('first'));
    const first: IteratorResult<SessionEvent, unknown> = await reader.next();
    assert.ok(first.done !== true && first.value.seq === 1);
    for (let count = 0; count < 100; count++) log.append('1', print('x'.repeat(1000)));
    log.close();
    const rest: SessionEvent[] = await Array.fromAsync(reader);
    const [gap, next] = rest;
    assert.ok(gap?.type === 'gap');
    assert.equal(gap.missed, gap.seq - 1);
    assert.deepEqual([next?.seq, rest.at(-1)?.seq], [gap.seq + 1, 101]);
  });

  it('ends for a reader who gives up, whether he waits or not', async () => {
    const log = new EventLog(1e9);
    const stop = new AbortController();
    const waiting = read(log, { signal: stop.signal });
    await new Promise(setImmediate);
    stop.abort();
    assert.deepEqual(await waiting, []);
    assert.deepEqual(await read(log, { signal: stop.signal }), []);
  });
});
