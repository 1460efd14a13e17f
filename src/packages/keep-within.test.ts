import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type KeptFile, keepWithin, type KeepWithinOptions } from './keep-within.ts';

const now = Date.now();
const day = 86_400_000;

function setFiles(...changes: Partial<KeptFile>[]) {
  const gone: string[] = [];
  const files = changes.map((change, place): KeptFile => {
    const sha256 = String.fromCharCode(97 + place);
    const remove = (): Promise<void> => Promise.resolve(void gone.push(sha256));
    const usual = { kind: 'artifact', sizeBytes: 10, usedAtMs: now - day, isHeld: false } as const;
    return { ...usual, sha256, remove, ...change };
  });
  const keep = async (options: KeepWithinOptions) => {
    const { removed, ...bytes } = await keepWithin(files, options);
    return { removed: removed.map(({ sha256 }) => sha256).join(''), gone: gone.join(''), ...bytes };
  };
  return { keep };
}

describe('keepWithin()', () => {
  it('removes what was used longest ago, and no more than has to go', async () => {
    const { keep } = setFiles({ usedAtMs: now - day }, { usedAtMs: now - 3 * day }, { usedAtMs: now - 2 * day });
    assert.deepEqual(await keep({ maxBytes: 30 }), { removed: '', gone: '', beforeBytes: 30, afterBytes: 30 });
    assert.deepEqual(await keep({ maxBytes: 29 }), { removed: 'b', gone: 'b', beforeBytes: 30, afterBytes: 20 });
    assert.equal((await keep({ maxBytes: 10 })).removed, 'bc');
  });

  it('keeps what was used just now, what somebody holds, and what has to stay, whatever room is wanted', async () => {
    const { keep } = setFiles({ usedAtMs: now - 60_000 }, { isHeld: true }, {}, {});
    assert.equal((await keep({ maxBytes: 0, stays: new Set(['c']) })).removed, 'd');
    assert.equal((await keep({ maxBytes: 0, protectMs: 1000 })).removed, 'cda');
  });

  it('only says what it would remove where that is asked', async () => {
    const { keep } = setFiles({}, { kind: 'built' });
    assert.deepEqual(await keep({ maxBytes: 0, isDryRun: true }), {
      ...{ removed: 'ab', gone: '' },
      ...{ beforeBytes: 20, afterBytes: 0 },
    });
  });

  it('stops when it is cancelled', async () => {
    const { keep } = setFiles({});
    assert.equal((await keep({ maxBytes: 0, signal: AbortSignal.abort() })).gone, '');
  });
});
