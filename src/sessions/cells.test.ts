import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { MemoryRunner, type RunFrame, type RunnerScript } from '../../test/support/memory-runner.ts';
import { Cells, checkAnswer } from './cells.ts';
import type { SessionEvent } from './events.ts';
import { ArtifactWatch, SessionFiles } from './files/index.ts';

async function open(script: RunnerScript): Promise<{ runner: MemoryRunner; cells: Cells } & AsyncDisposable> {
  const { runner, line } = await MemoryRunner.openLine(script);
  const watch = new ArtifactWatch(line.asks, { startsEmpty: true });
  const cells = new Cells(line, { watch, files: new SessionFiles(watch.channel) });
  return { runner, cells, [Symbol.asyncDispose]: () => line.close() };
}

/** Tells this of each run, and ends it well. */
function telling(...frames: readonly object[]): RunnerScript {
  return {
    onRun: (run, runner) => {
      for (const frame of frames) runner.say({ run: run.run, ...frame });
      runner.finish(run);
    },
  };
}

/** Asks for a line, prints what comes, and ends. */
const asking: RunnerScript = {
  onRun: ({ run }, runner) => runner.say({ type: 'input', run, call: 'c', prompt: 'name? ', isPassword: false }),
  onOther: (frame, runner) => {
    if (frame.type !== 'answer') return;
    const text = 'value' in frame ? String(frame.value) : `refused: ${frame.problem}`;
    runner.say({ type: 'stream', run: frame.run, name: 'stdout', text });
    runner.finish(frame as unknown as RunFrame);
  },
};

const typesOf = (events: readonly SessionEvent[]): string[] => events.map(({ type }) => type);

describe('Cells', () => {
  it('tells a run from the queue to its end', async () => {
    await using opened = await open(telling({ type: 'stream', name: 'stdout', text: 'hi' }));
    const events = await Array.fromAsync(opened.cells.run('print("hi")', {}));
    assert.deepEqual(typesOf(events), ['status', 'status', 'stream', 'usage', 'status', 'done']);
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'status' ? [event.state] : [])),
      ['queued', 'busy', 'idle'],
    );
  });

  it('names cells by their number, or as they are told to', async () => {
    await using opened = await open({});
    await opened.cells.run('1', {}).result;
    await opened.cells.run('2', { name: 'mine' }).result;
    const names = opened.runner.heard.map((frame) => (frame.type === 'run' && frame.kind === 'cell' ? frame.name : ''));
    assert.deepEqual(names, ['cell 1', 'mine']);
    assert.throws(() => opened.cells.run('3', { name: '../x' }), { code: 'USAGE' });
  });

  it('gathers what a cell came to', async () => {
    await using opened = await open(
      telling(
        { type: 'stream', name: 'stdout', text: 'a' },
        { type: 'stream', name: 'stderr', text: 'b' },
        { type: 'stream', name: 'stdout', text: 'c' },
        { type: 'result', data: { 'text/plain': '2' }, metadata: {}, count: 1 },
      ),
    );
    const { outcome, result, stdout, stderr, error } = await opened.cells.evaluate('1 + 1', {});
    assert.deepEqual(
      [outcome, result, stdout, stderr, error],
      [{ status: 'ok' }, { 'text/plain': '2' }, 'ac', 'b', undefined],
    );
  });

  it('calls with names, and gives back the value that they come to', async () => {
    await using opened = await open(telling({ type: 'value', value: [3] }));
    assert.deepEqual(await opened.cells.call('[a + b]', { a: 1, b: 2 }, {}), [3]);
    const [run] = opened.runner.heard;
    assert.deepEqual(run?.type === 'run' && run.kind === 'call' && run.inputs, { a: 1, b: 2 });
  });

  it('says why a call came to nothing', async () => {
    await using silent = await open({});
    await assert.rejects(silent.cells.call('', {}, {}), { code: 'CALL_FAILED', message: 'the code came to no value' });
    const raising: RunnerScript = {
      onRun: (run, runner) => {
        runner.say({ type: 'error', run: run.run, name: 'ValueError', value: 'no', frames: [], text: 'Traceback' });
        runner.finish(run, 'error');
      },
    };
    await using raised = await open(raising);
    await assert.rejects(raised.cells.call('x', {}, {}), { code: 'CALL_FAILED', message: /ValueError/ });
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    await assert.rejects(raised.cells.call('x', circle, {}), { code: 'USAGE' });
  });

  it('answers input() by who was named, refuses it where nobody was, and leaves that of runs to readers', async () => {
    await using opened = await open(asking);
    const { cells, runner } = opened;
    assert.equal((await cells.evaluate('input()', { onInput: ({ prompt }) => `to ${prompt}` })).stdout, 'to name? ');
    assert.match((await cells.evaluate('input()', {})).stdout, /^refused: nobody is there/);
    assert.match(
      (await cells.evaluate('input()', { onInput: () => Promise.reject(new Error('gone')) })).stdout,
      /gone/,
    );
    assert.match((await cells.evaluate('input()', { onInput: () => 'x'.repeat(1e6) })).stdout, /refused: an answer is/);
    const heard = runner.heard.length;
    const run = cells.run('input()', {});
    for await (const event of run) {
      if (event.type !== 'input_request') continue;
      assert.equal(runner.heard.length, heard + 1, 'nothing but the run was sent');
      break;
    }
  });

  it('says which packages may bring a module that was missing', async () => {
    const error = {
      type: 'error',
      name: 'ModuleNotFoundError',
      value: '',
      frames: [],
      text: '',
      missing: { module: 'cv2' },
    };
    await using opened = await open(telling(error));
    const { events } = await opened.cells.evaluate('import cv2', {});
    const missing = events.find((event) => event.type === 'missing_package');
    assert.ok(missing?.candidates.some(({ name }) => name === 'opencv-python'));
    assert.ok(typesOf(events).indexOf('missing_package') < typesOf(events).indexOf('done'));
  });

  it('tells what a cell left before it is done', async () => {
    const artifact = { path: 'a.txt', change: 'new', bytes: 1 };
    await using opened = await open({
      onRun: (run, runner) => runner.finish(run, 'ok', { files: 1 }),
      onAsk: () => ({ ok: true, artifacts: [artifact], more: 2, isPartial: false, state: 'AAAA' }),
    });
    const events = await Array.fromAsync(opened.cells.run('open("a.txt", "w")', {}));
    assert.deepEqual(typesOf(events).slice(2), ['artifact', 'more_artifacts', 'usage', 'status', 'done']);
  });

  it('is cancelled in the queue and while it runs', async () => {
    await using opened = await open({
      onRun: () => undefined,
      onOther: (frame, runner) => {
        if (frame.type === 'interrupt') runner.finish(frame as unknown as RunFrame, 'error');
      },
    });
    const [running, waiting] = [opened.cells.run('a', {}), opened.cells.run('b', {})];
    waiting.cancel();
    assert.equal((await waiting.result).outcome.status, 'cancelled');
    setImmediate(() => running.cancel());
    assert.equal((await running.result).outcome.status, 'cancelled');
    assert.deepEqual(opened.runner.typesHeard(), ['run', 'interrupt']);
  });

  it('ends the events of a run whose session ended', async () => {
    const opened = await open({ onRun: (_run, runner) => runner.sandbox.kill('the test') });
    const events = await Array.fromAsync(opened.cells.run('a', {}));
    const last = events.at(-1);
    assert.equal(last?.type === 'done' && last.outcome.status, 'broken');
    assert.ok(events.some((event) => event.type === 'lost' && event.survived === 'nothing'));
    await assert.rejects(opened.cells.run('b', {}).result, { code: 'SESSION_CLOSED' });
  });
});

describe('checkAnswer()', () => {
  it('takes texts that fit into the pipe, and nothing else', () => {
    assert.equal(checkAnswer('yes'), 'yes');
    for (const answer of [7, null, undefined, 'x'.repeat(60_000), '\u0000'.repeat(10_000)]) {
      assert.throws(() => checkAnswer(answer), { code: 'USAGE' });
    }
  });
});
