import assert from 'node:assert/strict';
import { it } from 'node:test';

import { BelljarError } from '../../errors.ts';
import { explainUnkept } from './unkept.ts';

it('explainUnkept() says what the disk refuses, and leaves every other failure as it is', () => {
  const full = explainUnkept(Object.assign(new Error('no'), { code: 'ENOSPC', path: '/x' }), 'acme-1.0');
  assert.ok(full instanceof BelljarError);
  assert.equal(full.code, 'ENVIRONMENT_UNKEPT');
  assert.match(full.message, /^acme-1.0 cannot be kept: the disk is full; nothing of it is left$/);
  const others = [new Error('other'), new BelljarError('CANCELLED', 'cancelled')];
  for (const other of others) assert.equal(explainUnkept(other, 'acme'), other);
});
