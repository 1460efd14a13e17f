import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { madeUpLock } from '../../test/support/locks.ts';
import { readRequirementsText } from '../packages/index.ts';
import { writeRequirements } from './write-requirements.ts';

describe('writeRequirements()', () => {
  const lock = madeUpLock({ name: 'app', version: '2.1' }, { name: 'dep', requiredBy: ['app'] });
  const hashes = lock.packages.map(({ wheels }) => wheels[0]?.sha256);

  it('pins each package with the hashes of its files', () => {
    assert.equal(
      writeRequirements(lock),
      `app==2.1 \\\n    --hash=sha256:${hashes[0]}\ndep==1.0 \\\n    --hash=sha256:${hashes[1]}\n`,
    );
  });

  it('writes what a wish can be read from', () => {
    const { requirements, problems } = readRequirementsText(Buffer.from(writeRequirements(lock)), { from: 'test' });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      requirements.map(({ name, specifier, sha256s }) => [name, specifier, ...sha256s]),
      [
        ['app', '==2.1', hashes[0]],
        ['dep', '==1.0', hashes[1]],
      ],
    );
  });

  it('is empty for an empty lock', () => {
    assert.equal(writeRequirements(madeUpLock()), '');
  });
});
