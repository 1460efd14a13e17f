import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { findInterpreter } from '../../src/environments/index.ts';
import { BelljarError } from '../../src/errors.ts';
import type { RunJournal, RunOutcome, Session, SessionEvent } from '../../src/sessions/index.ts';
import { openSessionWith, openTestSession } from '../support/glass.ts';
import { openHouse } from '../support/house.ts';
import { bubblewrap, needs, python } from '../support/prerequisite.ts';

interface Cell {
  readonly events: readonly SessionEvent[];
  readonly outcome: RunOutcome;
  readonly survived: string;
  readonly stdout: string;
  readonly result: unknown;
}

async function runCell(session: Session, code: string, signal?: AbortSignal): Promise<Cell> {
  const run = session.run(code, { signal });
  const events = await Array.fromAsync(run);
  const { outcome, survived } = await run.result;
  const stdout = events.map((event) => (event.type === 'stream' && event.name === 'stdout' ? event.text : '')).join('');
  const shown = events.find((event) => event.type === 'execute_result');
  return { events, outcome, survived, stdout, result: shown?.data['text/plain'] };
}

const typesOf = (events: readonly SessionEvent[]): string[] => events.map(({ type }) => type);

describe('a session’s cells', needs(bubblewrap, python), () => {
  it('keep their names, and show what the last expression comes to', async () => {
    await using session = await openTestSession();
    await runCell(session, 'x = 20\ndef double(n): return 2 * n');
    const { result, outcome } = await runCell(session, 'double(x) + 2');
    assert.deepEqual([result, outcome], ['42', { status: 'ok' }]);
  });

  it('tell in order: queued, busy, what is printed, the result, the usage, idle, done', async () => {
    await using session = await openTestSession();
    const { events } = await runCell(session, 'print("a")\n1');
    const expected = ['status', 'status', 'stream', 'execute_result', 'usage', 'status', 'done'];
    assert.deepEqual(typesOf(events), expected);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      expected.map((_, index) => index + 1),
    );
  });

  it('tell what was raised, with the user’s own line', async () => {
    await using session = await openTestSession();
    const { events, outcome, survived } = await runCell(session, 'y = 1\n1 / 0');
    const error = events.find((event) => event.type === 'error');
    assert.deepEqual(outcome, { status: 'error', name: 'ZeroDivisionError', value: 'division by zero' });
    assert.match(error?.traceback ?? '', /line 2/);
    assert.equal(survived, 'all');
    assert.equal((await runCell(session, 'y')).result, '1');
  });

  for (const [what, code, outcome] of [
    ['exits at once', 'import os; os._exit(3)', { status: 'exited', code: 3 }],
    ['crashes', 'import ctypes; ctypes.string_at(0)', { status: 'signalled', signal: 11 }],
    ['closes all its descriptors', 'import os; os.closerange(0, 256)', { status: 'signalled', signal: 9 }],
  ] as const) {
    it(`leave the session intact when one ${what}: files survive, names do not`, async () => {
      await using session = await openTestSession();
      await runCell(session, 'x = 1\nopen("kept", "w").write("still here")');
      const dead = await runCell(session, `print("before", flush=True)\n${code}`);
      assert.deepEqual([dead.stdout, dead.outcome, dead.survived], ['before\n', outcome, 'files']);
      assert.equal((await runCell(session, 'open("kept").read()')).result, "'still here'");
      assert.equal((await runCell(session, 'x')).outcome.status, 'error');
    });
  }

  it('are interrupted when they are cancelled, and names survive', async () => {
    await using session = await openTestSession();
    await runCell(session, 'x = 5');
    const run = session.run('print("begun", flush=True)\nwhile True: pass');
    for await (const event of run) if (event.type === 'stream') run.cancel();
    assert.deepEqual((await run.result).outcome, { status: 'cancelled' });
    assert.equal((await run.result).survived, 'all');
    assert.equal((await runCell(session, 'x')).result, '5');
  });

  it('are ended with their interpreter when they will not be interrupted, and files survive', async () => {
    await using session = await openTestSession({ wallTimeMs: 500 });
    const stubborn =
      'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nopen("kept", "w").close()\nwhile True: pass';
    const { outcome, survived } = await runCell(session, stubborn);
    assert.deepEqual([outcome, survived], [{ status: 'timeout', clock: 'wall', limitMs: 500 }, 'files']);
    assert.equal((await runCell(session, 'import os; os.listdir()')).result, "['kept']");
  });

  it('have CPU time for each run, not for the session', async () => {
    await using session = await openTestSession({ cpuTimeMs: 700 });
    const busy = 'import time\nend = time.process_time() + 0.4\nwhile time.process_time() < end: pass';
    for (let run = 0; run < 3; run++) assert.deepEqual((await runCell(session, busy)).outcome, { status: 'ok' });
    const { outcome } = await runCell(session, 'while True: pass');
    assert.deepEqual(outcome, { status: 'timeout', clock: 'cpu', limitMs: 700 });
  });

  it('give what a thread prints after its run to no run', async () => {
    await using session = await openTestSession();
    const late = 'import threading, time\nthreading.Timer(0.2, lambda: print("late", flush=True)).start()';
    const { stdout } = await runCell(session, late);
    assert.equal(stdout, '');
    for await (const event of session.events()) {
      if (event.type !== 'stream') continue;
      assert.deepEqual([event.run, event.text], [null, 'late\n']);
      break;
    }
  });

  it('wait for their turn, and can be taken out of the queue', async () => {
    await using session = await openTestSession();
    const first = session.run('import time; time.sleep(0.3)');
    const [second, third] = [session.run('1'), session.run('2')] as const;
    second.cancel();
    const outcomes = await Promise.all([first, second, third].map(async (run) => (await run.result).outcome.status));
    assert.deepEqual(outcomes, ['ok', 'cancelled', 'ok']);
  });

  it('answer a call with JSON, and leave its inputs behind', async () => {
    await using session = await openTestSession();
    assert.deepEqual(await session.call('{"sum": a + b, "list": [a, None]}', { a: 1, b: 2 }), {
      sum: 3,
      list: [1, null],
    });
    await assert.rejects(session.call('object()'), { code: 'CALL_FAILED' });
    await assert.rejects(session.call('1 / 0'), {
      code: 'CALL_FAILED',
      message: /ZeroDivisionError: division by zero/,
    });
    assert.equal((await runCell(session, '"a" in globals()')).result, 'False');
  });

  it('carry the numbers of a call as they are, or refuse them', async () => {
    await using session = await openTestSession();
    const exact = [2 ** 53 - 1, 1 - 2 ** 53, 0.1, 1.5e300, 1e21, 5e-324];
    assert.deepEqual(await session.call('[each * 1 for each in given]', { given: exact }), exact);
    for (const value of ['2**53', '[{"a": -2**60}]', 'float("nan")', '{"a": float("-inf")}']) {
      await assert.rejects(session.call(value), { code: 'CALL_FAILED', message: /^NotJson: the result/ }, value);
    }
    assert.equal(await session.call('str(2**60)'), '1152921504606846976');
    for (const given of [2 ** 53, NaN, [Infinity], new Map()]) {
      await assert.rejects(session.call('given', { given }), { code: 'USAGE' });
    }
  });

  it('cut what is beyond the bound, and say so once', async () => {
    await using session = await openTestSession({ outputBytes: 100_000 });
    const { events, stdout } = await runCell(session, 'for _ in range(1000): print("x" * 999)\n"y" * 1_000_000');
    assert.equal(typesOf(events).filter((type) => type === 'cut').length, 1);
    assert.ok(stdout.length <= 100_000 && stdout.length > 90_000, `${stdout.length}`);
    assert.ok(!typesOf(events).includes('execute_result'));
  });

  it('go on when nobody reads, and can be read again from any point', async () => {
    await using session = await openTestSession();
    await session.run('for i in range(5): print(i, flush=True)').result;
    const all = await Array.fromAsync(upTo(session, 'done'));
    const again = await Array.fromAsync(upTo(session, 'done', 3));
    assert.deepEqual(again, all.slice(3));
  });

  it('begin anew after a restart', async () => {
    await using session = await openTestSession();
    await runCell(session, 'x = 1');
    session.restart();
    assert.equal((await runCell(session, '"x" in globals()')).result, 'False');
  });

  it('say which package may bring a module that is missing, and install nothing', async () => {
    await using session = await openTestSession();
    const { events, outcome } = await runCell(session, 'import cv2');
    assert.equal(outcome.status, 'error');
    const missing = events.find((event) => event.type === 'missing_package');
    assert.deepEqual(missing?.candidates[0], { name: 'opencv-python', because: 'known' });
    const typo = await runCell(session, 'import nunpy');
    assert.deepEqual(typo.events.find((event) => event.type === 'missing_package')?.candidates, []);
  });

  it('are completed and inspected, and code that hangs in that is ended', async () => {
    await using session = await openTestSession();
    await runCell(session, 'def forty_two():\n    "The answer."\n    return 42\nimport time');
    assert.deepEqual((await session.complete('forty_', 6)).matches, ['forty_two']);
    assert.match(JSON.stringify(await session.inspect('forty_two', 9)), /The answer/);
    await runCell(session, 'class Slow:\n    def __dir__(self): time.sleep(60)\nslow = Slow()');
    await assert.rejects(session.complete('slow.', 5, { timeoutMs: 200 }), { code: 'RUNNER_REFUSED' });
    assert.equal((await runCell(session, 'forty_two()')).result, '42');
  });

  it('have their names saved, and brought back by a new interpreter', async () => {
    await using session = await openTestSession();
    await runCell(
      session,
      'import math\nnumbers = [1, 2]\nsame = numbers\ndef area(r): return math.pi * r * r\nfile = open("x", "w")',
    );
    const saved = await session.saveState();
    assert.deepEqual(
      saved.notSaved?.map(({ name }) => name),
      ['file'],
    );
    session.restart();
    await session.restoreState();
    assert.equal((await runCell(session, 'same is numbers, round(area(1), 2)')).result, '(True, 3.14)');
  });

  it('tell what is shown and what is printed in the order in which it happened', async () => {
    await using session = await openTestSession();
    const code =
      'from IPython.display import clear_output\nfor i in range(200):\n    print(i)\n    display(i)\n    clear_output()';
    const { events } = await runCell(session, code);
    const told = events.filter(({ type }) => ['stream', 'display_data', 'clear_output'].includes(type));
    const order = told.map((event) => (event.type === 'stream' ? `print ${event.text.trim()}` : event.type));
    const expected = Array.from({ length: 200 }, (_, i) => [`print ${i}`, 'display_data', 'clear_output']).flat();
    assert.deepEqual(order, expected);
  });

  it('do not let a thread that asks after its run take what is meant for the next', async () => {
    await using session = await openTestSession();
    const asks =
      'import threading, time\ndef ask():\n    try: input()\n    except EOFError: print("refused", flush=True)';
    await runCell(session, `${asks}\nthreading.Thread(target=ask).start()\ntime.sleep(0.1)`);
    assert.equal((await runCell(session, '1 + 1')).result, '2');
    const texts = upTo(session, 'stream');
    const last = (await Array.fromAsync(texts)).at(-1);
    assert.equal(last?.type === 'stream' ? last.text : undefined, 'refused\n');
  });

  it('are waited for by what asks for their names', async () => {
    await using session = await openTestSession();
    const run = session.run('import time; time.sleep(0.2); new = 2');
    const [saved, completed] = await Promise.all([session.saveState(), session.complete('ne', 2)]);
    assert.deepEqual([saved.saved?.includes('new'), completed.matches.includes('new')], [true, true]);
    assert.equal((await run.result).outcome.status, 'ok');
  });

  it('end at once when they are cancelled before their turn', async () => {
    await using session = await openTestSession();
    const first = session.run('print("begun", flush=True)\nwhile True: pass');
    const second = session.run('1');
    for await (const event of first) {
      if (event.type !== 'stream') continue;
      second.cancel();
      const types = typesOf(await Array.fromAsync(second));
      assert.deepEqual(types, ['status', 'usage', 'status', 'done']);
      first.cancel();
    }
  });

  it('do not hold up the next one by a question that was given up', async () => {
    await using session = await openTestSession();
    await runCell(session, 'kept = 7\nclass Stuck:\n    def __dir__(self):\n        while True: pass\nstuck = Stuck()');
    await assert.rejects(session.complete('stuck.', 6, { signal: AbortSignal.timeout(200) }), { code: 'CANCELLED' });
    assert.equal((await runCell(session, 'kept')).result, '7');
  });

  it('are read to their end though it was dropped', async () => {
    await using session = await openTestSession({ outputBytes: 1_000_000 });
    const first = session.run('1');
    await first.result;
    for (let run = 0; run < 12; run++) await session.run('print("x" * 900_000)').result;
    assert.deepEqual(typesOf(await Array.fromAsync(first)), ['gap']);
  });

  it('are refused where they are no text, and answers where they are too long', async () => {
    await using session = await openTestSession();
    assert.throws(() => session.run(5 as unknown as string), { code: 'USAGE' });
    await assert.rejects(session.call('a', { a: 1n }), { code: 'USAGE' });
    const run = session.run('len(input())');
    for await (const event of run) {
      if (event.type !== 'input_request') continue;
      assert.throws(() => session.answer(event.id, 'x'.repeat(100_000)), { code: 'USAGE' });
      session.answer(event.id, 'x'.repeat(50_000));
    }
    assert.equal((await run.result).outcome.status, 'ok');
  });

  it('fail at once when they ask and it was said that nobody answers, or are answered', async () => {
    await using session = await openTestSession();
    const refused = await session.evaluate('input()');
    assert.equal(refused.error?.name, 'EOFError');
    const answered = await session.evaluate('input("who? ")', { onInput: ({ prompt }) => `you, ${prompt}` });
    assert.equal(answered.result?.['text/plain'], "'you, who? '");
  });

  it('have less time than the session gives where that is asked for', async () => {
    await using session = await openTestSession();
    const { outcome } = await session.evaluate('while True: pass', { timeoutMs: 300 });
    assert.deepEqual(outcome, { status: 'timeout', clock: 'wall', limitMs: 300 });
  });

  it('are interrupted also where they have left their group of processes', async () => {
    await using session = await openTestSession({ wallTimeMs: 500 });
    const leave = 'import os\nchild = os.fork()\nif child == 0:\n    import time; time.sleep(60)\n';
    const code = `${leave}os.setpgid(child, child)\nos.setpgid(0, child)\nwhile True: pass`;
    const { survived, outcome } = await runCell(session, code);
    assert.deepEqual([outcome.status, survived], ['timeout', 'all']);
  });

  it('end with their session, and nothing else, when the record cannot be written while they run', async () => {
    const full = new BelljarError('STORAGE_FULL', 'a test');
    const start = async (): Promise<void> => {
      await delay(50);
      throw full;
    };
    const journal = { start, end: () => Promise.resolve() } as unknown as RunJournal;
    await using session = await openSessionWith(await findInterpreter(), { journal });
    await assert.rejects(session.run('import time; time.sleep(0.5)').result, full);
    await assert.rejects(session.run('1').result, { code: 'SESSION_CLOSED' });
  });

  it('have an end on the record whatever they are named or raise', async (test) => {
    const house = await openHouse(test);
    const session = await house.sessions.open({ actor: { id: 'user-1', kind: 'user' }, role: 'owner' });
    await session.evaluate('raise ValueError("\\ud800" + "x" * 100_000)');
    const deep = 'import os\nfor i in range(100):\n    d = "/".join(["d" * 200] * 4) + str(i)\n    os.makedirs(d)\n';
    await session.evaluate(`${deep}    open(d + "/f", "w").write("x")`);
    await session.close();
    const actions = (await house.entries()).map(({ action }) => action).filter((action) => action.startsWith('run.'));
    assert.deepEqual(actions, ['run.start', 'run.end', 'run.start', 'run.end']);
  });

  it('ask for input, and are answered or refused', async () => {
    await using session = await openTestSession();
    const run = session.run('name = input("who? ")\nprint("hello", name)');
    const texts: string[] = [];
    for await (const event of run) {
      if (event.type === 'input_request') session.answer(event.id, `you, ${event.prompt}`);
      if (event.type === 'stream') texts.push(event.text);
    }
    assert.equal(texts.join(''), 'hello you, who? \n');
    const refused = session.run('input()');
    for await (const event of refused) if (event.type === 'input_request') session.refuse(event.id, 'nobody is here');
    assert.equal((await refused.result).outcome.status, 'error');
  });
});

async function* upTo(session: Session, last: SessionEvent['type'], after = 0): AsyncGenerator<SessionEvent> {
  for await (const event of session.events({ after })) {
    yield event;
    if (event.type === last) return;
  }
}
