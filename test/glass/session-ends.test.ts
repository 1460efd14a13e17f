import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Session, SessionEvent } from '../../src/sessions/index.ts';
import { openHouse } from '../support/house.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { loopImages } from '../support/volumes.ts';

const owner = { actor: { id: 'person', kind: 'user' }, role: 'owner' } as const;

describe('the end of a session', needs(root, bubblewrap, python), () => {
  it('is told last of all, after the end of the run that it ended, and has one reason', async (context) => {
    const { sessions } = await openHouse(context);
    const session = await sessions.open(owner);
    assert.deepEqual([session.end], [undefined]);
    const run = session.run('print("on"); import time; time.sleep(60)');
    for await (const event of run) if (event.type === 'stream') break;
    await Promise.all([session.close(), session.close('shutdown')]);
    const events = await Array.fromAsync(session.events());
    const [done, closed] = events.slice(-2);
    assert.equal(done?.type, 'done');
    assert.deepEqual(closedIn(events), ['asked', 'the session was closed']);
    assert.equal(closed?.type, 'closed');
    assert.equal(session.end?.why, 'asked');
  });

  it('says that Belljar was closed', async (context) => {
    const { sessions } = await openHouse(context);
    const session = await sessions.open(owner);
    await sessions.close();
    assert.deepEqual(await endOf(session), ['shutdown', 'Belljar was closed']);
  });

  it('says that the sandbox was ended from outside', async (context) => {
    const { sessions, backend } = await openHouse(context);
    const session = await sessions.open(owner);
    backend.launched[0]!.kill('the test');
    assert.deepEqual(await endOf(session), ['lost', 'its sandbox ended: the test']);
  });

  it('says that what ran would not let itself be ended', async (context) => {
    const { sessions } = await openHouse(context);
    const session = await sessions.open(owner);
    const script = { name: 'stuck.py', code: stuck, args: [] };
    const signal = AbortSignal.timeout(500);
    assert.equal((await session.runScript(script, { signal })).outcome.status, 'cancelled');
    assert.deepEqual(await endOf(session), ['unresponsive', 'the run went on after its end']);
  });
});

describe('the end of a session with files', needs(root, bubblewrap, python, loopImages), () => {
  it('says that it was put to sleep', async (context) => {
    const { sessions } = await openHouse(context);
    const session = await sessions.open({ ...owner, workspace: 'a' });
    await session.sleep();
    assert.deepEqual(await endOf(session), ['asleep', 'the session was put to sleep; its names are saved']);
  });
});

async function endOf(session: Session): Promise<readonly string[] | undefined> {
  await session.ended;
  return closedIn(await Array.fromAsync(session.events()));
}

function closedIn(events: readonly SessionEvent[]): readonly string[] | undefined {
  const [closed, ...more] = events.filter((event) => event.type === 'closed');
  assert.deepEqual(more, []);
  return closed && [closed.why, closed.message];
}

const stuck = `
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True: pass
`;
