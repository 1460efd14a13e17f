import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { doSideBySide } from './side-by-side.ts';

const numbers = Array.from({ length: 500 }, (_, index) => index);
const wait = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('doSideBySide()', () => {
  it('does each once, and more than one at a time but not all', async () => {
    const seen: number[] = [];
    let [underWay, most] = [0, 0];
    await doSideBySide(numbers, async (number) => {
      most = Math.max(most, (underWay += 1));
      await wait();
      underWay -= 1;
      seen.push(number);
    });
    assert.deepEqual(
      seen.toSorted((one, other) => one - other),
      numbers,
    );
    assert.ok(most > 1 && most < numbers.length, `${most}`);
  });

  it('does no more at a time than it may', async () => {
    let [underWay, most] = [0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, (underWay += 1));
      await wait();
      underWay -= 1;
    };
    await doSideBySide(numbers, work, { atOnce: 3 });
    assert.equal(most, 3);
  });

  it('counts what is done', async () => {
    let last = 0;
    await doSideBySide(numbers, wait, { onProgress: (done) => (last = done) });
    assert.equal(last, numbers.length);
  });

  it('throws the first failure, begins nothing after it, and has nothing under way when it does', async () => {
    let [begun, over] = [0, 0];
    const work = async (number: number): Promise<void> => {
      begun += 1;
      await wait();
      over += 1;
      if (number === 3) throw new Error('the third');
    };
    await assert.rejects(doSideBySide(numbers, work), /the third/);
    assert.equal(begun, over);
    assert.ok(begun < numbers.length, `${begun}`);
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    let begun = 0;
    const work = async (): Promise<void> => {
      begun += 1;
      controller.abort();
      await wait();
    };
    await assert.rejects(doSideBySide(numbers, work, { signal: controller.signal }), { code: 'CANCELLED' });
    assert.ok(begun < numbers.length);
  });

  it('has nothing to do with nothing', async () => {
    await doSideBySide([], () => assert.fail());
  });
});
