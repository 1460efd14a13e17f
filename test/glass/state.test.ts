import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Session, SessionEvent } from '../../src/sessions/index.ts';
import { openTestSession } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

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

  it('is none where nothing was saved, and the session goes on', async () => {
    await using session = await openTestSession();
    assert.equal(await session.restoreState(), undefined);
    assert.equal((await run(session, 'import os; os.makedirs("/workspace/.belljar", exist_ok=True)')).error, undefined);
    await run(session, 'open("/workspace/.belljar/state", "wb").write(b"not a state")');
    await assert.rejects(session.restoreState(), /no saved state, or not a whole one/);
    assert.equal((await run(session, '1')).error, undefined);
  });
});

async function run(session: Session, code: string): Promise<{ readonly error: RaisedError | undefined }> {
  const events = await Array.fromAsync(session.run(code));
  return { error: events.find((event) => event.type === 'error') };
}
