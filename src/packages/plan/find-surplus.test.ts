import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { lockedPackage } from '../../../test/packages/locked-package.ts';
import { findSurplus } from './find-surplus.ts';

describe('findSurplus()', () => {
  const app = lockedPackage('app');
  const dep = lockedPackage('dep', { isRequested: false, requiredBy: ['app'] });
  const stray = lockedPackage('stray', { isRequested: false });

  it('names what nobody asks for or needs', () => {
    assert.deepEqual(findSurplus([app, dep, stray]), ['stray']);
    assert.deepEqual(findSurplus([app, dep]), []);
  });

  it('tells nothing of a lock with sources', () => {
    const [sdist] = app.wheels;
    assert.deepEqual(findSurplus([lockedPackage('source', { wheels: [], sdist }), stray]), []);
  });
});
