import assert from 'node:assert/strict';
import { type TestContext, describe, it } from 'node:test';

import { noAnswer } from '../../../test/support/memory-runner.ts';
import { MemoryBackend, launchIn, planFor } from '../../../test/support/memory-pool.ts';
import type { LaunchPlan } from '../launch-plan.ts';
import { type PoolOptions, Pool, readPoolOptions } from './index.ts';

const roomy = 1e12;

interface Opened {
  readonly pool: Pool;
  readonly backend: MemoryBackend;
  /** What the machine has left, and the time. */
  readonly machine: { availableBytes: number; now: number };
}

function open(context: TestContext, options: PoolOptions = {}, backend = new MemoryBackend()): Opened {
  const machine = { availableBytes: roomy, now: 0 };
  const pool = new Pool({
    settings: readPoolOptions(options),
    launch: (plan, signal) => launchIn(backend, plan, signal),
    available: () => Promise.resolve(machine.availableBytes),
    now: () => machine.now,
  });
  context.after(() => pool.close());
  return { pool, backend, machine };
}

async function keep(pool: Pool, plan: LaunchPlan, count: number): Promise<void> {
  pool.keepOnly([{ plan, keep: count }]);
  await pool.filled();
}

describe('Pool', () => {
  it('keeps what it is told to, and hands each out once', async (context) => {
    const { pool } = open(context);
    await keep(pool, planFor(), 2);
    assert.equal(pool.report().warm, 2);
    const [first, second, third] = [await pool.take(planFor()), await pool.take(planFor()), await pool.take(planFor())];
    assert.ok(first !== undefined && second !== undefined && first !== second);
    assert.equal(third, undefined);
    assert.deepEqual([pool.report().served, pool.report().missed], [2, 1]);
    await Promise.all([first.close(), second.close()]);
  });

  it('has nothing for a plan that differs', async (context) => {
    const { pool } = open(context);
    await keep(pool, planFor(), 1);
    const others = [planFor('w'), planFor(null, 'b'.repeat(64)), { ...planFor(), preload: ['numpy'] }];
    for (const other of others) assert.equal(await pool.take(other), undefined);
    const same = await pool.take(planFor());
    assert.ok(same !== undefined, 'the control: an equal plan');
    await same.close();
  });

  it('hands out none that does not answer any more', async (context) => {
    let isDeaf = false;
    const backend = new MemoryBackend({ onAsk: () => (isDeaf ? '[3]' : '[2]') });
    const { pool } = open(context, {}, backend);
    await keep(pool, planFor(), 2);
    isDeaf = true;
    assert.equal(await pool.take(planFor()), undefined);
    assert.equal(pool.report().warm, 0);
  });

  it('keeps none that does not begin to answer', async (context) => {
    const { pool, machine, backend } = open(context, {}, new MemoryBackend({ onAsk: () => 'nonsense' }));
    await keep(pool, planFor(), 1);
    assert.deepEqual([pool.report().warm, backend.launched.length], [0, 1]);
    await pool.filled();
    assert.equal(backend.launched.length, 1, 'the next one is tried later');
    machine.now += 1000;
    await pool.filled();
    assert.equal(backend.launched.length, 2);
  });

  it('makes another where one has ended by itself', async (context) => {
    const { pool, backend, machine } = open(context);
    await keep(pool, planFor(), 1);
    const [runner] = backend.launched;
    runner?.sandbox.kill('the test');
    while (pool.report().warm > 0) await new Promise(setImmediate);
    machine.now += 1000;
    await pool.filled();
    assert.deepEqual([pool.report().warm, backend.launched.length], [1, 2]);
  });

  it('makes one of a kind that was wanted, and lets it go when it was not wanted for long', async (context) => {
    const { pool, machine } = open(context, { idleMs: 10_000 });
    await pool.whileWaitedFor(() => pool.take(planFor()));
    await pool.filled();
    assert.equal(pool.report().warm, 1);
    machine.now += 9000;
    await pool.sweep();
    assert.equal(pool.report().warm, 1);
    machine.now += 2000;
    await pool.sweep();
    await pool.sweep();
    assert.deepEqual([pool.report().warm, pool.report().kinds], [0, 0]);
  });

  it('makes room for what is wanted now by what was wanted before', async (context) => {
    const { pool, machine } = open(context, { maxWarm: 1 });
    for (const plan of [planFor(), { ...planFor(), preload: ['numpy'] }]) {
      machine.now += 10_000;
      await pool.whileWaitedFor(() => pool.take(plan));
      await pool.filled();
      assert.equal(pool.report().warm, 1);
    }
    const later = await pool.take({ ...planFor(), preload: ['numpy'] });
    assert.ok(later !== undefined);
    await later.close();
  });

  it('has none while the machine has little memory left, and gets them back', async (context) => {
    const { pool, machine } = open(context, { minAvailableBytes: 1e9 });
    await keep(pool, planFor(), 2);
    machine.availableBytes = 1e6;
    await pool.sweep();
    assert.equal(pool.report().warm, 0);
    await pool.filled();
    assert.equal(pool.report().warm, 0);
    machine.availableBytes = roomy;
    await pool.sweep();
    await pool.filled();
    assert.equal(pool.report().warm, 2);
  });

  it('lets go what another policy decided, and what shows the files of a workspace', async (context) => {
    const { pool } = open(context);
    pool.keepOnly([planFor(), planFor('w'), planFor(null, 'b'.repeat(64))].map((plan) => ({ plan, keep: 1 })));
    await pool.filled();
    assert.equal(pool.report().warm, 3);
    pool.dropAllBut('a'.repeat(64));
    assert.equal(pool.report().warm, 2);
    await pool.dropWorkspace('w');
    assert.equal(pool.report().warm, 1);
  });

  it('lets go what shows a workspace when the same is wanted by another plan', async (context) => {
    const { pool } = open(context);
    await keep(pool, planFor('w'), 1);
    assert.equal(await pool.take({ ...planFor('w'), preload: ['numpy'] }), undefined);
    assert.equal(pool.report().warm, 0);
  });

  it('ends what it has, and what it is making, when it is closed', async (context) => {
    const backend = new MemoryBackend({ onAsk: ({ what }) => (what === 'preload' ? noAnswer : '[2]') });
    const { pool } = open(context, {}, backend);
    await keep(pool, planFor(), 1);
    pool.keepOnly([{ plan: { ...planFor(), preload: ['slow'] }, keep: 1 }]);
    while (backend.launched.at(-1)?.typesHeard().includes('ask') !== true) await new Promise(setImmediate);
    while (backend.launched.length < 2) await new Promise(setImmediate);
    await pool.close();
    for (const { sandbox } of backend.launched) await sandbox.exited;
  });
});
