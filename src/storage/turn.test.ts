import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Turn } from './turn.ts';

test('Turn lets one in at a time, in the order of asking', async () => {
  const turn = new Turn();
  const order: string[] = [];
  const enter = async (name: string): Promise<void> => {
    const end = await turn.take();
    order.push(`${name} in`);
    await new Promise(setImmediate);
    order.push(`${name} out`);
    end();
  };
  await Promise.all([enter('a'), enter('b'), enter('c')]);
  assert.deepEqual(order, ['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  assert.equal(turn.isTaken, false);
});

test('Turn forgets who gave up waiting, and serves the next', async () => {
  const turn = new Turn();
  const end = await turn.take();
  const controller = new AbortController();
  const impatient = turn.take(controller.signal);
  const patient = turn.take();
  controller.abort();
  await assert.rejects(impatient, { code: 'CANCELLED' });
  end();
  (await patient)();
  assert.equal(turn.isTaken, false);
});

test('Turn does not let in who had given up before', async () => {
  const turn = new Turn();
  await assert.rejects(turn.take(AbortSignal.abort()), { code: 'CANCELLED' });
  assert.equal(turn.isTaken, false);
});
