import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { Belljar, type Session } from '../../src/belljar.ts';
import { openHouse } from '../support/house.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const owner = { actor: { id: 'person', kind: 'user' }, role: 'owner' } as const;

/** Programs that are no TypeScript say what they like. */
const mistaken = { timeoutMS: 10, signl: undefined } as never;

describe('an option that nobody knows', needs(root, bubblewrap, python), () => {
  it('is refused by whatever a session can be asked, and what was meant is said', async (context) => {
    const { sessions } = await openHouse(context);
    await using session = await sessions.open(owner);
    for (const [name, ask] of Object.entries(questions)) {
      const refusal = { code: 'USAGE', message: /knows no option “(timeoutMS|signl)”/ };
      await assert.rejects(async () => ask(session, mistaken), refusal, name);
    }
    await assert.rejects(session.evaluate('1', { timeoutMS: 10 } as never), { hint: 'Did you mean “timeoutMs”?' });
    const { outcome } = await session.evaluate('import time; time.sleep(60)', { timeoutMs: 100 });
    assert.equal(outcome.status, 'timeout', 'the control: what is known is heeded');
  });

  it('is refused where a session is opened, and where it is opened in a workspace', async (context) => {
    const { sessions } = await openHouse(context);
    const meant = { code: 'USAGE', hint: 'Did you mean “preload”?' };
    await assert.rejects(sessions.open({ ...owner, preloads: ['json'] } as never), meant);
    const requested = { memoryBites: 1 } as never;
    await assert.rejects(sessions.open({ ...owner, requested }), { hint: 'Did you mean “memoryBytes”?' });
    await assert.rejects(sessions.open({ ...owner, actor: { ...owner.actor, name: 'x' } } as never), { code: 'USAGE' });
    await using session = await sessions.open({ ...owner, requested: { memoryBytes: 2 ** 28 }, preload: ['json'] });
    assert.equal(await session.call('1 + 1'), 2);
  });

  it('is refused where Belljar is opened, before anything is made, and in workspaces', async (context) => {
    const home = join(await temporaryFolder(context), 'home');
    const refusals: [object, string][] = [
      [{ hoem: home }, 'Did you mean “home”?'],
      [{ sessions: { idleTimoutMs: 1 } }, 'Did you mean “idleTimeoutMs”?'],
      [{ sessions: { pool: { presets: [{ preloads: [] }] } } }, 'Did you mean “preload”?'],
    ];
    for (const [options, hint] of refusals) {
      await assert.rejects(Belljar.open({ home, ...options }), { code: 'USAGE', hint });
    }
    await using belljar = await Belljar.open({ home, sessions: { idleTimeoutMs: 60_000, pool: { maxWarm: 0 } } });
    const use = (asker: object) => () => belljar.workspaces.use('a', asker as never);
    assert.throws(use({ ...owner, rolle: 'owner' }), { code: 'USAGE', hint: 'Did you mean “role”?' });
    const workspace = belljar.workspaces.use('a', owner);
    const asOther = { role: 'operator' } as never;
    await assert.rejects(workspace.openSession(asOther), { code: 'USAGE', message: /knows no option “role”/ });
    await assert.rejects(workspace.wakeSession({ idleTimoutMs: 1 } as never), { code: 'USAGE' });
  });
});

const questions: Record<string, (session: Session, options: never) => unknown> = {
  run: (session, options) => session.run('1', options),
  evaluate: (session, options) => session.evaluate('1', options),
  call: (session, options) => session.call('1', {}, options),
  runScript: (session, options) => session.runScript({ name: 'a.py', code: '', args: [] }, options),
  complete: (session, options) => session.complete('pri', 3, options),
  inspect: (session, options) => session.inspect('print', 5, options),
  preload: (session, options) => session.preload([], options),
  saveState: (session, options) => session.saveState(options),
  restoreState: (session, options) => session.restoreState(options),
  events: (session, options) => session.events(options),
  'files.stat': (session, options) => session.files.stat('', options),
  'files.list': (session, options) => Array.fromAsync(session.files.list('', options)),
  'files.read': (session, options) => Array.fromAsync(session.files.read('a', options)),
  'files.readAll': (session, options) => session.files.readAll('a', options),
  'files.write': (session, options) => session.files.write('a', '', options),
  'files.makeFolder': (session, options) => session.files.makeFolder('a', options),
  'files.remove': (session, options) => session.files.remove('a', options),
};
