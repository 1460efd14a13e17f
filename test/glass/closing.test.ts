import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { Belljar } from '../../src/belljar.ts';
import { ProcessBackend } from '../../src/sandbox/index.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const owner = { actor: { id: 'person', kind: 'user' }, role: 'owner' } as const;

describe('closing in the middle of things', needs(root, bubblewrap, python), () => {
  it('leaves no session of an opening that was under way', async (context) => {
    const belljar = await Belljar.open({ home: join(await temporaryFolder(context), 'home') });
    const opening = belljar.sessions.open(owner);
    opening.catch(() => undefined);
    await belljar.close();
    await assert.rejects(opening, { code: 'SESSION_CLOSED' });
    await assert.rejects(belljar.sessions.open(owner), { code: 'SESSION_CLOSED' });
  });

  it('ends a run whose record is just being written as cancelled, and not as the code’s fault', async (context) => {
    const home = join(await temporaryFolder(context), 'home');
    await using belljar = await Belljar.open({ home });
    const session = await belljar.sessions.open(owner);
    const run = session.runScript({ name: 'x.py', code: 'while True: pass', args: [] });
    await setImmediate(); // it is on its way to the record
    await session.close();
    assert.deepEqual((await run).outcome, { status: 'cancelled' });
  });

  it('says nothing of a write after the end, with a bound on the output too', async () => {
    const sandbox = await new ProcessBackend({}).launch({
      argv: ['/bin/true'],
      env: {},
      mounts: [],
      workingDirectory: '/',
      limits: {
        memoryBytes: 1 << 25,
        processes: 8,
        cpus: 1,
        cpuTimeMs: 5000,
        openFiles: 64,
        fileBytes: 1,
        outputBytes: 1000,
      },
      network: 'off',
      require: [],
    });
    await sandbox.exited;
    sandbox.control.resume();
    if (!sandbox.control.destroyed) sandbox.control.write('too late');
    if (!sandbox.control.closed) await new Promise((resolve) => sandbox.control.once('close', resolve));
  });
});
