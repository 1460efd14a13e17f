import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { hasOwnSystemd, isRuledBySystemd, isUnitDelegated } from './systemd.ts';

describe('isRuledBySystemd()', () => {
  it('says no where the first process is not in systemd’s own group', async () => {
    const isInit = /^0::\/init\.scope$/m.test(readFileSync('/proc/1/cgroup', 'utf8'));
    assert.equal(await isRuledBySystemd(), isInit && existsSync('/run/systemd/system'));
  });
});

describe('isUnitDelegated()', () => {
  for (const manager of ['system', 'user'] as const) {
    it(`takes no answer of the ${manager}’s systemd for a no, and an unknown unit too`, async () => {
      assert.equal(await isUnitDelegated(`belljar-unknown-${process.pid}.scope`, manager), false);
      assert.equal(await isUnitDelegated('--help', manager), false);
    });
  }
});

describe('hasOwnSystemd()', () => {
  it('looks where systemd keeps what belongs to this user', async () => {
    assert.equal(await hasOwnSystemd(), existsSync(`/run/user/${process.getuid?.()}/systemd`));
  });
});
