import assert from 'node:assert/strict';
import { it } from 'node:test';

import { BelljarError } from '../../errors.ts';
import { explainUnkept, isForRoom } from './unkept.ts';

it('explainUnkept() says what the disk refuses, and leaves every other failure as it is', () => {
  const full = explainUnkept(Object.assign(new Error('no'), { code: 'ENOSPC', path: '/x' }), 'acme-1.0');
  assert.ok(full instanceof BelljarError);
  assert.equal(full.code, 'STORAGE_FULL');
  assert.match(full.message, /^acme-1.0 cannot be kept: the disk is full; nothing of it is left$/);
  const closed = explainUnkept(Object.assign(new Error('no'), { code: 'EROFS' }), 'acme-1.0');
  assert.equal((closed as BelljarError).code, 'ENVIRONMENT_UNKEPT');
  const others = [new Error('other'), new BelljarError('CANCELLED', 'cancelled')];
  for (const other of others) assert.equal(explainUnkept(other, 'acme'), other);
});

it('isForRoom() knows a full disk by what the disk said and by what we make of it', () => {
  const said = (code: string) => Object.assign(new Error(code), { code });
  for (const full of [said('ENOSPC'), said('EDQUOT'), new BelljarError('STORAGE_FULL', 'full')]) {
    assert.equal(isForRoom(full), true);
  }
  for (const other of [said('EACCES'), new BelljarError('BUILD_FAILED', 'no'), undefined, 'ENOSPC']) {
    assert.equal(isForRoom(other), false);
  }
});
