import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { MemoryRunner, type RunFrame } from '../../test/support/memory-runner.ts';
import type { RunNews, SessionEvent } from './events.ts';
import type { RunResult } from './run.ts';
import type { RunnerLine, TurnOptions } from './runner-line.ts';

function enqueue(line: RunnerLine, code: string, options: TurnOptions = {}): Promise<RunResult> {
  const request = { name: 'cell', code, args: [] };
  return line.enqueue({ kind: 'cell', request }, options, line.nextId());
}

/** A runner that ends runs when the test says so. */
async function openSlowly(): Promise<{ runner: MemoryRunner; line: RunnerLine; runs: RunFrame[] }> {
  const runs: RunFrame[] = [];
  const { runner, line } = await MemoryRunner.openLine({ onRun: (run) => runs.push(run) });
  return { runner, line, runs };
}

function runAt(runs: readonly RunFrame[], at: number): RunFrame {
  const run = runs[at];
  assert.ok(run !== undefined);
  return run;
}

/** What was told when nothing more will be. */
async function eventsOf(line: RunnerLine): Promise<SessionEvent[]> {
  await line.close();
  return Array.fromAsync(line.log.read());
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('RunnerLine', () => {
  it('sends one run at a time, each by a name of its own that was not told before', async () => {
    const { runner, line, runs } = await openSlowly();
    const results = [enqueue(line, 'a'), enqueue(line, 'b')];
    await tick();
    assert.deepEqual(
      runs.map(({ code }) => code),
      ['a'],
    );
    runner.finish(runAt(runs, 0));
    await results[0];
    await tick();
    runner.finish(runAt(runs, 1));
    const outcomes = (await Promise.all(results)).map(({ outcome }) => outcome.status);
    assert.deepEqual(outcomes, ['ok', 'ok']);
    assert.notEqual(runAt(runs, 0).run, runAt(runs, 1).run);
    assert.match(runAt(runs, 0).run, /^[0-9a-f-]{36}$/);
    await line.close();
  });

  it('gives up what waits without sending it, and interrupts what runs', async () => {
    const { runner, line, runs } = await openSlowly();
    const cancel = new AbortController();
    const [first, second] = [
      enqueue(line, 'a', { signal: cancel.signal }),
      enqueue(line, 'b', { signal: cancel.signal }),
    ];
    await tick();
    cancel.abort();
    assert.equal((await second).outcome.status, 'cancelled');
    await tick();
    assert.deepEqual(runner.typesHeard(), ['run', 'interrupt']);
    runner.finish(runAt(runs, 0), 'error');
    assert.equal((await first).outcome.status, 'cancelled');
    await tick();
    assert.equal(runs.length, 1);
    await line.close();
  });

  it('ends a sandbox that speaks of a run that is not under way, and says so of the one that is', async () => {
    const strangers = [
      { type: 'result', run: 'guessed', data: {}, metadata: {}, count: 1 },
      { type: 'done', run: 'guessed', cut: 0, how: 'exited', code: 0 },
      { type: 'done', run: '', cut: 0, how: 'exited', code: 0 },
      { type: 'reply', ask: 'guessed', isLast: 1, value: 1 },
      { type: 'ready', protocol: 2, python: '3' },
    ];
    for (const stranger of strangers) {
      const { line } = await MemoryRunner.openLine({ onRun: (_run, runner) => runner.say(stranger) });
      const { outcome, survived } = await enqueue(line, 'a');
      assert.deepEqual([outcome.status, survived], ['broken', 'nothing'], JSON.stringify(stranger));
      await assert.rejects(enqueue(line, 'b'), { code: 'SESSION_CLOSED' });
    }
  });

  it('takes nothing of a run for another after its end', async () => {
    const { line } = await MemoryRunner.openLine({
      onRun: (run, runner) => {
        runner.finish(run);
        runner.say({ type: 'value', run: run.run, value: 'late' });
      },
    });
    await enqueue(line, 'a');
    await line.ended;
    await assert.rejects(enqueue(line, 'b'), { code: 'SESSION_CLOSED' });
  });

  it('tells what comes between runs as nobody’s, up to a bound', async () => {
    const between = { type: 'stream', run: '', name: 'stdout', text: 'late' };
    const { runner, line } = await MemoryRunner.openLine();
    await enqueue(line, 'a');
    runner.say(between);
    await enqueue(line, 'b');
    const [told] = await eventsOf(line);
    assert.deepEqual(told, { type: 'stream', name: 'stdout', text: 'late', seq: 1, run: null });

    const flooding = await MemoryRunner.openLine();
    for (let count = 0; count < 3; count++) flooding.runner.say({ ...between, text: 'x'.repeat(500_000) });
    await flooding.line.ended;
    await assert.rejects(enqueue(flooding.line, 'a'), { code: 'SESSION_CLOSED' });
  });

  it('says that names are lost with the interpreter, and is not as it was then', async () => {
    const { runner, line } = await MemoryRunner.openLine();
    assert.equal(line.isUntouched, true);
    runner.say({ type: 'lost', how: 'exited', code: 0 });
    await tick();
    assert.equal(line.isUntouched, false);
    const types = (await eventsOf(line)).map((event: RunNews) => (event.type === 'lost' ? event.survived : event.type));
    assert.deepEqual(types, ['files', 'closed']);
  });

  it('is not as it was when something has run', async () => {
    const { line } = await MemoryRunner.openLine();
    await enqueue(line, 'a');
    assert.equal(line.isUntouched, false);
    await line.close();
  });

  it('says what is left after each kind of end', async () => {
    const ends = [
      [{ how: 'finished', status: 'ok' }, 'ok', 'all'],
      [{ how: 'finished', status: 'exited', code: 3 }, 'exited', 'all'],
      [{ how: 'exited', code: 3 }, 'exited', 'files'],
      [{ how: 'signalled', signal: 11 }, 'signalled', 'files'],
    ] as const;
    for (const [end, status, survived] of ends) {
      const { line } = await MemoryRunner.openLine({
        onRun: ({ run }, runner) => runner.say({ type: 'done', run, cut: 0, ...end }),
      });
      const result = await enqueue(line, 'a');
      assert.deepEqual([result.outcome.status, result.survived], [status, survived]);
      await line.close();
    }
  });

  it('asks what a run left, where it may have left something', async () => {
    const asked: string[] = [];
    const { line } = await MemoryRunner.openLine({
      onRun: (run, runner) => runner.finish(run, 'ok', { files: run.code === 'writes' ? 1 : 0 }),
    });
    const artifact = { path: 'a', change: 'new' } as const;
    for (const code of ['writes', 'reads']) {
      const found = { artifacts: [artifact], moreArtifacts: 0 };
      const findArtifacts = (): Promise<typeof found> => (asked.push(code), Promise.resolve(found));
      const { artifacts } = await enqueue(line, code, { findArtifacts });
      assert.deepEqual(artifacts, code === 'writes' ? [artifact] : undefined);
    }
    assert.deepEqual(asked, ['writes']);
    await line.close();
  });

  it('tells a run under way that it was cancelled, and later ones that it is closed', async () => {
    const { line } = await openSlowly();
    const running = enqueue(line, 'a');
    const waiting = enqueue(line, 'b');
    const refused = assert.rejects(waiting, { code: 'SESSION_CLOSED' });
    await tick();
    await line.close();
    assert.equal((await running).outcome.status, 'cancelled');
    await refused;
  });

  it('ends when nobody has wanted anything of it for long, and says so', async () => {
    const { line } = await MemoryRunner.openLine({}, { idleTimeoutMs: 5 });
    await keepAlive(line.ended);
    const [closed] = await eventsOf(line);
    const message = 'nobody wanted anything of it for 5 ms';
    assert.deepEqual(closed, { type: 'closed', why: 'idle', message, timeoutMs: 5, seq: 1, run: null });
  });

  it('does not end where something goes on for longer than that', async () => {
    const { runner, line, runs } = await openSlowly();
    line.belongTo({ idleTimeoutMs: 5 });
    const running = enqueue(line, 'a');
    await new Promise((resolve) => setTimeout(resolve, 30)); // several times what it would take
    runner.finish(runAt(runs, 0));
    assert.equal((await running).outcome.status, 'ok');
    await line.close();
  });

  it('closes its way out with it', async () => {
    let closings = 0;
    const network = { close: () => ((closings += 1), Promise.resolve()) };
    const { line } = await MemoryRunner.openLine({}, { network });
    await line.close();
    assert.ok(closings > 0);
  });
});

/** What it waits for keeps no process alive by itself. */
async function keepAlive(waiting: Promise<unknown>): Promise<void> {
  const timer = setInterval(() => undefined, 1000);
  await waiting.finally(() => clearInterval(timer));
}
