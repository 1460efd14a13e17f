import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';

import type { AnsweredPlan, Approval } from '../belljar.ts';
import type { OptionValues } from './command.ts';
import { type Asked, confirmPlan } from './confirm-plan.ts';

const plan = (verdict: AnsweredPlan['verdict'], approval?: Partial<Approval>): AnsweredPlan =>
  ({
    verdict,
    packages: [],
    reasons: [],
    stale: [],
    totals: { packages: 1, downloadBytes: 10, unknownSizes: 0, pending: 0, byVerdict: { allow: 1, ask: 0, deny: 0 } },
    target: 'python 3.11',
    approval,
  }) as unknown as AnsweredPlan;

interface Desk {
  readonly said: () => string;
  readonly answers: string[];
  readonly confirm: (plan: AnsweredPlan, values?: OptionValues) => Promise<void>;
}

function openDesk({ types, isTerminal = true }: { types?: string; isTerminal?: boolean }): Desk {
  const [stdin, stderr, stdout] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const [input, output] = [Object.assign(stdin, { isTTY: isTerminal }), Object.assign(stderr, { isTTY: isTerminal })];
  if (types !== undefined) stdin.end(types);
  const answers: string[] = [];
  let said = '';
  stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
  const approvals = {
    ask: async ({ because }: { because: string }) => {
      answers.push(`asked: ${because}`);
      return { id: 'q1' };
    },
    answer: async ({ id, answer, role }: { id: string; answer: string; role: string }) => {
      answers.push(`${id} ${answer} by ${role}`);
    },
  } as unknown as Asked;
  return {
    answers,
    said: () => said,
    confirm: (which, values = {}) => {
      const io = { stdin: input, stdout, stderr: output, env: {} };
      const invocation = { values, positionals: [], io, signal: new AbortController().signal };
      return confirmPlan(approvals, invocation, { plan: which, what: 'bring in 1 package' });
    },
  };
}

describe('confirmPlan()', () => {
  it('asks at a terminal, and takes yes for yes', async () => {
    const desk = openDesk({ types: 'y\n' });
    await desk.confirm(plan('allow'));
    assert.match(desk.said(), /Bring in 1 package\? \[y\/N\]/);
    assert.deepEqual(desk.answers, []);
  });

  for (const types of ['n\n', '\n', 'maybe\n', '']) {
    it(`takes ${JSON.stringify(types)} for no`, async () => {
      await assert.rejects(openDesk({ types }).confirm(plan('allow')), { code: 'CANCELLED' });
    });
  }

  it('has the person at the terminal answer what the policy asks, as operator', async () => {
    const desk = openDesk({ types: 'yes\n' });
    await desk.confirm(plan('ask'));
    assert.match(desk.said(), /The policy asks first/);
    assert.deepEqual(desk.answers, ['asked: asked at the terminal', 'q1 approved by operator']);
  });

  it('puts nothing to the approvers where the answer is no', async () => {
    const desk = openDesk({ types: 'n\n' });
    await assert.rejects(desk.confirm(plan('ask')), { code: 'CANCELLED' });
    assert.deepEqual(desk.answers, []);
  });

  it('takes --yes for what is allowed or was approved, and says in one line what comes in', async () => {
    const desk = openDesk({ isTerminal: false });
    await desk.confirm(plan('allow'), { yes: true });
    await desk.confirm(plan('ask', { state: 'approved' }), { yes: true });
    const [first, second, ...rest] = desk.said().trimEnd().split('\n');
    assert.match(first ?? '', /^allow: 1 package, .* to download/);
    assert.match(second ?? '', /^ask, and approved: 1 package/);
    assert.deepEqual(rest, []);
  });

  it('tells a wish that nobody can fulfil from a denial of the policy', async () => {
    const obstacle = { kind: 'absent', message: 'no index has a project “sicks”', absent: [], unread: [], denials: [] };
    const hopeless = { ...plan('deny'), obstacle } as AnsweredPlan;
    const desk = openDesk({ isTerminal: false });
    await assert.rejects(desk.confirm(hopeless, { yes: true }), { code: 'NO_SOLUTION', message: /“sicks”/ });
    const denied = { ...hopeless, obstacle: { ...obstacle, kind: 'policy' } } as AnsweredPlan;
    await assert.rejects(desk.confirm(denied, { yes: true }), { code: 'POLICY_DENIED' });
    assert.match(desk.said(), /there is no solution/);
  });

  for (const verdict of ['allow', 'ask', 'deny'] as const) {
    it(`leaves a program that wants a document the plan in the details where it is ${verdict}`, async () => {
      const desk = openDesk({ isTerminal: false });
      const refused = plan(verdict);
      await assert.rejects(desk.confirm(refused, { json: true }), { details: { plan: refused } });
      await desk.confirm(plan('allow'), { json: true, yes: true });
      assert.equal(desk.said(), '');
    });
  }

  it('takes --yes for nothing that the policy asks or denies', async () => {
    const desk = openDesk({ isTerminal: false });
    await assert.rejects(desk.confirm(plan('ask'), { yes: true }), { code: 'APPROVAL_NEEDED' });
    await assert.rejects(desk.confirm(plan('deny'), { yes: true }), { code: 'POLICY_DENIED' });
  });

  it('refuses where nobody can answer', async () => {
    const desk = openDesk({ isTerminal: false });
    await assert.rejects(desk.confirm(plan('allow')), { code: 'CONFIRMATION_NEEDED', hint: /--yes/ });
  });
});
