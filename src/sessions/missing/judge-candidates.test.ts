import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { CandidateJudgement } from '../events.ts';
import { describeMissing } from './describe-missing.ts';
import type { ImportNames } from './import-names.ts';
import { explainMissing } from './missing-module.ts';

function judgement(verdict: CandidateJudgement['verdict']): CandidateJudgement {
  return { verdict, rule: `packages.${verdict}[0]`, message: `somebody said ${verdict}`, by: 'name' };
}

function knowing(verdicts: Readonly<Record<string, CandidateJudgement['verdict']>>): ImportNames {
  return {
    distributionsOf: () => Promise.resolve(Object.keys(verdicts)),
    judge: (name) => {
      const verdict = verdicts[name];
      return Promise.resolve(verdict === undefined ? undefined : judgement(verdict));
    },
  };
}

const never = new Promise<never>(() => undefined);

describe('judgeCandidates()', () => {
  it('says of each candidate what the policy says, and names those last that it denies', async () => {
    const seen = knowing({ 'opencv-python': 'deny', 'opencv-python-headless': 'ask' });
    const explained = await explainMissing('cv2', { seen });
    assert.deepEqual(
      explained.candidates.map(({ name, because, policy }) => [name, because, policy?.verdict]),
      [
        ['opencv-python-headless', 'known', 'ask'],
        ['opencv-python', 'known', 'deny'],
      ],
    );
    assert.equal(
      describeMissing(explained),
      'no module named cv2; it comes with the package opencv-python-headless (an approver has to agree to it: somebody ' +
        'said ask) or opencv-python (the policy denies it: somebody said deny). Nothing is installed by itself.',
    );
  });

  it('says nothing of what is allowed, in words', async () => {
    const text = describeMissing(await explainMissing('strange_module', { seen: knowing({ 'odd-thing': 'allow' }) }));
    assert.match(text, /it comes with the package odd-thing\. /);
  });

  it('judges what is only guessed by its name too', async () => {
    const seen: ImportNames = { ...knowing({ strange: 'deny' }), distributionsOf: () => Promise.resolve([]) };
    const { candidates } = await explainMissing('strange', { seen });
    assert.deepEqual(candidates, [{ name: 'strange', because: 'same-name', policy: judgement('deny') }]);
  });

  it('waits for no answer that does not come, and for none that fails', async () => {
    const silent: ImportNames = { distributionsOf: () => never, judge: () => never };
    const failing: ImportNames = {
      distributionsOf: () => Promise.reject(new Error('the disk is gone')),
      judge: () => Promise.reject(new Error('the disk is gone')),
    };
    for (const seen of [silent, failing]) {
      const { candidates } = await explainMissing('strange_module', { seen, patienceMs: 1 });
      assert.deepEqual(candidates, [{ name: 'strange-module', because: 'same-name' }]);
    }
  });
});
