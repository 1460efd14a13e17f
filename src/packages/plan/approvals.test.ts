import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { lockedPackage } from '../../../test/packages/locked-package.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { parseDefaultPolicy, type Reason } from '../../policy/index.ts';
import { type Entry, openHomeRecord } from '../../record/index.ts';
import { sealLock } from '../resolve/index.ts';
import { covers, questionsOf } from './approval.ts';
import { Approvals } from './approvals.ts';
import type { Plan } from './plan.ts';

const ada = { id: 'ada', kind: 'user' } as const;
const lock = sealLock({ target: 'python 3.12', packages: [lockedPackage('dep')] });
const otherLock = sealLock({ target: 'python 3.12', packages: [lockedPackage('dep', { version: '1.1' })] });

function reasonOf(rule: string, matched = 'x'): Reason {
  return { rule, verdict: 'ask', matched, message: `because of ${rule}`, path: [] };
}

function planOf(rules: readonly Reason[], of: Plan['lock'] = lock): Plan {
  const dep = { name: 'dep', version: '1.0', verdict: 'ask', reasons: rules };
  // The queue looks at nothing else of a plan.
  return { id: 'plan-1', verdict: 'ask', reasons: [], packages: [dep], lock: of } as unknown as Plan;
}

const plan = planOf([reasonOf('packages.ask[0]')]);

async function open(context: TestContext): Promise<{
  approvals: Approvals;
  /** The same, with a record that nothing can be put on. */
  mute: Approvals;
  setNow: (time: string) => void;
  entries: () => Promise<Entry[]>;
}> {
  const home = await openHomeRecord(join(await temporaryFolder(context), 'home'));
  context.after(() => home[Symbol.asyncDispose]());
  let now = new Date('2026-06-01T00:00:00Z');
  const approvals = new Approvals({ ...home, currentPolicy: parseDefaultPolicy, now: () => now });
  const fail = (): Promise<never> => Promise.reject(new Error('the record is full'));
  const record = { append: fail, appendWithin: fail };
  return {
    approvals,
    mute: new Approvals({ ...home, record, currentPolicy: parseDefaultPolicy, now: () => now }),
    setNow: (time) => {
      now = new Date(time);
    },
    entries: () => home.record.tail({ limit: 20 }),
  };
}

const asked = { plan, actor: ada, role: 'owner', because: 'we need it' } as const;
const answered = { actor: { id: 'olga', kind: 'user' }, role: 'operator', reason: 'reviewed' } as const;

describe('Approvals', () => {
  it('keeps a question until it is answered, and the answer holds for the same lock and no other', async (context) => {
    const { approvals, entries } = await open(context);
    assert.equal(await approvals.find(plan), undefined);
    const { id, state } = await approvals.ask(asked);
    assert.equal(state, 'open');
    assert.equal((await approvals.ask(asked)).id, id);
    await approvals.answer({ id, answer: 'approved', ...answered });
    const found = await approvals.find(plan);
    assert.deepEqual([found?.state, found?.answer?.by.id, found?.answer?.reason], ['approved', 'olga', 'reviewed']);
    assert.equal(await approvals.find(planOf([reasonOf('packages.ask[0]')], otherLock)), undefined);
    const actions = (await entries()).map(({ action }) => action);
    assert.deepEqual(actions.slice(-2), ['approvals.asked', 'approvals.approved']);
  });

  it('does not hold for what the policy asks only later', async (context) => {
    const { approvals } = await open(context);
    const { id } = await approvals.ask(asked);
    await approvals.answer({ id, answer: 'approved', ...answered });
    const more = planOf([reasonOf('packages.ask[0]'), reasonOf('packages.advisories.medium', 'PYSEC-1')]);
    assert.equal(await approvals.find(more), undefined);
    assert.equal((await approvals.find(planOf([])))?.state, 'approved');
  });

  it('holds where each of several answers is to a part of what is asked', async (context) => {
    const { approvals } = await open(context);
    const [first, second] = [reasonOf('packages.ask[0]'), reasonOf('packages.advisories.medium', 'PYSEC-1')];
    const both = planOf([first, second]);
    const one = await approvals.ask({ ...asked, plan: planOf([first]) });
    const other = await approvals.ask({ ...asked, plan: planOf([second]) });
    await approvals.answer({ id: one.id, answer: 'approved', ...answered });
    assert.equal(await approvals.find(both), undefined);
    await approvals.answer({ id: other.id, answer: 'approved', ...answered });
    assert.equal((await approvals.find(both))?.state, 'approved');
    assert.equal((await approvals.agreementOn(lock.digest))?.holdsFor(both), true);
    assert.equal(await approvals.find(planOf([first, second, reasonOf('packages.unknown')])), undefined);
    await approvals.revoke({ ...answered, id: other.id });
    assert.equal(await approvals.find(both), undefined);
  });

  it('changes nothing that the record cannot be told of', async (context) => {
    const { approvals, mute } = await open(context);
    await assert.rejects(mute.ask(asked), /the record is full/);
    assert.deepEqual(await approvals.list(), []);
    const { id } = await approvals.ask(asked);
    await assert.rejects(mute.answer({ id, answer: 'approved', ...answered }), /the record is full/);
    assert.equal((await approvals.find(plan))?.state, 'open');
    assert.equal(await approvals.agreementOn(lock.digest), undefined);
    await approvals.answer({ id, answer: 'approved', ...answered });
    await assert.rejects(mute.revoke({ ...answered, id }), /the record is full/);
    assert.equal((await approvals.find(plan))?.state, 'approved');
  });

  it('refuses a time that no answer holds', async (context) => {
    const { approvals } = await open(context);
    const { id } = await approvals.ask(asked);
    for (const holdsMs of [Number.NaN, 1e18, Infinity, 0, -1]) {
      await assert.rejects(approvals.answer({ id, answer: 'approved', ...answered, holdsMs }), { code: 'USAGE' });
    }
    assert.equal((await approvals.find(plan))?.state, 'open');
  });

  it('takes a yes back, by those who may give one, and only one that holds', async (context) => {
    const { approvals, entries } = await open(context);
    const { id } = await approvals.ask(asked);
    const reason = { actor: answered.actor, reason: 'it was sold' };
    await assert.rejects(approvals.revoke({ id, ...reason, role: 'operator' }), { code: 'APPROVAL_NOT_OPEN' });
    await approvals.answer({ id, answer: 'approved', ...answered });
    await assert.rejects(approvals.revoke({ id, ...reason, role: 'owner' }), { code: 'POLICY_DENIED' });
    const { state, answer } = await approvals.revoke({ id, ...reason, role: 'operator' });
    assert.deepEqual([state, answer?.reason], ['revoked', 'it was sold']);
    assert.equal((await approvals.find(plan))?.state, 'revoked');
    await assert.rejects(approvals.revoke({ id, ...reason, role: 'operator' }), { code: 'APPROVAL_NOT_OPEN' });
    assert.equal((await entries()).at(-1)?.action, 'approvals.revoked');
    assert.notEqual((await approvals.ask(asked)).id, id, 'it can be asked again');
  });

  it('lets only those answer who may approve, and puts on the record who tried', async (context) => {
    const { approvals, entries } = await open(context);
    const { id } = await approvals.ask(asked);
    for (const role of ['owner', 'collaborator', 'viewer', 'anonymous'] as const) {
      await assert.rejects(approvals.answer({ id, answer: 'approved', ...answered, role }), { code: 'POLICY_DENIED' });
    }
    const shared = { ...answered, actor: { id: 'guest', kind: 'anonymous' } } as const;
    await assert.rejects(approvals.answer({ id, answer: 'approved', ...shared }), { code: 'POLICY_DENIED' });
    assert.equal((await approvals.list())[0]?.state, 'open');
    const refused = (await entries()).filter(({ action }) => action === 'approvals.refused');
    assert.deepEqual(
      refused.map(({ actor, verdict, details }) => [actor?.role, verdict, details['approval']]),
      ['owner', 'collaborator', 'viewer', 'anonymous', 'operator'].map((role) => [role, 'deny', id]),
    );
    assert.equal((await approvals.answer({ id, answer: 'approved', ...answered })).state, 'approved');
  });

  it('takes one answer to a question, and none to one that is none', async (context) => {
    const { approvals } = await open(context);
    const { id } = await approvals.ask(asked);
    await approvals.answer({ id, answer: 'rejected', ...answered });
    assert.equal((await approvals.find(plan))?.state, 'rejected');
    await assert.rejects(approvals.answer({ id, answer: 'approved', ...answered }), { code: 'APPROVAL_NOT_OPEN' });
    await assert.rejects(approvals.answer({ id: 'none', answer: 'approved', ...answered }), {
      code: 'APPROVAL_NOT_OPEN',
    });
    assert.notEqual((await approvals.ask(asked)).id, id);
  });

  it('lets questions and answers end with time', async (context) => {
    const { approvals, setNow } = await open(context);
    const { id } = await approvals.ask(asked);
    await approvals.answer({ id, answer: 'approved', ...answered, holdsMs: 1000 });
    assert.equal((await approvals.find(plan))?.state, 'approved');
    setNow('2026-06-01T00:00:02Z');
    assert.equal((await approvals.find(plan))?.state, 'expired');
    const second = await approvals.ask(asked);
    setNow('2026-07-01T00:00:00Z');
    await assert.rejects(approvals.answer({ id: second.id, answer: 'approved', ...answered }), {
      code: 'APPROVAL_NOT_OPEN',
    });
  });

  it('asks nothing where there is nothing to ask', async (context) => {
    const { approvals } = await open(context);
    for (const verdict of ['allow', 'deny'] as const) {
      await assert.rejects(approvals.ask({ ...asked, plan: { ...plan, verdict } }), { code: 'USAGE' });
    }
  });
});

describe('covers()', () => {
  it('tells advisories apart by their ids, and the age of the data from one day to the next not', () => {
    const first = planOf([
      reasonOf('packages.advisories.medium', 'A-1'),
      reasonOf('packages.missing.advisories', 'monday'),
    ]);
    const approval = { lock: lock.digest, questions: questionsOf(first) };
    const tuesday = planOf([
      reasonOf('packages.advisories.medium', 'A-1'),
      reasonOf('packages.missing.advisories', 'tuesday'),
    ]);
    assert.equal(covers(approval, tuesday), true);
    assert.equal(covers(approval, planOf([reasonOf('packages.advisories.medium', 'A-2')])), false);
  });

  it('takes a yes to one licence for none to another', () => {
    const approval = {
      lock: lock.digest,
      questions: questionsOf(planOf([reasonOf('packages.licences.ask[0]', 'MPL-2.0')])),
    };
    assert.equal(covers(approval, planOf([reasonOf('packages.licences.ask[0]', 'MPL-2.0')])), true);
    assert.equal(covers(approval, planOf([reasonOf('packages.licences.ask[0]', 'AGPL-3.0-only')])), false);
  });

  it('knows an entry of a list by what it says, not by its place', () => {
    const vendor = { ...reasonOf('packages.ask[0]', 'acme'), message: 'acme is asked about: vendor check' };
    const approval = { lock: lock.digest, questions: questionsOf(planOf([vendor])) };
    assert.equal(covers(approval, planOf([{ ...vendor, rule: 'packages.ask[3]' }])), true);
    const takeover = { ...vendor, message: 'acme is asked about: maintainer account was taken over' };
    assert.equal(covers(approval, planOf([takeover])), false);
  });
});
