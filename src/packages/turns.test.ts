import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Turns } from './turns.ts';

describe('Turns', () => {
  it('lets as many in as it may, and the others in the order in which they came', async () => {
    const turns = new Turns(1);
    const seen: number[] = [];
    const first = await turns.take();
    const others = [1, 2, 3].map(async (index) => {
      using _turn = await turns.take();
      seen.push(index);
    });
    assert.deepEqual(seen, []);
    first[Symbol.dispose]();
    await Promise.all(others);
    assert.deepEqual(seen, [1, 2, 3]);
  });

  it('forgets who gave up waiting', async () => {
    const turns = new Turns(1);
    const first = await turns.take();
    const controller = new AbortController();
    const waiting = turns.take(controller.signal);
    controller.abort();
    await assert.rejects(waiting, { code: 'CANCELLED' });
    await assert.rejects(turns.take(controller.signal), { code: 'CANCELLED' });
    first[Symbol.dispose]();
    (await turns.take())[Symbol.dispose]();
  });

  it('lets the next one in where another gives up in the moment in which it is let in', async () => {
    const turns = new Turns(1);
    const first = await turns.take();
    const controller = new AbortController();
    const seen: string[] = [];
    const wait = async (name: string, signal?: AbortSignal): Promise<void> => {
      using _turn = await turns.take(signal);
      seen.push(name);
    };
    const waiting = [wait('quitter', controller.signal), wait('innocent')];
    first[Symbol.dispose]();
    controller.abort();
    await Promise.all(waiting);
    assert.deepEqual(seen, ['quitter', 'innocent']);
  });
});
