import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lockedPackage } from '../../test/packages/locked-package.ts';
import { basePins } from './base-pins.ts';

test('basePins() asks for what the base alone asked for, at its very versions', () => {
  const packages = [
    lockedPackage('app'),
    lockedPackage('dep', { requiredBy: ['app'] }),
    lockedPackage('needed', { isRequested: false, requiredBy: ['app'] }),
    lockedPackage('stack', { version: '2.1' }),
  ];
  assert.deepEqual(basePins({ packages }, ['App>=1']), ['stack==2.1']);
  assert.deepEqual(basePins({ packages }, ['app', 'stack>2']), []);
});
