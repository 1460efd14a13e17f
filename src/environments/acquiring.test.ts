import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import type { Packages } from '../packages/index.ts';
import { parseDefaultPolicy } from '../policy/index.ts';
import { buildOf, somePython, temporaryShelf } from '../../test/support/shelf.ts';
import { Acquiring } from './acquiring.ts';

const lock = 'a'.repeat(64);
const asker = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;

type Judged = Awaited<ReturnType<Packages['reconsider']>>;

const allowed: Judged = {
  ...{ verdict: 'allow', verdictOnKnownFacts: 'allow', isAgreed: true },
  ...{ reasons: [], packages: [], pending: [], unopened: [], policyHash: 'h' },
};
const denied: Judged = { ...allowed, verdict: 'deny', verdictOnKnownFacts: 'deny', isAgreed: false };

/** Over a shelf, with a lock whose judgement the test says, and trees that are made of nothing. */
async function openAcquiring(context: TestContext, onBring: () => void = () => undefined) {
  const { shelf, record } = await temporaryShelf(context);
  const says = { judged: allowed, afterBuild: allowed, brought: 0 };
  const acquiring = new Acquiring({
    ...{ cacheFolder: shelf.folder, record, python: somePython },
    shelf: {
      folder: shelf.folder,
      find: (key) => shelf.find(key),
      lease: (key) => shelf.lease(key),
      obtain: async (spec) => {
        const lease = await shelf.obtain(spec, buildOf('one'));
        says.judged = says.afterBuild;
        return lease;
      },
    },
    findOwner: () => Promise.resolve(null),
    readSettings: () => Promise.resolve({ sharedBy: 'installation' }),
    currentPolicy: () => parseDefaultPolicy(),
    packages: {
      reconsider: () => Promise.resolve(says.judged),
      findLock: () => Promise.resolve({ target: '', packages: [], digest: lock }),
      bring: () => {
        says.brought += 1;
        onBring();
        return Promise.resolve({ lock: { target: '', packages: [], digest: lock }, wheels: [] });
      },
    },
  });
  context.after(() => acquiring[Symbol.asyncDispose]());
  const countLeases = async (): Promise<number> => {
    await shelf.collect({ maxBytes: 1e9 });
    return (await shelf.list()).reduce((count, { leases }) => count + leases, 0);
  };
  return { acquiring, says, countLeases };
}

describe('Acquiring.acquire()', () => {
  it('hands out nothing that was denied while it was built, and keeps no lease of it', async (context) => {
    const { acquiring, says, countLeases } = await openAcquiring(context);
    says.afterBuild = denied;
    await assert.rejects(acquiring.acquire({ lock, asker }), { code: 'POLICY_DENIED' });
    assert.equal(await countLeases(), 0);
    says.judged = allowed;
    using lease = await acquiring.acquire({ lock, asker });
    assert.equal(lease.isNew, false, 'what was built is there for when it is allowed');
    assert.equal(await countLeases(), 1);
  });

  it('brings the wheels of what is there where nobody knows what is in them, and judges by what is found', async (context) => {
    const { acquiring, says, countLeases } = await openAcquiring(context, () => (says.judged = found));
    let found = allowed;
    (await acquiring.acquire({ lock, asker }))[Symbol.dispose]();
    assert.equal(says.brought, 0);

    says.judged = { ...allowed, unopened: ['dep'] };
    (await acquiring.acquire({ lock, asker }))[Symbol.dispose]();
    assert.equal(says.brought, 1);
    (await acquiring.acquire({ lock, asker }))[Symbol.dispose]();
    assert.equal(says.brought, 1, 'once');

    says.judged = { ...allowed, unopened: ['dep'] };
    found = denied;
    await assert.rejects(acquiring.acquire({ lock, asker }), { code: 'POLICY_DENIED' });
    assert.equal(await countLeases(), 0);
  });
});
