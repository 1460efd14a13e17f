import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Turns } from './turns.ts';

describe('Turns', () => {
  it('gives one turn after the other, in the order in which they were asked for', async () => {
    const turns = new Turns(() => undefined);
    const told: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const first = turns.take(async () => {
      told.push('first begins');
      await gate.promise;
      told.push('first ends');
    });
    const second = turns.take(() => Promise.resolve(told.push('second')));
    await new Promise(setImmediate);
    assert.deepEqual(told, ['first begins']);
    gate.resolve(undefined);
    await Promise.all([first, second]);
    assert.deepEqual(told, ['first begins', 'first ends', 'second']);
  });

  it('goes on after a turn that failed, and tells only its asker', async () => {
    const turns = new Turns(() => undefined);
    const failing = turns.take(() => Promise.reject(new Error('no')));
    const next = turns.take(() => Promise.resolve('yes'));
    await assert.rejects(failing, /no/);
    assert.equal(await next, 'yes');
  });

  it('is busy until the last turn has ended, and says of each that it has', async () => {
    let ends = 0;
    const turns = new Turns(() => (ends += 1));
    assert.equal(turns.isBusy, false);
    turns.take(() => Promise.reject(new Error('no'))).catch(() => undefined);
    void turns.take(() => Promise.resolve());
    assert.equal(turns.isBusy, true);
    await turns.ended();
    assert.deepEqual([turns.isBusy, ends], [false, 2]);
  });
});
