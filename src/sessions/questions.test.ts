import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type AskFrame, MemoryRunner, type RunnerScript, noAnswer } from '../../test/support/memory-runner.ts';
import { Questions } from './questions.ts';

async function open(script: RunnerScript): Promise<{ runner: MemoryRunner; questions: Questions } & AsyncDisposable> {
  const { runner, line } = await MemoryRunner.openLine(script);
  return { runner, questions: new Questions(line), [Symbol.asyncDispose]: () => line.close() };
}

/** An interpreter that answers when it is interrupted, or not even then. */
function stubborn(givesIn: 'interrupt' | 'kill' | 'never'): RunnerScript {
  let asked: AskFrame | undefined;
  return {
    onAsk: (ask) => ((asked = ask), noAnswer),
    onOther: ({ type }, runner) => {
      if (type === givesIn && asked !== undefined) runner.reply(asked, { problem: 'KeyboardInterrupt' });
    },
  };
}

describe('Questions', () => {
  it('asks the interpreter, and reads what it answers', async () => {
    await using opened = await open({
      onAsk: ({ what }) => {
        if (what === 'complete') return { matches: ['print'], start: 0, end: 3 };
        return what === 'inspect' ? { found: false } : ['missing_module'];
      },
    });
    const { questions, runner } = opened;
    assert.deepEqual(await questions.complete('pri', 3, {}), { matches: ['print'], start: 0, end: 3 });
    assert.deepEqual(await questions.inspect('x', 1, {}), { found: false });
    assert.deepEqual(await questions.preload(['missing_module'], {}), ['missing_module']);
    const asked = runner.heard.map((frame) =>
      frame.type === 'ask' ? [frame.to, frame.what, frame.about] : frame.type,
    );
    assert.deepEqual(asked, [
      ['interpreter', 'complete', { code: 'pri', cursor: 3 }],
      ['interpreter', 'inspect', { code: 'x', cursor: 1 }],
      ['interpreter', 'preload', { modules: ['missing_module'] }],
    ]);
  });

  it('saves and restores among the files of the workspace, and knows when there was nothing', async () => {
    const paths: unknown[] = [];
    await using opened = await open({
      onAsk: ({ what, about }) => (
        paths.push((about as { path: string }).path),
        what === 'save' ? { saved: ['x'] } : null
      ),
    });
    assert.deepEqual(await opened.questions.saveState({}), { saved: ['x'] });
    assert.equal(await opened.questions.restoreState({}), undefined);
    assert.deepEqual(paths, ['/workspace/.belljar/state', '/workspace/.belljar/state']);
  });

  for (const answer of [undefined, null, 7, [], {}, { matches: 'print' }, { matches: [7], start: 0, end: 0 }]) {
    it(`takes ${JSON.stringify(answer)} for no answer`, async () => {
      await using opened = await open({ onAsk: () => answer });
      await assert.rejects(opened.questions.complete('p', 1, {}), { code: 'RUNNER_REFUSED' });
    });
  }

  it('interrupts what takes too long, and says so', async () => {
    await using opened = await open(stubborn('interrupt'));
    const late = { code: 'RUNNER_REFUSED', message: /longer than 5 ms/ };
    await assert.rejects(opened.questions.complete('p', 1, { timeoutMs: 5 }), late);
    assert.deepEqual(opened.runner.typesHeard(), ['ask', 'interrupt']);
  });

  it('interrupts what is given up, and lets the next one ask', async () => {
    await using opened = await open(stubborn('interrupt'));
    const cancel = new AbortController();
    const answer = opened.questions.complete('p', 1, { signal: cancel.signal });
    const next = opened.questions.complete('p', 1, { timeoutMs: 5 });
    setImmediate(() => cancel.abort());
    await assert.rejects(answer, { code: 'CANCELLED' });
    await assert.rejects(next, { code: 'RUNNER_REFUSED' });
    assert.deepEqual(opened.runner.typesHeard(), ['ask', 'interrupt', 'ask', 'interrupt']);
  });

  it('asks nothing that was given up before its turn', async () => {
    await using opened = await open({ onAsk: () => ({ found: false }) });
    const answer = opened.questions.inspect('p', 1, { signal: AbortSignal.abort() });
    await assert.rejects(answer, { code: 'CANCELLED' });
    assert.deepEqual(opened.runner.heard, []);
  });

  it('ends the interpreter, then the sandbox, where an interrupt does not help', async (context) => {
    const { line, runner } = await MemoryRunner.openLine(stubborn('never'));
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const answer = new Questions(line).complete('p', 1, { timeoutMs: 5000 });
    const failed = assert.rejects(answer, { code: 'RUNNER_REFUSED' });
    for (const passedMs of [0, 5000, 1000, 3000]) {
      await new Promise(setImmediate);
      context.mock.timers.tick(passedMs);
    }
    await failed;
    assert.deepEqual(runner.typesHeard(), ['ask', 'interrupt', 'kill']);
    const { why } = await runner.sandbox.exited;
    assert.deepEqual(why, { kind: 'killed', by: 'a question was not answered' });
  });
});
