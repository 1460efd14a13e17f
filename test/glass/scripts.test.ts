import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { RunEvent, RunRequest, RunResult, Session, SessionEvent } from '../../src/sessions/index.ts';
import { openTestSession } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

describe('a script in a session', needs(root, bubblewrap, python), () => {
  it('tells what it left, but for the file that it is, and so that the next one tells nothing of it', async () => {
    await using session = await openTestSession();
    const first = script('open("out", "w").write("x")');
    assert.deepEqual(leftBy(await session.runScript(first)), ['new out']);
    assert.deepEqual(leftBy(await session.runScript(script('1 + 1'))), []);
    assert.deepEqual(leftBy(await session.run('1').result), []);
    const changing = script('import os; os.remove("out"); open(__file__, "a").write("# more")');
    assert.deepEqual(leftBy(await session.runScript(changing)), ['removed out', 'changed script.py']);
  });

  it('has its output among the events of the session, to be read again, and given as bytes to who asked', async () => {
    const session = await openTestSession();
    const bytes: Uint8Array[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'stream') bytes.push(event.bytes);
    };
    await session.runScript(script('import sys; sys.stdout.buffer.write(b"caf\\xc3\\xa9 \\xff")'), { onEvent });
    await session.run('print("a cell")').result;
    await session.close();
    assert.deepEqual(Buffer.concat(bytes), Buffer.from('636166c3a920ff', 'hex'));
    const events = await Array.fromAsync(session.events());
    assert.equal(printedBy(events, '1'), 'caf\u00e9 \ufffd');
    assert.equal(printedBy(events, '2'), 'a cell\n');
    const types = events.filter(({ run }) => run === '1').map(({ type }) => type);
    assert.deepEqual(types, ['status', 'status', 'stream', 'usage', 'status', 'done']);
  });

  it('waits for a reader that is slow, and what is remembered of it is bounded', async () => {
    const session = await openTestSession({ outputBytes: 200_000 });
    let readBytes = 0;
    const { outcome, cutBytes } = await session.runScript(script('print("x" * 1_000_000)'), {
      onEvent: async (event) => {
        await Promise.resolve();
        if (event.type === 'stream') readBytes += event.bytes.length;
      },
    });
    assert.deepEqual([outcome, readBytes, cutBytes], [{ status: 'exited', code: 0 }, 200_000, 800_001]);
    await session.close();
    const events = await Array.fromAsync(session.events());
    assert.equal(printedBy(events, '1').length, 200_000);
    assert.equal(events.filter(({ type }) => type === 'cut').length, 1);
  });

  it('is the fault of its reader where that throws, and the session goes on', async () => {
    await using session: Session = await openTestSession();
    const onEvent = (): never => {
      throw new Error('the reader');
    };
    await assert.rejects(session.runScript(script('print(1)'), { onEvent }), /the reader/);
    assert.equal(await session.call('1 + 1'), 2);
  });
});

function script(code: string): RunRequest {
  return { name: 'script.py', code, args: [] };
}

function leftBy({ artifacts = [] }: RunResult): string[] {
  return artifacts.map(({ path, change }) => `${change} ${path}`);
}

function printedBy(events: readonly SessionEvent[], wanted: string): string {
  return events.map((event) => (event.type === 'stream' && event.run === wanted ? event.text : '')).join('');
}
