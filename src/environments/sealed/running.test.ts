import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { BelljarError } from '../../errors.ts';
import { Running } from './running.ts';

const isCancelled = (error: unknown): boolean => error instanceof BelljarError && error.code === 'CANCELLED';

describe('Running', () => {
  it('does once what several ask for at once, and again what is asked for later', async () => {
    const running = new Running<number>();
    let starts = 0;
    const start = (): Promise<number> => Promise.resolve((starts += 1));
    assert.deepEqual(
      await Promise.all([running.share('a', undefined, start), running.share('a', undefined, start)]),
      [1, 1],
    );
    assert.equal(await running.share('b', undefined, start), 2);
    assert.equal(await running.share('a', undefined, start), 3);
  });

  it('tells all of a failure, and starts anew after it', async () => {
    const running = new Running<number>();
    const fails = (): Promise<number> => Promise.reject(new Error('broken'));
    const both = [running.share('a', undefined, fails), running.share('a', undefined, () => Promise.resolve(1))];
    const outcomes = await Promise.allSettled(both);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await running.share('a', undefined, () => Promise.resolve(2)), 2);
  });

  it('lets the next one start where the first gives up', async () => {
    const running = new Running<number>();
    const gone = Promise.withResolvers<number>();
    const first = running.share('a', undefined, () => gone.promise);
    const second = running.share('a', undefined, () => Promise.resolve(2));
    gone.reject(new BelljarError('CANCELLED', 'cancelled'));
    await assert.rejects(first, isCancelled);
    assert.equal(await second, 2);
  });

  it('lets go of who gives up waiting, and of nobody else', async () => {
    const running = new Running<number>();
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<number>();
    const first = running.share('a', undefined, () => promise);
    const second = running.share('a', controller.signal, () => Promise.resolve(2));
    controller.abort();
    await assert.rejects(second, isCancelled);
    resolve(1);
    assert.equal(await first, 1);
  });
});
