import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BelljarError } from '../errors.ts';
import { retryWhileLocked } from './lock-wait.ts';

const locked = new BelljarError('STORAGE_LOCKED', 'locked');

test('retryWhileLocked tries until it succeeds', async () => {
  let attempts = 0;
  const attempt = async (): Promise<string> => {
    if (++attempts < 4) throw locked;
    return 'in';
  };
  assert.equal(await retryWhileLocked(attempt, { deadline: Infinity }), 'in');
  assert.equal(attempts, 4);
});

test('retryWhileLocked gives up when the time is up, and tries at least once', async () => {
  let attempts = 0;
  const attempt = async (): Promise<never> => {
    attempts++;
    throw locked;
  };
  await assert.rejects(retryWhileLocked(attempt, { deadline: 0 }), locked);
  assert.equal(attempts, 1);
});

test('retryWhileLocked does not repeat another failure', async () => {
  let attempts = 0;
  const full = new BelljarError('STORAGE_FULL', 'full');
  const attempt = async (): Promise<never> => {
    attempts++;
    throw full;
  };
  await assert.rejects(retryWhileLocked(attempt, { deadline: Infinity }), full);
  assert.equal(attempts, 1);
});

test('retryWhileLocked stops when its caller gives up', async () => {
  const controller = new AbortController();
  let attempts = 0;
  const attempt = async (): Promise<never> => {
    if (++attempts === 3) controller.abort();
    throw locked;
  };
  await assert.rejects(retryWhileLocked(attempt, { deadline: Infinity, signal: controller.signal }), {
    code: 'CANCELLED',
  });
  assert.equal(attempts, 3);
});

test('retryWhileLocked passes on why its caller gave up', async () => {
  const why = new BelljarError('CANCELLED', 'interrupted');
  const attempt = async (): Promise<never> => assert.fail('it must not try');
  await assert.rejects(retryWhileLocked(attempt, { deadline: Infinity, signal: AbortSignal.abort(why) }), why);
});
