import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';

import { openHouse } from '../support/house.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { loopImages } from '../support/volumes.ts';

const owner = { actor: { id: 'person', kind: 'user' }, role: 'owner' } as const;

describe('the record of a session', needs(root, bubblewrap, python), () => {
  it('has what a run removed, and what is too large to be digested', async (context) => {
    const { sessions, entries } = await openHouse(context);
    await using session = await sessions.open(owner);
    await session.run('open("small", "w").write("x"); open("giant", "wb").truncate(33 << 20);').result;
    await session.runScript({ name: 'x.py', code: 'import os; os.remove("small")', args: [] });
    const ends = (await entries()).filter(({ action }) => action === 'run.end');
    const digest = createHash('sha256').update('x').digest('hex');
    assert.deepEqual(
      ends.map(({ details }) => details['artifacts']),
      [
        [
          { path: 'giant', change: 'new', bytes: 33 << 20, digest: null },
          { path: 'small', change: 'new', bytes: 1, digest },
        ],
        [{ path: 'small', change: 'removed', bytes: null, digest: null }],
      ],
    );
  });

  it('says how many files there were besides those that it names', async (context) => {
    const { sessions, entries } = await openHouse(context);
    await using session = await sessions.open(owner);
    await session.run('for i in range(130): open(f"f{i}", "w").close()').result;
    await session.run('1').result;
    const [end] = (await entries()).filter(({ action }) => action === 'run.end');
    assert.deepEqual([(end?.details['artifacts'] as unknown[]).length, end?.details['moreArtifacts']], [100, 30]);
  });
});

describe('the record of saved names', needs(root, bubblewrap, python, loopImages), () => {
  it('has each saving and each restoring, by whom, and what they came to', async (context) => {
    const { sessions, entries } = await openHouse(context);
    const asleep = await sessions.open({ ...owner, workspace: 'a' });
    await asleep.run('a, b = 1, 2\nfile = open("/dev/null")').result;
    const { bytes } = await asleep.sleep();
    const other = { actor: { id: 'other', kind: 'user' }, role: 'collaborator', workspace: 'a' } as const;
    await using awake = await sessions.open(other);
    await awake.restoreState();
    const states = (await entries()).filter(({ action }) => action.startsWith('state.'));
    assert.deepEqual(
      states.map(({ action, actor, workspace, details }) => ({ action, by: actor?.id, workspace, details })),
      [
        { action: 'state.saved', by: 'person', workspace: 'a', details: { names: 2, lost: 1, bytes } },
        { action: 'state.restored', by: 'other', workspace: 'a', details: { names: 2, lost: 0, bytes: null } },
      ],
    );
  });

  it('has no entry where nothing was there to be brought back', async (context) => {
    const { sessions, entries } = await openHouse(context);
    await using session = await sessions.open({ ...owner, workspace: 'a' });
    assert.equal(await session.restoreState(), undefined);
    assert.equal((await entries()).filter(({ action }) => action.startsWith('state.')).length, 0);
  });
});
