import assert from 'node:assert/strict';
import { type TestContext, describe, it } from 'node:test';

import { Pool, readPoolOptions } from '../../src/sessions/pool/index.ts';
import { FreshSession } from '../../src/sessions/fresh-session.ts';
import type { LaunchPlan } from '../../src/sessions/launch-plan.ts';
import { ProcessBackend } from '../../src/sandbox/index.ts';
import { describeBundles } from '../../src/sessions/index.ts';
import { findInterpreter } from '../../src/environments/index.ts';
import { roomyLimits } from '../support/glass.ts';
import { openHouse } from '../support/house.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { loopImages } from '../support/volumes.ts';

const owner = { actor: { id: 'person', kind: 'user' }, role: 'owner' } as const;

/** One plain warm session, whatever this machine has left. */
const onePlain = { presets: [{ keep: 1 }], minAvailableBytes: 0 };

describe('the pool', needs(root, bubblewrap, python), () => {
  it('has a session ready that is as fresh as any other, and hands it out', async (context) => {
    const { sessions, backend } = await openHouse(context, { pool: onePlain });
    await sessions.poolFilled();
    const launched = backend.launched.length;
    await using session = await sessions.open(owner);
    assert.equal(backend.launched.length, launched, 'nothing was launched for it');
    assert.equal(sessions.pool?.served, 1);
    const events = await Array.fromAsync(session.run('sorted(name for name in dir() if not name.startswith("_"))'));
    const result = events.find((event) => event.type === 'execute_result');
    assert.deepEqual([result?.executionCount, events[0]?.seq], [1, 1]);
    await using other = await (await openHouse(context)).sessions.open(owner);
    const { result: names } = await other.evaluate('sorted(name for name in dir() if not name.startswith("_"))');
    assert.deepEqual(result?.data, names, 'the control: one that was launched when it was wanted');
  });

  it('gives the same limits, guards and capabilities as a launch would, and the record says whose it is', async (context) => {
    const { sessions, backend, entries } = await openHouse(context, { pool: onePlain });
    await sessions.poolFilled();
    const warm = await sessions.open(owner);
    const cold = await sessions.open({ ...owner, requested: { outputBytes: 1000 } });
    assert.deepEqual(sessions.pool && [sessions.pool.served, sessions.pool.missed], [1, 1]);
    await warm.run('1').result;
    await cold.run('1').result;
    await Promise.all([warm.close(), cold.close()]);
    const [ofWarm, ofCold] = backend.specs;
    assert.deepEqual(ofWarm, ofCold);
    const starts = (await entries()).filter(({ action }) => action === 'run.start');
    const told = starts.map(({ actor, details }) => [actor, details['capabilities']]);
    assert.deepEqual(told[0], told[1]);
    assert.notEqual(starts[0]?.correlationId, starts[1]?.correlationId);
  });

  it('hands each out once, however many want one at the same time', async (context) => {
    const { plan, pool } = await openPool(context, 3);
    await pool.filled();
    const taken = await Promise.all(Array.from({ length: 50 }, () => pool.take(plan)));
    const got = taken.filter((fresh) => fresh !== undefined);
    context.after(() => Promise.all(got.map((fresh) => fresh.close())));
    assert.deepEqual([got.length, new Set(got).size], [3, 3]);
    const { served, missed } = pool.report();
    assert.deepEqual([served, missed], [3, 47]);
  });

  it('shares nothing between sessions that are opened at once, not even a uid', async (context) => {
    const { sessions } = await openHouse(context, { pool: { presets: [{ keep: 2 }], minAvailableBytes: 0 } });
    await sessions.poolFilled();
    const opened = await Promise.all(Array.from({ length: 4 }, () => sessions.open(owner)));
    assert.deepEqual(sessions.pool && [sessions.pool.served, sessions.pool.missed], [2, 2]);
    await Promise.all(opened.map((session, index) => session.run(`mark = ${index}`).result));
    assert.deepEqual(await Promise.all(opened.map((session) => session.call('mark'))), [0, 1, 2, 3]);
    const uids = await Promise.all(opened.map((session) => session.call('import os\nos.getuid()')));
    assert.equal(new Set(uids).size, 4);
  });

  it('keeps nothing of one session for the next: names, modules, files, settings', async (context) => {
    const { sessions } = await openHouse(context, { pool: onePlain });
    await sessions.poolFilled();
    const first = await sessions.open(owner);
    const { outcome } = await first.evaluate(leaveTraces);
    assert.equal(outcome.status, 'ok');
    assert.deepEqual(await first.call(findTraces), ['name', 'module', 'file', 'scratch', 'variable', 'builtin']);
    await first.close();
    await sessions.poolFilled();
    await using second = await sessions.open(owner);
    assert.equal(sessions.pool?.served, 2);
    assert.deepEqual(await second.call(findTraces), []);
  });

  it('does not hand out one that was ended from outside', async (context) => {
    const { sessions, backend } = await openHouse(context, { pool: onePlain });
    await sessions.poolFilled();
    backend.launched[0]!.kill('the test');
    await backend.launched[0]!.exited;
    await using session = await sessions.open(owner);
    assert.equal(await session.call('1 + 1'), 2);
    assert.equal(sessions.pool?.served, 0);
  });

  it('does not hand out one whose interpreter is no longer the one that was prepared', async (context) => {
    const preload = ['decimal'];
    const { sessions, backend } = await openHouse(context, { pool: { presets: [{ preload }], minAvailableBytes: 0 } });
    await sessions.poolFilled();
    backend.launched[0]!.control.write('{"type":"restart"}\n'); // the next one would answer, and know no modules
    await using session = await sessions.open({ ...owner, preload });
    assert.equal(await session.call('import sys\n"decimal" in sys.modules'), true);
    assert.equal(sessions.pool?.served, 0);
  });

  it('has the modules imported that a preset names, for those who ask for the same', async (context) => {
    const preload = ['decimal', 'no_such_module'];
    const pool = { presets: [{ preload }], minAvailableBytes: 0 };
    const { sessions } = await openHouse(context, { pool });
    await sessions.poolFilled();
    await using session = await sessions.open({ ...owner, preload });
    await using plain = await sessions.open(owner);
    assert.equal(sessions.pool?.served, 1);
    const isImported = 'import sys\n"decimal" in sys.modules';
    assert.deepEqual([await session.call(isImported), await plain.call(isImported)], [true, false]);
    assert.equal(await session.call('"decimal" in globals()'), false, 'its name is not there before it is imported');
  });

  it('lets go what another policy had decided, and prepares what the new one decides', async (context) => {
    const { sessions, backend, setPolicy } = await openHouse(context, { pool: onePlain });
    await sessions.poolFilled();
    setPolicy('{limits: {processes: 7}}');
    await backend.launched[0]!.exited;
    await sessions.poolFilled();
    await using session = await sessions.open(owner);
    assert.equal(sessions.pool?.served, 1);
    assert.equal(await session.call('1 + 1'), 2);
    const [before, after] = backend.specs.map(({ limits }) => limits.processes);
    assert.equal((after ?? 0) < (before ?? 0), true);
  });

  it('makes nothing for an opening that another policy had decided', async (context) => {
    const { plan, pool } = await openPool(context, 1);
    await pool.filled();
    pool.dropAllBut('another');
    assert.equal(await pool.take(plan), undefined);
    await pool.filled();
    const { warm, kinds, missed } = pool.report();
    assert.deepEqual([warm, kinds, missed], [0, 0, 1]);
    const next = { ...plan, policyHash: 'another' };
    assert.equal(await pool.take(next), undefined);
    await pool.filled();
    assert.equal(pool.report().warm, 1, 'the control: one that the policy in force decides is made');
  });

  it('hands out nothing by a policy that is not in force any more, warm or not', async (context) => {
    for (const pool of [onePlain, undefined]) {
      const { sessions, backend, setPolicy, entries } = await openHouse(context, { pool });
      await sessions.poolFilled();
      const opening = sessions.open(owner);
      setPolicy('{limits: {processes: 7}}');
      const session = await opening;
      await session.run('1').result;
      await session.close();
      const start = (await entries()).find(({ action }) => action === 'run.start');
      assert.equal((start?.details['limits'] as { processes: number }).processes, 7);
      await Promise.all(backend.launched.slice(0, 1).map(({ exited }) => exited));
    }
  });

  it('makes none, and lets go those that it has, where the machine has too little memory', async (context) => {
    const scarce = { ...onePlain, minAvailableBytes: Number.MAX_SAFE_INTEGER };
    const { sessions, backend } = await openHouse(context, { pool: scarce });
    await sessions.poolFilled();
    assert.equal(backend.launched.length, 0);
    await using session = await sessions.open(owner);
    assert.equal(await session.call('1 + 1'), 2);
  });

  it('learns what is wanted, and leaves nothing when it is closed', async (context) => {
    const { sessions, backend } = await openHouse(context, { pool: { minAvailableBytes: 0 } });
    await sessions.poolFilled();
    assert.equal(backend.launched.length, 0, 'nobody has asked for anything');
    const first = await sessions.open(owner);
    await first.close();
    await sessions.poolFilled();
    assert.equal(sessions.pool?.warm, 1);
    await sessions.close();
    assert.equal(sessions.pool.warm, 0);
    await Promise.all(backend.launched.map(({ exited }) => exited));
    await assert.rejects(sessions.open(owner), { code: 'SESSION_CLOSED' });
  });
});

describe('the pool, for a workspace with files', needs(root, bubblewrap, python, loopImages), () => {
  it('keeps a session of that workspace’s files, and gives them back where they are wanted otherwise', async (context) => {
    const { sessions, backend } = await openHouse(context, { pool: { minAvailableBytes: 0 } });
    const first = await sessions.open({ ...owner, workspace: 'a' });
    await first.call('open("kept", "w").write("here")');
    await first.close();
    await sessions.poolFilled();
    const second = await sessions.open({ ...owner, workspace: 'a' });
    assert.equal(sessions.pool?.served, 1);
    assert.equal(await second.call('open("kept").read()'), 'here');
    await second.close();
    await sessions.poolFilled();
    await using other = await sessions.open({ ...owner, workspace: 'b' });
    assert.deepEqual(await other.call('import os\nos.listdir()'), []);
    await sessions.releaseFiles('a');
    const ofA = backend.specs.flatMap(({ mounts }, index) =>
      mounts.some((mount) => mount.kind === 'workspace' && mount.name === 'a') ? [backend.launched[index]!] : [],
    );
    await Promise.all(ofA.map(({ exited }) => exited));
  });

  it('gives a new workspace a session that waited, files and uid and all', needs(loopImages), async (context) => {
    const presets = [{ keep: 2, files: 'workspace' as const }];
    const { sessions, backend } = await openHouse(context, { pool: { presets, minAvailableBytes: 0 } });
    await sessions.poolFilled();
    const launched = backend.launched.length;
    const first = await sessions.open({ ...owner, workspace: 'new' });
    assert.equal(backend.launched.length, launched, 'nothing was launched for it');
    const uid = await first.evaluate('import os; open("kept", "w").write("kept"); os.getuid()');
    await first.close();
    await using again = await sessions.open({ ...owner, workspace: 'new' });
    const seen = await again.evaluate('import os; open("kept").read(), os.getuid()');
    assert.deepEqual(seen.result?.['text/plain'], `('kept', ${String(uid.result?.['text/plain'])})`);
    await using another = await sessions.open({ ...owner, workspace: 'other' });
    assert.equal((await another.evaluate('import os; os.listdir()')).result?.['text/plain'], '[]');
    assert.equal(sessions.pool?.served, 2, 'two were new');
    await assert.rejects(sessions.open({ ...owner, workspace: '+' }), { code: 'USAGE' });
  });

  it('gives one new workspace one set of files, however many open it at once', needs(loopImages), async (context) => {
    const presets = [{ keep: 3, files: 'workspace' as const }];
    const { sessions } = await openHouse(context, { pool: { presets, minAvailableBytes: 0 } });
    await sessions.poolFilled();
    const opened = await Promise.all([1, 2, 3].map(() => sessions.open({ ...owner, workspace: 'new' })));
    context.after(() => Promise.all(opened.map((session) => session.close())));
    for (const [at, session] of opened.entries()) await session.evaluate(`open("${at}", "w").close()`);
    for (const session of opened)
      assert.equal(
        (await session.evaluate('import os; sorted(os.listdir())')).result?.['text/plain'],
        "['0', '1', '2']",
      );
  });

  it('imports nothing from the workspace before somebody asks: its files may change until then', async (context) => {
    const { sessions } = await openHouse(context, { pool: { minAvailableBytes: 0 } });
    const options = { ...owner, workspace: 'a', preload: ['mine'] };
    const first = await sessions.open(options);
    await first.call('open("mine.py", "w").write("value = 1")');
    await first.close();
    await sessions.poolFilled();
    await using second = await sessions.open(options);
    assert.equal(sessions.pool?.served, 1);
    assert.deepEqual(await second.call('import sys\n["mine" in sys.modules, __import__("mine").value]'), [false, 1]);
  });
});

/** A pool that keeps so many of one kind. */
async function openPool(context: TestContext, keep: number): Promise<{ plan: LaunchPlan; pool: Pool }> {
  const interpreter = await findInterpreter();
  const backend = new ProcessBackend(describeBundles(interpreter.parts));
  const plan: LaunchPlan = {
    limits: roomyLimits,
    require: [],
    guards: { exec: [], imports: [], sockets: [] },
    hasNetwork: false,
    workspace: null,
    environment: null,
    preload: [],
    policyHash: '',
  };
  const pool = new Pool({
    settings: readPoolOptions({ minAvailableBytes: 0 }),
    launch: (wanted, signal) =>
      FreshSession.launch({ backend, python: interpreter }, wanted, { signal, isForLater: true }),
  });
  context.after(() => pool.close());
  pool.keepOnly([{ plan, keep }]);
  return { plan, pool };
}

const leaveTraces = `
import builtins, decimal, os
secret = 1
builtins.secret = 1
os.environ["SECRET"] = "1"
for folder in ("/workspace", "/tmp"): open(folder + "/secret", "w").close()
`;

const findTraces = `
import builtins, os, sys
traces = {
    "name": "secret" in globals(), "module": "decimal" in sys.modules, "file": os.path.exists("/workspace/secret"),
    "scratch": os.path.exists("/tmp/secret"), "variable": "SECRET" in os.environ, "builtin": hasattr(builtins, "secret"),
}
[trace for trace, is_there in traces.items() if is_there]
`;
