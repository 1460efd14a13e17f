import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Background } from './background.ts';

const once = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));

test('Background.run() resolves to what the work comes to', async () => {
  await using background = new Background();
  assert.equal(await background.run(async () => 'done', { deadlineMs: 60_000 }), 'done');
});

test('Background.run() lets work go on behind its deadline, which the caller no longer ends', async () => {
  const caller = new AbortController();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<undefined>();
  let own: AbortSignal | undefined;
  let isDone = false;
  const background = new Background();
  const work = async (signal: AbortSignal): Promise<string> => {
    own = signal;
    await mayEnd;
    isDone = true;
    return 'done';
  };
  assert.equal(await background.run(work, { deadlineMs: 1, signal: caller.signal }), undefined);
  caller.abort();
  assert.deepEqual([own?.aborted, isDone], [false, false]);
  end(undefined);
  await background[Symbol.asyncDispose]();
  assert.equal(isDone, true);
});

test('Background.run() ends work when its caller gives up before the deadline', async () => {
  await using background = new Background();
  const caller = new AbortController();
  const ended = background.run(once, { deadlineMs: 60_000, signal: caller.signal });
  caller.abort();
  await ended;
});

test('Background ends what goes on when it is closed itself, and waits for that', async () => {
  const background = new Background();
  let isOver = false;
  const work = async (signal: AbortSignal): Promise<void> => {
    await once(signal);
    isOver = true;
  };
  assert.equal(await background.run(work, { deadlineMs: 1 }), undefined);
  await background[Symbol.asyncDispose]();
  assert.equal(isOver, true);
});

test('Background.run() hands what comes after the deadline to whoever takes it back, and only that', async () => {
  await using background = new Background();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<undefined>();
  const { promise: late, resolve: onLate } = Promise.withResolvers<string>();
  const work = async (): Promise<string> => {
    await mayEnd;
    return 'late';
  };
  assert.equal(await background.run(work, { deadlineMs: 1, onLate }), undefined);
  end(undefined);
  assert.equal(await late, 'late');
  const inTime = async (): Promise<string> => 'in time';
  const refuse = (): void => assert.fail('it was in time');
  assert.equal(await background.run(inTime, { deadlineMs: 60_000, onLate: refuse }), 'in time');
});

test('Background.run() takes a deadline that is longer than a timer of Node', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  await using background = new Background();
  const { promise, resolve } = Promise.withResolvers<string>();
  const ran = background.run(() => promise, { deadlineMs: 30 * 24 * 3_600_000 });
  context.mock.timers.tick(1);
  resolve('done');
  assert.equal(await ran, 'done');
});
