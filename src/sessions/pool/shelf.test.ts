import assert from 'node:assert/strict';
import { type TestContext, describe, it } from 'node:test';

import { MemoryBackend, launchIn, planFor } from '../../../test/support/memory-pool.ts';
import type { FreshSession } from '../fresh-session.ts';
import { Shelf } from './shelf.ts';

const plan = planFor();

async function makeThree(context: TestContext): Promise<[FreshSession, FreshSession, FreshSession]> {
  const make = (): Promise<FreshSession> => launchIn(new MemoryBackend(), plan);
  const three: [FreshSession, FreshSession, FreshSession] = [await make(), await make(), await make()];
  context.after(() => Promise.all(three.map((fresh) => fresh.close())));
  return three;
}

function shelfOf(...all: readonly FreshSession[]): Shelf {
  const shelf = new Shelf({ plan, maxWarm: 3, keepMs: 60_000 });
  for (const fresh of all) shelf.put(fresh);
  return shelf;
}

describe('Shelf', () => {
  it('hands out the newest, each once', async (context) => {
    const [first, second, third] = await makeThree(context);
    const shelf = shelfOf(first, second, third);
    assert.deepEqual([shelf.take(), shelf.take(), shelf.take(), shelf.take()], [third, second, first, undefined]);
    assert.equal(shelf.count, 0);
  });

  it('lets the oldest go first', async (context) => {
    const [first, second, third] = await makeThree(context);
    const shelf = shelfOf(first, second, third);
    assert.deepEqual(shelf.trim(1), [first, second]);
    assert.deepEqual([shelf.count, shelf.trim(5), shelf.trim(0)], [1, [], [third]]);
  });

  it('loses one that has ended, and knows whether it had it', async (context) => {
    const [first, second] = await makeThree(context);
    const shelf = shelfOf(first);
    assert.deepEqual([shelf.remove(second), shelf.remove(first), shelf.remove(first)], [false, true, false]);
  });

  it('wants as many as were wanted at once, what is kept always, and never more than may be', () => {
    const shelf = shelfOf();
    assert.equal(shelf.wanted(0), 0);
    shelf.keep = 1;
    assert.equal(shelf.wanted(0), 1);
    for (const now of [1000, 1100]) shelf.noteWanted(now);
    assert.equal(shelf.wanted(1200), 2);
    for (const now of [1200, 1300, 1400]) shelf.noteWanted(now);
    assert.equal(shelf.wanted(1500), 3);
    assert.equal(shelf.wanted(1_000_000), 1);
  });

  it('waits longer after each failure, and not at all after a success', async (context) => {
    const [fresh] = await makeThree(context);
    const shelf = shelfOf();
    shelf.keep = 2;
    const pauses = [1000, 2000, 4000, 8000];
    let now = 0;
    for (const pauseMs of pauses) {
      shelf.failed(now);
      assert.deepEqual([shelf.missing(now + pauseMs - 1), shelf.missing(now + pauseMs)], [0, 2]);
      now += pauseMs;
    }
    for (let count = 0; count < 20; count++) shelf.failed(now);
    assert.deepEqual([shelf.missing(now + 59_999), shelf.missing(now + 60_000)], [0, 2]);
    shelf.put(fresh);
    shelf.failed(now + 60_000);
    assert.equal(shelf.missing(now + 61_000), 1);
  });
});
