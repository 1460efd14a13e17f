import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lockedPackage } from '../../../test/packages/locked-package.ts';
import { compareLocks } from './changes.ts';

const lockOf = (...packages: readonly ReturnType<typeof lockedPackage>[]) => ({ packages });

test('compareLocks() tells what is added, removed, and goes up or down, by name', () => {
  const before = lockOf(
    lockedPackage('gone'),
    lockedPackage('up', { version: '1.9' }),
    lockedPackage('down', { version: '2.0' }),
    lockedPackage('same'),
  );
  const after = lockOf(
    lockedPackage('new'),
    lockedPackage('up', { version: '1.10' }),
    lockedPackage('down', { version: '2.0rc1' }),
    lockedPackage('same'),
  );
  assert.deepEqual(compareLocks(before, after), [
    { name: 'down', kind: 'down', from: '2.0', to: '2.0rc1' },
    { name: 'gone', kind: 'removed', from: '1.0' },
    { name: 'new', kind: 'added', to: '1.0' },
    { name: 'up', kind: 'up', from: '1.9', to: '1.10' },
  ]);
});

test('compareLocks() tells another file of the same version', () => {
  const [wheel] = lockedPackage('app').wheels;
  assert.ok(wheel !== undefined);
  const other = lockedPackage('app', { wheels: [{ ...wheel, sha256: 'cd'.repeat(32) }] });
  assert.deepEqual(compareLocks(lockOf(lockedPackage('app')), lockOf(other)), [
    { name: 'app', kind: 'other-file', from: '1.0', to: '1.0' },
  ]);
  assert.deepEqual(compareLocks(lockOf(other), lockOf(other)), []);
});
