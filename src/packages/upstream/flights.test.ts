import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { BelljarError } from '../../errors.ts';
import { Flights } from './flights.ts';

describe('Flights', () => {
  it('does once what many ask for, and again when it is over', async () => {
    const flights = new Flights<number>();
    let started = 0;
    const start = async (): Promise<number> => (started += 1);
    assert.deepEqual(
      await Promise.all([flights.join('a', start), flights.join('a', start), flights.join('b', start)]),
      [1, 1, 2],
    );
    assert.equal(await flights.join('a', start), 3);
  });

  it('tells all of a failure, and keeps none of it', async () => {
    const flights = new Flights<number>();
    const fail = async (): Promise<number> => Promise.reject(new Error('no'));
    const both = [flights.join('a', fail), flights.join('a', fail)];
    for (const one of both) await assert.rejects(one, /no/);
    assert.equal(await flights.join('a', async () => 1), 1);
  });

  it('gives up only when nobody waits any more', async () => {
    const flights = new Flights<string>();
    const [one, two] = [new AbortController(), new AbortController()];
    let given: AbortSignal | undefined;
    const { promise, resolve } = Promise.withResolvers<string>();
    const start = async (signal: AbortSignal): Promise<string> => {
      given = signal;
      return promise;
    };
    const waits = [one, two].map(({ signal }) => flights.join('a', start, signal));
    one.abort();
    await assert.rejects(waits[0]!, (error) => error instanceof BelljarError && error.code === 'CANCELLED');
    assert.equal(given?.aborted, false);
    two.abort();
    await assert.rejects(waits[1]!);
    assert.equal(given.aborted, true);
    assert.equal(await flights.join('a', async () => 'anew'), 'anew'); // not the one that was given up
    resolve('late');
    await flights.close();
    await assert.rejects(flights.join('a', start, AbortSignal.abort()), BelljarError);
  });
});
