import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BelljarError } from '../errors.ts';
import { AppendQueue } from './append-queue.ts';

/** A queue whose groups wait to be let through. */
function gatedQueue() {
  const groups: number[][] = [];
  const gates: PromiseWithResolvers<undefined>[] = [];
  const queue = new AppendQueue<number, string>(async (take) => {
    const gate = Promise.withResolvers<undefined>();
    gates.push(gate);
    await gate.promise;
    const taken = take();
    groups.push([...taken]);
    return taken.map((item) => `done ${item}`);
  });
  return { queue, groups, gates };
}

test('AppendQueue gathers what comes while it waits, and keeps the order', async () => {
  const { queue, groups, gates } = gatedQueue();
  const first = [1, 2, 3].map((item) => queue.add(item));
  assert.equal(gates.length, 1);
  gates[0]?.resolve(undefined);
  assert.deepEqual(await Promise.all(first), ['done 1', 'done 2', 'done 3']);
  assert.deepEqual(groups, [[1, 2, 3]]);
  const second = queue.add(4);
  gates[1]?.resolve(undefined);
  assert.equal(await second, 'done 4');
});

test('AppendQueue bounds a group, and commits the rest in the next', async () => {
  const groups: number[] = [];
  const queue = new AppendQueue<number, number>(async (take) => {
    const taken = take();
    groups.push(taken.length);
    return taken;
  });
  const items = Array.from({ length: 600 }, (_, index) => index);
  assert.deepEqual(await Promise.all(items.map((item) => queue.add(item))), items);
  assert.ok(Math.max(...groups) <= 256, String(groups));
  assert.equal(
    groups.reduce((sum, count) => sum + count),
    600,
  );
});

test('AppendQueue fails those who waited for a group that failed, and gives the others an attempt of their own', async () => {
  const { queue, groups, gates } = gatedQueue();
  const locked = new BelljarError('STORAGE_LOCKED', 'locked');
  const failing = queue.add(1);
  const failed = assert.rejects(failing, locked);
  await new Promise(setImmediate);
  const late = queue.add(2);
  gates[0]?.reject(locked);
  await failed;
  gates[1]?.resolve(undefined);
  assert.equal(await late, 'done 2');
  assert.deepEqual(groups, [[2]]);
});

test('AppendQueue takes back what is cancelled before a group takes it', async () => {
  const { queue, groups, gates } = gatedQueue();
  const controller = new AbortController();
  const cancelled = queue.add(1, controller.signal);
  const kept = queue.add(2, new AbortController().signal);
  controller.abort();
  await assert.rejects(cancelled, { code: 'CANCELLED' });
  gates[0]?.resolve(undefined);
  assert.equal(await kept, 'done 2');
  assert.deepEqual(groups, [[2]]);
  await assert.rejects(queue.add(3, controller.signal), { code: 'CANCELLED' });
});

test('AppendQueue lets stand what is cancelled after a group took it', async () => {
  const taken = Promise.withResolvers<undefined>();
  const gate = Promise.withResolvers<undefined>();
  const queue = new AppendQueue<number, number>(async (take) => {
    const items = take();
    taken.resolve(undefined);
    await gate.promise;
    return items;
  });
  const controller = new AbortController();
  const item = queue.add(1, controller.signal);
  await taken.promise;
  controller.abort();
  gate.resolve(undefined);
  assert.equal(await item, 1);
});
