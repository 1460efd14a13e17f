import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { goodPackage, noon, policyOf } from '../../../test/policy/good-facts.ts';
import { type CandidateJudgement, KnownModules } from './known-modules.ts';
import { learnFromWheel } from './learn-from-wheel.ts';

const before = '2026-06-14T00:00:00Z';
const advisory = { id: 'PYSEC-1', aliases: [], severity: 'critical', withdrawn: false } as const;

function judge(
  name: string,
  { packages = '{}', facts }: { packages?: string; facts?: ReturnType<typeof goodPackage> } = {},
): Promise<CandidateJudgement> {
  const remembered = facts && { facts, advisoryData: { asOf: before }, time: before };
  const modules = new KnownModules({
    imports: { distributionsOf: () => Promise.resolve([]) },
    planned: { find: () => Promise.resolve(remembered) },
    currentPolicy: () => ({ policy: policyOf(`packages: ${packages}`) }),
    now: () => noon,
  });
  return modules.judge(name);
}

describe('KnownModules.judge()', () => {
  it('judges by what the last plan knew, under the policy of now', async () => {
    const facts = goodPackage({ name: 'numpy' });
    const found = await judge('NumPy', { facts });
    assert.deepEqual([found.verdict, found.by, found.asOf], ['allow', 'facts', before]);
    const affected = await judge('numpy', { facts: { ...facts, advisories: [{ ...advisory, aliases: [] }] } });
    assert.deepEqual([affected.verdict, affected.rule], ['deny', 'packages.advisories.critical']);
    const refused = await judge('numpy', { facts, packages: '{deny: [{package: numpy, because: not here}]}' });
    assert.deepEqual([refused.verdict, refused.by], ['deny', 'name']);
    assert.match(refused.message, /not here/);
  });

  it('judges by the name alone where nothing else is known, and says so', async () => {
    const verdicts = async (name: string, packages: string): Promise<readonly unknown[]> => {
      const { verdict, rule, by } = await judge(name, { packages });
      return [verdict, rule, by];
    };
    assert.deepEqual(await verdicts('numpy', '{}'), ['allow', 'packages.default', 'name']);
    assert.deepEqual(await verdicts('numpy', '{default: ask}'), ['ask', 'packages.default', 'name']);
    assert.deepEqual(await verdicts('numpy', '{ask: ["num*"]}'), ['ask', 'packages.ask[0]', 'name']);
    assert.deepEqual(await verdicts('numpy', '{deny: ["numpy<1"]}'), ['allow', 'packages.default', 'name']);
  });

  it('never lets a name pass that is easily taken for another', async () => {
    assert.deepEqual((await judge('reqeusts')).rule, 'packages.lookalikes');
    assert.equal((await judge('reqeusts')).verdict, 'ask');
    assert.equal((await judge('reqeusts', { packages: '{allow: [reqeusts]}' })).verdict, 'allow');
  });
});

describe('learnFromWheel()', () => {
  const learning = async (inspection: unknown): Promise<unknown[]> => {
    const learned: unknown[] = [];
    await learnFromWheel({ learn: async (...what) => void learned.push(what) }, inspection);
    return learned;
  };

  it('learns what an opened wheel has', async () => {
    const sound = { verdict: 'sound', name: 'opencv-python', importNames: ['cv2'], more: true };
    assert.deepEqual(await learning(sound), [['opencv-python', ['cv2'], 'wheel']]);
  });

  it('learns nothing from one that was refused, or that tells nothing', async () => {
    for (const nothing of [{ verdict: 'refused', problems: [] }, { verdict: 'sound', name: 'x' }, undefined, 7]) {
      assert.deepEqual(await learning(nothing), []);
    }
  });
});
