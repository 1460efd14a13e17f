import assert from 'node:assert/strict';
import { test } from 'node:test';

import { specOf } from '../../test/support/shelf.ts';
import { Acquiring } from './acquiring.ts';

test('Acquiring reads settings anew that could not be read before', async () => {
  let isBroken = true;
  const nothing = {} as never;
  const { lock, python } = specOf('a'.repeat(64));
  const acquiring = new Acquiring({
    ...{ cacheFolder: '/nowhere', record: nothing, packages: nothing, python, currentPolicy: () => nothing },
    findOwner: () => nothing,
    shelf: { folder: '/nowhere', find: () => Promise.resolve(undefined) } as never,
    readSettings: () =>
      isBroken ? Promise.reject(new Error('broken')) : Promise.resolve({ sharedBy: 'installation' as const }),
  });
  const asker = { actor: { id: 'user-1', kind: 'user' }, role: 'owner' } as const;
  await assert.rejects(acquiring.has({ lock, asker }), /broken/);
  isBroken = false;
  assert.equal(await acquiring.has({ lock, asker }), false);
});
