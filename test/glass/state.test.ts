import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Session, SessionEvent } from '../../src/sessions/index.ts';
import { openTestSession } from '../support/glass.ts';
import { openHouse } from '../support/house.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { loopImages } from '../support/volumes.ts';

const owner = { actor: { id: 'person', kind: 'user' }, role: 'owner' } as const;

type RaisedError = Extract<SessionEvent, { type: 'error' }>;

const cell = `
import dataclasses, json as j
@dataclasses.dataclass
class Point:
    x: int
    def fail(self):
        return self.x / 0
points = [Point(1), Point(2)]
also = points
file = open("/dev/null")
`;

describe('a saved state', needs(root, bubblewrap, python), () => {
  it('brings names back into a new interpreter, and says what it could not save', async () => {
    await using session = await openTestSession();
    await run(session, cell);
    const saved = await session.saveState();
    assert.deepEqual(saved.saved?.toSorted(), ['Point', 'also', 'dataclasses', 'j', 'points']);
    const [loss, ...more] = saved.notSaved ?? [];
    assert.deepEqual([loss?.name, loss?.reason, more], ['file', 'an open file; open it again after restoring', []]);
    session.restart();
    assert.equal((await run(session, 'points')).error?.name, 'NameError');
    const restored = await session.restoreState();
    assert.deepEqual(restored?.notRestored, []);
    const check = 'assert points is also and points == [Point(1), Point(2)] and j.dumps(1) == "1"';
    assert.equal((await run(session, check)).error, undefined);
  });

  it('keeps the text of cells for the tracebacks to come', async () => {
    await using session = await openTestSession();
    await run(session, cell);
    await session.saveState();
    session.restart();
    await session.restoreState();
    const { error } = await run(session, 'points[0].fail()');
    assert.match(error?.traceback ?? '', /line 7, in fail\n +return self\.x \/ 0/);
  });

  it('is bounded: what does not fit is listed, and the bound is half of what the files may take, or less', async () => {
    await using session = await openTestSession({ diskBytes: 4 << 20 });
    await run(session, 'small = "x" * 100\nlarge = bytearray(3 << 20)');
    const byDisk = await session.saveState();
    assert.deepEqual([byDisk.saved, byDisk.notSaved?.map(({ name }) => name)], [['small'], ['large']]);
    assert.match(byDisk.notSaved?.[0]?.reason ?? '', /does not fit: a saved state may take 2048 KiB here/);
    await run(session, 'large = bytearray(1 << 20)');
    assert.deepEqual((await session.saveState()).saved?.toSorted(), ['large', 'small'], 'the control');
    const byCaller = await session.saveState({ maxBytes: 20_000 });
    assert.match(byCaller.notSaved?.[0]?.reason ?? '', /may take 19 KiB here/);
    assert.deepEqual(byCaller.saved, ['small']);
  });

  it('is none where nothing was saved, and the session goes on', async () => {
    await using session = await openTestSession();
    assert.equal(await session.restoreState(), undefined);
    assert.equal((await run(session, 'import os; os.makedirs("/workspace/.belljar", exist_ok=True)')).error, undefined);
    await run(session, 'open("/workspace/.belljar/state", "wb").write(b"not a state")');
    await assert.rejects(session.restoreState(), /no saved state, or not a whole one/);
    assert.equal((await run(session, '1')).error, undefined);
  });
});

describe('a saved state of two sessions', needs(root, bubblewrap, python, loopImages), () => {
  it('is that of the later one, whose report says what it replaced', async (context) => {
    const { sessions } = await openHouse(context);
    const open = () => sessions.open({ ...owner, workspace: 'shared' });
    await using one = await open();
    await using other = await open();
    await run(one, 'a = 1');
    assert.equal((await one.saveState()).replacesOther, undefined);
    assert.equal((await one.saveState()).replacesOther, undefined, 'one’s own is no other’s');
    await run(other, 'b = 2');
    assert.equal((await other.saveState()).replacesOther, true);
    const restored = await one.restoreState();
    assert.deepEqual(restored?.restored, ['b']);
    assert.equal((await one.saveState()).replacesOther, undefined, 'what was restored is not lost');
  });

  it('is whole when both save at once', async (context) => {
    const { sessions } = await openHouse(context);
    const open = () => sessions.open({ ...owner, workspace: 'shared' });
    await using one = await open();
    await using other = await open();
    await Promise.all([run(one, 'a = bytearray(1 << 22)'), run(other, 'b = bytearray(1 << 22)')]);
    for (let round = 0; round < 5; round++) {
      await Promise.all([one.saveState(), other.saveState()]);
      const restored = await one.restoreState();
      assert.ok((restored?.restored?.length ?? 0) > 0);
      assert.deepEqual(restored?.notRestored, []);
    }
  });
});

async function run(session: Session, code: string): Promise<{ readonly error: RaisedError | undefined }> {
  const events = await Array.fromAsync(session.run(code));
  return { error: events.find((event) => event.type === 'error') };
}
