import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';

import { z } from 'zod';

import { BelljarError } from './errors.ts';
import { optionsReader, readOptions, signalOption, timeoutOption } from './options.ts';

interface Wanted {
  readonly name: string;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const read = optionsReader<Wanted>('want()', { name: z.string(), timeoutMs: timeoutOption, signal: signalOption });

describe('optionsReader()', () => {
  it('gives back what it knows, also where it is said to be undefined', () => {
    const { signal } = new AbortController();
    assert.deepEqual(read({ name: 'a', timeoutMs: undefined, signal }), { name: 'a', timeoutMs: undefined, signal });
  });

  it('refuses a name that it does not know, and says which one was meant', () => {
    const { code, message, hint } = refusalOf(() => read({ name: 'a', timeoutMS: 1 } as Wanted));
    assert.deepEqual(
      [code, message, hint],
      ['USAGE', 'want() knows no option “timeoutMS”', 'Did you mean “timeoutMs”?'],
    );
  });

  it('says what there is where nothing is near', () => {
    const { hint } = refusalOf(() => read({ name: 'a', colour: 'red' } as Wanted));
    assert.equal(hint, 'Its options are name, timeoutMs, signal.');
  });

  it('says so where there are none', () => {
    const { hint } = refusalOf(() => optionsReader('nothing()', {})({ a: 1 }));
    assert.equal(hint, 'It takes none.');
  });

  it('refuses values of another kind by the name of the option', () => {
    assert.match(
      refusalOf(() => read({ name: 'a', timeoutMs: -1 })).message,
      /^want\(\) does not take this: timeoutMs: /,
    );
    assert.match(refusalOf(() => read({ name: 'a', signal: 1 as never })).message, /signal: must be an AbortSignal/);
    assert.match(refusalOf(() => read({} as Wanted)).message, /name: /);
    for (const none of [null, 'text', 1]) assert.equal(refusalOf(() => read(none as never)).code, 'USAGE');
  });

  it('takes a signal of another realm', () => {
    const signal = runInNewContext('({ aborted: false, addEventListener() {} })') as AbortSignal;
    assert.equal(read({ name: 'a', signal }).signal, signal);
  });
});

describe('readOptions()', () => {
  const nested = z.strictObject({
    items: z.array(z.strictObject({ keep: z.number().default(1) }).readonly()).optional(),
  });

  it('finds what was meant within lists and members that may be left out', () => {
    const { message, hint } = refusalOf(() => readOptions(nested, { items: [{ kep: 2 }] }, 'a pool'));
    assert.deepEqual([message, hint], ['a pool knows no option “kep” in items.0', 'Did you mean “keep”?']);
  });

  it('fills in what has a default', () => {
    assert.deepEqual(readOptions(nested, { items: [{}] }, 'a pool'), { items: [{ keep: 1 }] });
  });
});

function refusalOf(work: () => unknown): BelljarError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof BelljarError);
    return error;
  }
  return assert.fail('it was taken');
}
