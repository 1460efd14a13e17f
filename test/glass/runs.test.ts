import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { RunEvent, RunRequest } from '../../src/sessions/index.ts';
import { openTestSession, runInside } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

describe('a run', needs(root, bubblewrap, python), () => {
  it('behaves as python FILE does: name, arguments, path, exit code', async () => {
    await using session = await openTestSession();
    const seen = collect();
    const code = 'import sys\nprint(__name__, sys.argv, __file__, sys.path[0])\nsys.exit(3)';
    const { outcome } = await session.runScript({ name: 'script.py', code, args: ['a', '-b'] }, seen.options);
    assert.deepEqual(outcome, { status: 'exited', code: 3 });
    assert.equal(seen.stdout(), "__main__ ['/workspace/script.py', 'a', '-b'] /workspace/script.py /workspace\n");
  });

  it('shows a traceback with the user’s frames and source lines only', async () => {
    const { stderr, code } = await runInside('def f():\n    return 1 / 0\nf()');
    assert.equal(code, 1);
    assert.match(stderr, /File "\/workspace\/test.py", line 3, in <module>\n {4}f\(\)/);
    assert.match(stderr, /ZeroDivisionError: division by zero\n$/);
    assert.doesNotMatch(stderr, /belljar/);
  });

  it('shows a syntax error as Python does', async () => {
    const { stderr, code } = await runInside('x =');
    assert.equal(code, 1);
    assert.match(stderr, /^ {2}File "\/workspace\/test.py", line 1\n/);
  });

  const exits: readonly [string, string, number, RegExp][] = [
    ['sys.exit() without a value', 'import sys; sys.exit()', 0, /^$/],
    ['sys.exit() with a message', 'import sys; sys.exit("a message")', 1, /^a message\n$/],
    ['os._exit()', 'import os; os._exit(9)', 9, /^$/],
  ];
  for (const [name, source, expected, stderr] of exits) {
    it(`passes on ${name}`, async () => {
      const result = await runInside(source);
      assert.equal(result.code, expected);
      assert.match(result.stderr, stderr);
    });
  }

  it('runs exit handlers and waits for threads, as Python does', async () => {
    const { stdout } = await runInside(`
import atexit, threading, time
atexit.register(print, "exit handler")
threading.Thread(target=lambda: (time.sleep(0.1), print("thread"))).start()
print("main")`);
    assert.equal(stdout, 'main\nthread\nexit handler\n');
  });

  it('imports what the file defines in processes of multiprocessing', async () => {
    const { stdout, stderr } = await runInside(`
import multiprocessing
def square(x): return x * x
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    with multiprocessing.Pool(2) as pool: print(pool.map(square, [1, 2, 3]))`);
    assert.equal(stdout, '[1, 4, 9]\n', stderr);
  });

  it('tells what was printed before a crash, an exit or a closed descriptor', async () => {
    for (const end of ['os._exit(0)', 'os.kill(os.getpid(), 11)', 'os.closerange(0, 256); os._exit(0)']) {
      const { stdout } = await runInside(`import os\nprint("told")\nos.write(1, b"raw\\n")\n${end}`);
      assert.equal(stdout, 'told\nraw\n', end);
    }
  });

  it('passes bytes on as they are, cut characters and all', async () => {
    await using session = await openTestSession();
    const seen = collect();
    const code = `
import os, time
os.write(1, "é".encode()[:1]); time.sleep(0.05); os.write(1, "é".encode()[1:])
os.write(1, b"\\xff\\x00\\x1b[0m")
os.write(1, "€".encode()[:2])`;
    await session.runScript({ name: 'test.py', code, args: [] }, seen.options);
    assert.deepEqual(seen.bytes('stdout'), Buffer.from([0xc3, 0xa9, 0xff, 0, 0x1b, 0x5b, 0x30, 0x6d, 0xe2, 0x82]));
  });

  it('streams while the code runs', async () => {
    await using session = await openTestSession();
    const first = Promise.withResolvers<string>();
    const controller = new AbortController();
    const run = session.runScript(request('print("early")\nimport time\ntime.sleep(60)'), {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'stream') first.resolve(Buffer.from(event.bytes).toString());
      },
    });
    assert.equal(await first.promise, 'early\n');
    controller.abort();
    assert.deepEqual((await run).outcome, { status: 'cancelled' });
  });

  it('has an empty standard input', async () => {
    assert.match((await runInside('input()')).stderr, /EOFError/);
  });
});

describe('a run that goes too far', needs(root, bubblewrap, python), () => {
  it('is ended at its memory limit, and that is told', async () => {
    await using session = await openTestSession({ memoryBytes: 64 * 1024 * 1024 });
    const { outcome, usage } = await session.runScript(request('x = bytearray(1 << 30)'));
    assert.deepEqual(outcome, { status: 'memory', limitBytes: 64 * 1024 * 1024 });
    assert.ok(usage.memoryKills > 0);
  });

  it('is interrupted at its time limit, and may clean up', async () => {
    await using session = await openTestSession({ wallTimeMs: 300 });
    const seen = collect();
    const { outcome } = await session.runScript(
      request('import time\ntry: time.sleep(60)\nfinally: print("cleaned up")'),
      seen.options,
    );
    assert.deepEqual(outcome, { status: 'timeout', clock: 'wall', limitMs: 300 });
    assert.equal(seen.stdout(), 'cleaned up\n');
  });

  it('is killed when it ignores the interrupt, with all its children', async () => {
    await using session = await openTestSession({ wallTimeMs: 1500 });
    const code = `
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
if os.fork() == 0: os.setsid()
while True: pass`;
    assert.deepEqual((await session.runScript(request(code))).outcome, {
      status: 'timeout',
      clock: 'wall',
      limitMs: 1500,
    });
    await assert.rejects(session.runScript(request('print(1)')), { code: 'SESSION_CLOSED' });
  });

  it('is ended when all its processes together used up the CPU time', async () => {
    await using session = await openTestSession({ cpuTimeMs: 400 });
    const { outcome } = await session.runScript(request('import os\nos.fork()\nwhile True: pass'));
    assert.deepEqual(outcome, { status: 'timeout', clock: 'cpu', limitMs: 400 });
  });

  it('cannot start more processes than its limit', async () => {
    const { stdout } = await runInside(
      `
import os, time
count = 0
try:
    while True:
        if os.fork() == 0: time.sleep(30); os._exit(0)
        count += 1
except BlockingIOError: print(count)`,
      { processes: 10 },
    );
    assert.ok(Number(stdout) > 3 && Number(stdout) <= 10, stdout);
  });

  it('has its output cut at the limit, told once, and goes on', async () => {
    await using session = await openTestSession({ outputBytes: 1000 });
    const seen = collect();
    const { outcome, outputBytes, cutBytes } = await session.runScript(
      request('print("x" * 5000)\nprint("y" * 5000)\nexit(7)'),
      seen.options,
    );
    assert.deepEqual(outcome, { status: 'exited', code: 7 });
    assert.equal(seen.stdout(), 'x'.repeat(1000));
    assert.equal(seen.events.filter(({ type }) => type === 'cut').length, 1);
    assert.equal(outputBytes + cutBytes, 10_002);
  });

  it('is told in few pieces what it prints in many, and whole', async () => {
    await using session = await openTestSession();
    const sizes: number[] = [];
    const code = 'import os\nfor _ in range(100_000): os.write(1, b"x")';
    const { outcome } = await session.runScript(
      { name: 'x.py', code, args: [] },
      {
        onEvent: (event) => {
          if (event.type === 'stream') sizes.push(event.bytes.length);
        },
      },
    );
    assert.deepEqual(outcome, { status: 'exited', code: 0 });
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      100_000,
    );
    assert.ok(sizes.length < 10_000, `${sizes.length} pieces`);
  });

  it('waits for a slow reader instead of filling the host’s memory', async () => {
    await using session = await openTestSession();
    let unread = 0;
    let most = 0;
    const { outcome } = await session.runScript(request('print("x" * 4_000_000)'), {
      onEvent: async () => {
        unread += 1;
        most = Math.max(most, unread);
        await new Promise((resolve) => setImmediate(resolve));
        unread -= 1;
      },
    });
    assert.equal(outcome.status, 'exited');
    assert.equal(most, 1);
  });

  it('cannot end its supervisor, which goes on to serve the next run', async () => {
    await using session = await openTestSession();
    const { outcome } = await session.runScript(
      request('import os, signal\nfor s in (9, 15, 2): os.kill(1, s)\nos.kill(os.getpid(), 11)'),
    );
    assert.deepEqual(outcome, { status: 'signalled', signal: 11 });
    const seen = collect();
    await session.runScript(request('print("still here")'), seen.options);
    assert.equal(seen.stdout(), 'still here\n');
  });

  it('leaves nothing for the next run to hear', async () => {
    await using session = await openTestSession();
    await session.runScript(request('import os, time\nif os.fork() == 0:\n    time.sleep(0.2)\n    print("late")'));
    const seen = collect();
    await session.runScript(request('import time\ntime.sleep(0.5)\nprint("mine")'), seen.options);
    assert.equal(seen.stdout(), 'mine\n');
  });

  it('never starts when its signal was aborted before, and leaves the session as it was', async () => {
    await using session = await openTestSession();
    const seen = collect();
    const { outcome } = await session.runScript(request('print("ran")'), {
      ...seen.options,
      signal: AbortSignal.abort(),
    });
    assert.deepEqual([outcome, seen.events], [{ status: 'cancelled' }, []]);
    await session.runScript(request('print("next")'), seen.options);
    assert.equal(seen.stdout(), 'next\n');
  });

  it('is ended in time although its reader stalls', async () => {
    await using session = await openTestSession({ wallTimeMs: 300 });
    const stalled = { onEvent: () => new Promise(() => undefined) };
    const { outcome } = await session.runScript(request('while True: print("x" * 1000)'), stalled);
    assert.deepEqual(outcome, { status: 'timeout', clock: 'wall', limitMs: 300 });
  });

  it('ends with what its reader throws, and blames nobody else', async () => {
    await using session = await openTestSession();
    const failure = new Error('the notebook’s own');
    const failing = {
      onEvent: () => {
        throw failure;
      },
    };
    await assert.rejects(
      session.runScript(request('import time\nprint("x")\ntime.sleep(60)'), failing),
      (error) => error === failure,
    );
    const seen = collect();
    await session.runScript(request('print("next")'), seen.options);
    assert.equal(seen.stdout(), 'next\n');
  });

  it('is told its own usage, not that of the runs before it', async () => {
    await using session = await openTestSession({ memoryBytes: 96 * 1024 * 1024 });
    const eater = 'import os\nif os.fork() == 0: x = bytearray(1 << 30)\nos.wait()';
    assert.ok((await session.runScript(request(eater))).usage.memoryKills > 0);
    const { outcome, usage } = await session.runScript(request('import os\nos.kill(os.getpid(), 9)'));
    assert.deepEqual([outcome, usage.memoryKills], [{ status: 'signalled', signal: 9 }, 0]);
  });

  it('is told all that it printed into a pipe that it made larger', async () => {
    const code = 'import fcntl, os\nfcntl.fcntl(1, 1031, 1 << 20)\nos.write(1, b"x" * 900_000)\nos._exit(0)';
    assert.equal((await runInside(code)).stdout.length, 900_000);
  });
});

describe('Session', needs(root, bubblewrap, python), () => {
  it('runs one at a time, in the order of asking', async () => {
    await using session = await openTestSession();
    const seen = collect();
    await Promise.all([1, 2, 3].map((n) => session.runScript(request(`print(${n})`), seen.options)));
    assert.equal(seen.stdout(), '1\n2\n3\n');
  });

  const wrong: readonly [string, object][] = [
    ['a name with a folder', { name: '../x.py' }],
    ['a hidden name', { name: '.x' }],
    ['no name', { name: '' }],
    ['code that is no text', { code: 1 }],
    ['a key too many', { type: 'interrupt' }],
  ];
  for (const [what, change] of wrong) {
    it(`refuses a request with ${what}, and stays usable`, async () => {
      await using session = await openTestSession();
      await assert.rejects(session.runScript({ ...request('print(1)'), ...change }), { code: 'USAGE' });
      assert.equal((await session.runScript(request('print(1)'))).outcome.status, 'exited');
    });
  }

  it('ends a run whose reader stalls when it is closed', async () => {
    const session = await openTestSession();
    const started = Promise.withResolvers<undefined>();
    const stalled = {
      onEvent: () => {
        started.resolve(undefined);
        return new Promise(() => undefined);
      },
    };
    const run = session.runScript(request('while True: print("x" * 1000)'), stalled);
    await started.promise;
    await session.close();
    assert.deepEqual((await run).outcome, { status: 'cancelled' });
  });

  it('refuses runs after close()', async () => {
    const session = await openTestSession();
    await session.close();
    await assert.rejects(session.runScript(request('print(1)')), { code: 'SESSION_CLOSED' });
    await session.close();
  });
});

function request(code: string): RunRequest {
  return { name: 'test.py', code, args: [] };
}

function collect() {
  const events: RunEvent[] = [];
  const bytes = (name: string): Buffer =>
    Buffer.concat(events.flatMap((event) => (event.type === 'stream' && event.name === name ? [event.bytes] : [])));
  return {
    events,
    bytes,
    stdout: () => bytes('stdout').toString('utf8'),
    options: {
      onEvent: (event: RunEvent): void => {
        events.push(event);
      },
    },
  };
}
