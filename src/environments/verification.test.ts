import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { buildOf, specOf, temporaryShelf } from '../../test/support/shelf.ts';
import type { Shelf } from './shelf/index.ts';
import { Verification } from './verification.ts';

const stores = {
  wheels: { verify: () => Promise.resolve(undefined) },
  bytecode: { verify: () => Promise.resolve(undefined) },
};

async function shelve(shelf: Shelf, letter: string): Promise<string> {
  using lease = await shelf.obtain(specOf(letter.repeat(64)), buildOf(letter));
  return lease.environment.key;
}

describe('Verification', () => {
  it('leaves out what makes room meanwhile, and says what it found of the others', async (context) => {
    const { shelf } = await temporaryShelf(context);
    const [one, other] = [await shelve(shelf, 'a'), await shelve(shelf, 'b')];
    const real = shelf.verify.bind(shelf);
    shelf.verify = async (key, options) => {
      const report = await real(key, options);
      await shelf.collect({ maxBytes: 0 });
      return report;
    };
    const verified = await new Verification({ shelf, ...stores }).verify([one, other]);
    assert.deepEqual(verified, [{ key: one, problems: [], discarded: [] }]);
  });

  it('says so where what was named was never there', async (context) => {
    const { shelf } = await temporaryShelf(context);
    const verification = new Verification({ shelf, ...stores });
    await assert.rejects(verification.verify(['f'.repeat(64)]), { code: 'ENVIRONMENT_MISSING' });
    const key = await shelve(shelf, 'a');
    assert.deepEqual(await verification.verify([key]), [{ key, problems: [], discarded: [] }]);
  });
});
