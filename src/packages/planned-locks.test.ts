import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { lockedPackage } from '../../test/packages/locked-package.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { parseDefaultPolicy, parsePolicy, type Reason } from '../policy/index.ts';
import { openHomeRecord } from '../record/index.ts';
import { sql } from '../storage/index.ts';
import { Approvals, type Plan, PlanStore } from './plan/index.ts';
import { PlannedLocks } from './planned-locks.ts';
import { type LockedPackage, sealLock } from './resolve/index.ts';

const lock = sealLock({ target: 'python 3.12', packages: [lockedPackage('dep'), lockedPackage('app')] });
const operator = { actor: { id: 'olga', kind: 'user' }, role: 'operator', reason: 'reviewed' } as const;
const ofDep: Reason = { rule: 'packages.ask[0]', verdict: 'ask', matched: 'dep', message: 'as written', path: ['dep'] };
const ofAll: Reason = { rule: 'packages.missing.advisories', verdict: 'ask', matched: '', message: 'old', path: [] };
const later: Reason = { ...ofDep, rule: 'packages.advisories.high', matched: 'PYSEC-1' };

const tooMany: Reason = { ...ofAll, rule: 'packages.limits.packages', matched: '2', message: 'too many' };

function factsOf({ name, version }: LockedPackage) {
  return { name, version, requested: true, dependants: [], advisories: [] };
}

function readPolicy(packages: string) {
  const reading = parsePolicy(`version: 1\npackages: ${packages}\n`, 'test.yaml');
  if (!reading.ok) assert.fail(JSON.stringify(reading));
  return reading;
}

async function open(context: TestContext) {
  const home = await openHomeRecord(join(await temporaryFolder(context), 'home'));
  context.after(() => home[Symbol.asyncDispose]());
  let now = new Date('2026-06-01T00:00:00Z');
  const approvals = new Approvals({ ...home, currentPolicy: parseDefaultPolicy, now: () => now });
  const plans = new PlanStore(home.database);
  const id = 'plan-1';
  const kept = {
    id,
    time: now.toISOString(),
    workspace: null,
    lock: lock.digest,
    verdict: 'ask',
    policyHash: 'p',
  } as const;
  const asked = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;
  const facts = { packages: lock.packages.map(factsOf) };
  const keepPlan = () => plans.keep({ ...kept, ...asked, requirements: [], facts }, lock);
  await keepPlan();
  const dep = { name: 'dep', version: '1.0', verdict: 'ask', reasons: [ofDep] };
  // The queue looks at nothing else of a plan.
  const plan = { id, verdict: 'ask', reasons: [ofAll, tooMany], packages: [dep], lock } as unknown as Plan;
  let current = readPolicy('{}');
  const locks = new PlannedLocks({ plans, approvals, currentPolicy: () => current });
  return {
    approvals,
    database: home.database,
    keepPlan,
    locks,
    setPolicy: (packages: string) => {
      current = readPolicy(packages);
    },
    against: async () => (await locks.find(lock.digest))?.against?.map(({ rule, verdict }) => [rule, verdict]),
    ask: async () => (await approvals.ask({ plan, ...asked, because: 'we need it' })).id,
    covers: async (project: string, ...reasons: Reason[]) =>
      (await locks.find(lock.digest))?.agreement?.covers(project, reasons) ?? false,
    setNow: (time: string) => {
      now = new Date(time);
    },
  };
}

describe('PlannedLocks', () => {
  it('finds the files of a lock that a plan came to, and of no other', async (context) => {
    const { locks } = await open(context);
    const found = await locks.find(lock.digest);
    const sha256s = lock.packages.map(({ name, wheels }) => [name, wheels.map(({ sha256 }) => sha256)]);
    assert.deepEqual(
      [...(found?.files ?? [])].map(([name, files]) => [name, [...files]]),
      sha256s,
    );
    assert.equal(found?.agreement, undefined);
    assert.equal(await locks.find('0'.repeat(64)), undefined);
  });

  it('knows what was agreed to: what was asked of that package or of the whole, and nothing that came later', async (context) => {
    const { approvals, ask, covers } = await open(context);
    const id = await ask();
    assert.equal(await covers('dep', ofDep), false, 'only asked yet');
    await approvals.answer({ id, answer: 'approved', ...operator });
    assert.equal(await covers('dep', ofDep, ofAll), true);
    assert.equal(await covers('app', ofAll), true);
    assert.equal(await covers('app', ofDep), false, 'asked of another package');
    assert.equal(await covers('dep', ofDep, later), false);
  });

  it('forgets a yes that is over, and one that was taken back', async (context) => {
    const { approvals, ask, covers, setNow } = await open(context);
    await approvals.answer({ id: await ask(), answer: 'approved', ...operator, holdsMs: 1000 });
    assert.equal(await covers('dep', ofDep), true);
    setNow('2026-06-01T00:00:01Z');
    assert.equal(await covers('dep', ofDep), false);
    const again = await ask();
    await approvals.answer({ id: again, answer: 'approved', ...operator });
    assert.equal(await covers('dep', ofDep), true);
    await approvals.revoke({ id: again, ...operator });
    assert.equal(await covers('dep', ofDep), false);
  });

  it('knows what stands against the whole by the policy of now, until somebody agrees where that may be asked', async (context) => {
    const { approvals, ask, against, setPolicy } = await open(context);
    assert.deepEqual(await against(), []);
    setPolicy('{limits: {packages: 1, verdict: deny}}');
    assert.deepEqual(await against(), [['packages.limits.packages', 'deny']]);
    setPolicy('{limits: {packages: 1, verdict: ask}}');
    assert.deepEqual(await against(), [['packages.limits.packages', 'ask']]);
    await approvals.answer({ id: await ask(), answer: 'approved', ...operator });
    assert.deepEqual(await against(), []);
    setPolicy('{limits: {packages: 1, verdict: deny}}');
    assert.deepEqual(await against(), [['packages.limits.packages', 'deny']], 'nobody can agree to that');
  });

  it('gives out nothing of a lock that no plan tells the size of, until it is planned again', async (context) => {
    const { against, database, keepPlan } = await open(context);
    await database.write(sql`delete from plans`);
    assert.deepEqual(await against(), [['packages.limits', 'deny']]);
    await keepPlan();
    assert.deepEqual(await against(), []);
  });
});
