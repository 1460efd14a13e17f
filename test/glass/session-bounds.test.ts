import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ImportNamesInMemory } from '../../src/sessions/index.ts';
import { openHouse } from '../support/house.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { loopImages } from '../support/volumes.ts';

const owner = { actor: { id: 'person', kind: 'user' }, role: 'owner' } as const;

describe('a session that misses a module', needs(root, bubblewrap, python), () => {
  it('is told what was learned from wheels, also where it was warm', async (context) => {
    const importNames = new ImportNamesInMemory();
    importNames.learn('Acme.Frames', ['acmeframes']);
    const pool = { presets: [{}], minAvailableBytes: 0 };
    const { sessions } = await openHouse(context, { importNames, pool });
    await sessions.poolFilled();
    for (const requested of [{}, { processes: 60 }]) {
      await using session = await sessions.open({ ...owner, requested });
      const { events } = await session.evaluate('import acmeframes');
      const missing = events.find((event) => event.type === 'missing_package');
      assert.deepEqual(missing?.candidates, [{ name: 'acme-frames', because: 'seen' }]);
    }
    assert.equal(sessions.pool?.served, 1);
  });

  it('is offered no package for what lies among its own files', async (context) => {
    const { sessions } = await openHouse(context);
    await using session = await sessions.open(owner);
    const missing = async () => {
      const { events } = await session.evaluate('import sys; sys.path.clear(); import plotlib2');
      const types = events.map(({ type }) => type);
      assert.ok(types.indexOf('error') < types.indexOf('missing_package'));
      assert.ok(types.indexOf('missing_package') < types.indexOf('done'));
      return events.find((event) => event.type === 'missing_package');
    };
    assert.equal((await missing())?.candidates.length, 1, 'the control');
    await session.files.write('plotlib2.py', '');
    const own = await missing();
    assert.deepEqual(own?.candidates, []);
    assert.match(own.hint ?? '', /plotlib2 lies among the files of the workspace/);
  });
});

describe('an idle session', needs(root, bubblewrap, python), () => {
  it('ends after its time and says so, though its code goes on by itself', async (context) => {
    const { sessions } = await openHouse(context);
    const session = await sessions.open({ ...owner, idleTimeoutMs: 300 });
    await session.run(endlessThread).result;
    await session.ended;
    const events = await Array.fromAsync(session.events());
    const closed = events.find((event) => event.type === 'closed');
    assert.deepEqual(closed && [closed.why, closed.timeoutMs, closed.run], ['idle', 300, null]);
    await assert.rejects(session.run('1').result, { code: 'SESSION_CLOSED' });
  });

  it('is not one in which a run takes longer than that', async (context) => {
    const { sessions } = await openHouse(context);
    await using session = await sessions.open({ ...owner, idleTimeoutMs: 200 });
    assert.equal(await session.call('import time\ntime.sleep(1)\n"still here"'), 'still here');
  });

  it('ends after the time that all have, also when it came from the pool', async (context) => {
    const pool = { presets: [{}], minAvailableBytes: 0 };
    const { sessions } = await openHouse(context, { pool, idleTimeoutMs: 100 });
    await sessions.poolFilled();
    assert.equal(sessions.pool?.warm, 1, 'what is nobody’s does not become idle');
    const session = await sessions.open(owner);
    assert.equal(sessions.pool.served, 1);
    await session.ended;
    assert.ok((await Array.fromAsync(session.events())).some(({ type }) => type === 'closed'));
  });

  it('is refused where the time is none', async (context) => {
    const { sessions } = await openHouse(context);
    await assert.rejects(sessions.open({ ...owner, idleTimeoutMs: 0 }), { code: 'USAGE' });
    await assert.rejects(sessions.open({ ...owner, preload: ['os; evil()'] }), { code: 'USAGE' });
  });
});

describe('the sessions there may be at once', needs(root, bubblewrap, python), () => {
  it('are so many and no more, and one that has ended makes room', async (context) => {
    const { sessions, entries } = await openHouse(context, { maxSessions: 2 });
    const first = await sessions.open(owner);
    await using second = await sessions.open(owner);
    await assert.rejects(sessions.open(owner), { code: 'SESSIONS_EXHAUSTED', httpStatus: 429 });
    const refusal = (await entries()).find(({ action }) => action === 'run.failed');
    assert.equal(refusal?.details['code'], 'SESSIONS_EXHAUSTED');
    await first.close();
    await using third = await sessions.open(owner);
    assert.deepEqual(await Promise.all([second.call('2'), third.call('3')]), [2, 3]);
  });

  it('are counted before they are there', async (context) => {
    const { sessions } = await openHouse(context, { maxSessions: 1 });
    const settled = await Promise.allSettled([sessions.open(owner), sessions.open(owner), sessions.open(owner)]);
    assert.deepEqual(settled.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
  });

  it('are so many of one workspace', needs(loopImages), async (context) => {
    const { sessions } = await openHouse(context, { maxSessionsPerWorkspace: 1 });
    await using one = await sessions.open({ ...owner, workspace: 'a' });
    await assert.rejects(sessions.open({ ...owner, workspace: 'a' }), { code: 'SESSIONS_EXHAUSTED' });
    await using other = await sessions.open(owner);
    assert.deepEqual(await Promise.all([one.call('1'), other.call('2')]), [1, 2]);
  });
});

const endlessThread = `
import threading, time
def tell():
    while True:
        print("still here"); time.sleep(0.05)
threading.Thread(target=tell, daemon=True).start()
`;
