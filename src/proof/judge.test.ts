import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Sighting } from './case.ts';
import { judge } from './judge.ts';

const refused = (error: string): Sighting => ({ seen: undefined, hasTried: true, word: `refused ${error} [Errno 1]` });
const succeeded: Sighting = { seen: 'a file on the host', hasTried: true, word: 'did' };
const silent: Sighting = { seen: undefined, hasTried: false, word: 'said nothing in time' };

describe('judge()', () => {
  it('calls an attack contained that was not seen, where its control was', () => {
    assert.deepEqual(judge(refused('EPERM'), succeeded), { verdict: 'contained', evidence: 'refused EPERM [Errno 1]' });
  });

  it('believes what was seen, not what the attack says of itself', () => {
    const liar = { ...succeeded, word: 'refused EPERM' };
    assert.deepEqual(judge(liar, succeeded), { verdict: 'escaped', evidence: 'a file on the host' });
    const braggart = { ...refused('EPERM'), word: 'did' };
    assert.equal(judge(braggart, succeeded).verdict, 'contained');
  });

  it('calls an attack that got through escaped, even where its control did not', () => {
    assert.equal(judge(succeeded, refused('EPERM')).verdict, 'escaped');
  });

  it('takes a control that does not succeed for no proof', () => {
    const { verdict, evidence } = judge(refused('EPERM'), refused('EPERM'));
    assert.equal(verdict, 'unproven');
    assert.match(evidence, /the control did not succeed: refused EPERM/);
  });

  it('takes an attack that never began for no proof', () => {
    assert.equal(judge(silent, succeeded).verdict, 'unproven');
  });

  it('calls a case absent where the kernel lacks what is attacked', () => {
    for (const error of ['ENOSYS', 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ENODEV']) {
      assert.equal(judge(refused('EPERM'), refused(error)).verdict, 'absent', error);
    }
    assert.equal(judge(refused('EPERM'), { ...silent, word: 'refused ENOSYS' }).verdict, 'unproven');
  });

  it('calls a case absent that the machine denies this user anyhow, where the case says that it may', () => {
    assert.equal(judge(refused('EPERM'), refused('EACCES'), true).verdict, 'absent');
    assert.equal(judge(refused('EPERM'), refused('EACCES'), false).verdict, 'unproven');
    assert.equal(judge(refused('EPERM'), refused('ENOENT'), true).verdict, 'unproven');
  });
});
