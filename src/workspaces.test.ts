import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { bubblewrap, needs, python, root } from '../test/support/prerequisite.ts';
import { temporaryFolder } from '../test/support/temporary-folder.ts';
import { openBelljar } from './belljar.ts';

const asker = { actor: { id: 'user-1', kind: 'user' }, role: 'owner' } as const;

describe('Workspace', needs(root, bubblewrap, python), () => {
  it('keeps files from session to session', async (test) => {
    await using belljar = await openBelljar({ home: await temporaryFolder(test) });
    const workspace = belljar.workspaces.use('notebook', asker);
    {
      await using first = await workspace.openSession();
      await first.run('open("kept", "w").write("yes")').result;
    }
    await using second = await workspace.openSession();
    assert.equal(await second.call('open("kept").read()'), 'yes');
  });

  it('wakes a session with its names after the server was started anew', async (test) => {
    const home = await temporaryFolder(test);
    {
      await using belljar = await openBelljar({ home });
      const session = await belljar.workspaces.use('notebook', asker).openSession();
      await session.run('numbers = [1, 2, 3]\ndef total(): return sum(numbers)\nlock = __import__("threading").Lock()')
        .result;
      const { notSaved = [] } = await session.sleep();
      assert.deepEqual(
        notSaved.map(({ name }) => name),
        ['lock'],
      );
    }
    await using belljar = await openBelljar({ home });
    const { session } = await belljar.workspaces.use('notebook', asker).wakeSession();
    assert.equal(await session.call('total()'), 6);
    await session.close();
  });

  it('begins anew, and says so, where nothing was ever put to sleep', async (test) => {
    await using belljar = await openBelljar({ home: await temporaryFolder(test) });
    const { session, report } = await belljar.workspaces.use('new', asker).wakeSession();
    assert.equal(report, undefined);
    await session.close();
  });

  it('refuses to put to sleep what nothing would be left of', async (test) => {
    await using belljar = await openBelljar({ home: await temporaryFolder(test) });
    await using session = await belljar.sessions.open(asker);
    await assert.rejects(session.sleep(), { code: 'USAGE' });
  });
});
