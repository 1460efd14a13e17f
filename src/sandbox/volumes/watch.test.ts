import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { VolumeExcess } from './bounds.ts';
import { VolumeWatch } from './watch.ts';

const excess: VolumeExcess = { what: 'bytes', limit: 1, used: 2 };

describe('VolumeWatch', () => {
  it('looks until there is too much, tells it once, and looks no more', async () => {
    const findings = [undefined, undefined, excess, excess];
    let looks = 0;
    const told: VolumeExcess[] = [];
    const seen = Promise.withResolvers<undefined>();
    const look = async (): Promise<VolumeExcess | undefined> => findings[looks++];
    const watch = new VolumeWatch(look, (found) => {
      told.push(found);
      seen.resolve(undefined);
    });
    await seen.promise;
    await watch.stop();
    assert.deepEqual(told, [excess]);
    assert.equal(looks, 3);
  });

  it('goes on where a few looks fail, and takes it for too much where they never succeed', async () => {
    for (const [failures, expected] of [
      [3, excess],
      [Infinity, { what: 'unreadable', limit: 0, used: 1 }],
    ] as const) {
      let looks = 0;
      const seen = Promise.withResolvers<VolumeExcess>();
      const look = (): Promise<VolumeExcess> =>
        looks++ < failures ? Promise.reject(new Error('no descriptors')) : Promise.resolve(excess);
      const watch = new VolumeWatch(look, seen.resolve);
      assert.deepEqual(await seen.promise, expected);
      assert.ok(looks > 3, String(looks));
      await watch.stop();
    }
  });

  it('looks no more once it is stopped, and waits for the look that is under way', async () => {
    const begun = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    let ended = 0;
    const look = async (): Promise<undefined> => {
      begun.resolve(undefined);
      await goOn.promise;
      ended += 1;
    };
    const watch = new VolumeWatch(look, () => assert.fail('there was nothing to tell'));
    await begun.promise;
    const stopped = watch.stop();
    goOn.resolve(undefined);
    await stopped;
    assert.equal(ended, 1);
  });
});
