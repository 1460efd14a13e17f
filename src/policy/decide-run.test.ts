import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BelljarError } from '../errors.ts';
import { decideRun } from './decide-run.ts';
import { parseDefaultPolicy } from './default-policy.ts';
import { parsePolicy } from './parse-policy.ts';
import type { Policy, RunLimits } from './policy-schema.ts';
import { limitKeys } from './runtime-schema.ts';

const { policy: byDefault } = parseDefaultPolicy();
const user = { id: 'user-1', kind: 'user' } as const;

test('decideRun() gives the limits of the policy to a run that asks for nothing', () => {
  const decision = decideRun({ policy: byDefault, actor: user, role: 'collaborator' });
  assert.equal(decision.verdict, 'allow');
  assert.deepEqual(decision.limits, byDefault.runtime.limits);
  assert.deepEqual(decision.network, { allow: [] });
  assert.deepEqual(decision.backends, ['process', 'container']);
});

test('decideRun() takes a limit below the maximum, and one at the maximum', () => {
  const requested = { memoryBytes: 4 * 2 ** 30, wallTimeMs: 1000 };
  const decision = decideRun({ policy: byDefault, actor: user, role: 'owner', requested });
  assert.equal(decision.verdict, 'allow');
  assert.deepEqual(decision.limits, { ...byDefault.runtime.limits, ...requested });
});

test('decideRun() denies each limit above its maximum and names the rule', () => {
  const { maximum } = byDefault.runtime;
  const files = {
    memoryBytes: 'memory',
    cpus: 'cpus',
    processes: 'processes',
    wallTimeMs: 'wallTime',
    cpuTimeMs: 'cpuTime',
  };
  for (const [name, file] of Object.entries(files)) {
    const requested = { [name]: maximum[name as keyof typeof files] + 1 };
    const decision = decideRun({ policy: byDefault, actor: user, role: 'owner', requested });
    assert.equal(decision.verdict, 'deny', name);
    const reason = decision.reasons.find(({ verdict }) => verdict === 'deny');
    assert.equal(reason?.rule, `runtime.maximum.${file}`);
    assert.deepEqual(decision.limits, byDefault.runtime.limits);
  }
});

test('decideRun() refuses a limit that is no positive number', () => {
  for (const cpus of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(
      () => decideRun({ policy: byDefault, actor: user, role: 'owner', requested: { cpus } }),
      (error: unknown) => error instanceof BelljarError && error.code === 'USAGE',
    );
  }
});

test('decideRun() refuses parts of what the kernel only counts whole, and takes parts of a processor', () => {
  for (const name of Object.values(limitKeys)) {
    const decide = (amount: number): unknown =>
      decideRun({ policy: byDefault, actor: user, role: 'owner', requested: { [name]: amount } }).limits[name];
    assert.equal(decide(2), 2, name);
    if (name === 'cpus') assert.equal(decide(1.5), 1.5);
    else
      assert.throws(() => decide(1.5), {
        code: 'USAGE',
        message: `the limit ${name} must be a positive whole number, not 1.5`,
      });
  }
});

test('decideRun() denies viewers and anonymous actors, and allows collaborators', () => {
  const verdictOf = (role: 'viewer' | 'anonymous' | 'collaborator'): string =>
    decideRun({ policy: byDefault, actor: user, role }).verdict;
  assert.equal(verdictOf('viewer'), 'deny');
  assert.equal(verdictOf('anonymous'), 'deny');
  assert.equal(verdictOf('collaborator'), 'allow');
  const linked = { id: 'link', kind: 'anonymous' } as const;
  assert.equal(decideRun({ policy: byDefault, actor: linked, role: 'owner' }).verdict, 'deny');
});

test('decideRun() requires what is essential, what the policy adds, and not what it takes off by name', () => {
  const essential = [
    'filesystem',
    'network-off',
    'privileges',
    'system-call-filter',
    'memory-limit',
    'process-limit',
    'wall-time-limit',
  ];
  assert.deepEqual(decideRun({ policy: byDefault, actor: user, role: 'owner' }).required, essential);
  const policy = read('runtime: {required: [disk-limit], notRequired: [memory-limit]}');
  const decision = decideRun({ policy, actor: user, role: 'owner' });
  assert.deepEqual(decision.required, [...essential.filter((name) => name !== 'memory-limit'), 'disk-limit']);
  assert.equal(decision.verdict, 'allow');
  assert.ok(
    decision.reasons.some(({ rule, matched }) => rule === 'runtime.notRequired[0]' && matched === 'memory-limit'),
  );
});

test('a limit that is asked for by name must be enforced, whatever the policy takes off', () => {
  const policy = read('runtime: {notRequired: [memory-limit, process-limit]}');
  const ask = (requested: Partial<RunLimits>) => decideRun({ policy, actor: user, role: 'owner', requested }).required;
  assert.ok(!ask({}).includes('memory-limit'));
  assert.ok(ask({ memoryBytes: 1000 }).includes('memory-limit'));
  assert.ok(!ask({ memoryBytes: 1000 }).includes('process-limit'));
  assert.ok(ask({ cpuTimeMs: 1000 }).includes('cpu-time-limit'));
});

test('an empty list of what is required takes nothing off', () => {
  const required = (policy: Policy): readonly string[] => decideRun({ policy, actor: user, role: 'owner' }).required;
  assert.deepEqual(required(read('runtime: {required: []}')), required(byDefault));
});

function read(text: string): Policy {
  const reading = parsePolicy(`version: 1\n${text}`, 'test.yaml');
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.policy;
}
