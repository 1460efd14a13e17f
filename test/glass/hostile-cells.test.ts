import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { BelljarError } from '../../src/errors.ts';
import type { RunStatus, Session, SessionEvent } from '../../src/sessions/index.ts';
import { openTestSession } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

/** What it does, how it may end, and whether the names of the cells before it are still there; undefined where either may be. */
type Case = readonly [what: string, code: string, statuses: readonly RunStatus[], keepsNames?: boolean];

/** The descriptors that can be written to, but for the printed ones: the way to the supervisor among them. */
const ways = `
import fcntl, os
def ways():
    for way in range(3, 256):
        try:
            if fcntl.fcntl(way, fcntl.F_GETFL) & 3 == 1: yield way
        except OSError: pass
`;

/** By the name that it finds in the frames of those who called it. */
const forgeEnd = `
${ways}
import sys
caller = sys._getframe()
while "frame" not in caller.f_locals: caller = caller.f_back
run = caller.f_locals["frame"]["run"].encode()
for way in ways(): os.write(way, b'{"type":"done","run":"%s","status":"ok"}\\n' % run)
`;

const ends: readonly Case[] = [
  ['exits at once', 'import os; os._exit(3)', ['exited'], false],
  ['kills itself', 'import os; os.kill(os.getpid(), 9)', ['signalled'], false],
  ['reads where there is nothing', 'import ctypes; ctypes.string_at(0)', ['signalled'], false],
  ['recurses in Python', 'def f(): return f()\nf()', ['error'], true],
  [
    'recurses in C',
    `import sys; sys.setrecursionlimit(10**9)\nclass A:\n  def __repr__(self): return repr(self)\nrepr(A())`,
    ['signalled', 'error'],
  ],
  ['stops itself', 'import os, signal; os.kill(os.getpid(), signal.SIGSTOP)', ['timeout'], false],
  ['aborts', 'import os; os.abort()', ['signalled'], false],
  [
    'takes all memory',
    'def hoard():\n  all = []\n  while True: all.append(bytearray(1 << 20))\nhoard()',
    ['memory', 'error', 'signalled'],
  ],
  ['takes all processes', 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass', ['timeout', 'error']],
  [
    'sleeps for ever and ignores what it is told',
    'import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\ntime.sleep(600)',
    ['timeout'],
    false,
  ],
];

const processes: readonly Case[] = [
  [
    'has a child print',
    'import os\nif os.fork() == 0:\n  print("child", flush=True); os._exit(0)\nos.wait()',
    ['ok'],
    true,
  ],
  ['has a child that goes on to run cells', 'import os\nos.fork()', ['ok'], true],
  ['kills all it can', 'import os; os.kill(-1, 9)', ['ok', 'error', 'signalled']],
  [
    'sends every signal to its parent',
    'import os\nfor number in range(1, 65):\n  try: os.kill(os.getppid(), number)\n  except OSError: pass',
    ['ok'],
    true,
  ],
  [
    'leaves a child that floods',
    'import os\nif os.fork() == 0:\n  os.setsid()\n  while True: os.write(1, b"x" * 4096)',
    ['ok'],
    true,
  ],
  [
    'leaves a thread that prints',
    'import threading\ndef go():\n  while True: print("x")\nthreading.Thread(target=go, daemon=True).start()',
    ['ok'],
    true,
  ],
];

const channels: readonly Case[] = [
  ['closes all descriptors', 'import os; os.closerange(0, 256)', ['signalled', 'exited'], false],
  ['closes what it tells by', `${ways}\nfor way in ways(): os.close(way)`, ['signalled', 'exited'], false],
  [
    'writes garbage wherever it can',
    `${ways}\nfor way in ways(): os.write(way, os.urandom(999) + b"\\n")`,
    ['signalled'],
    false,
  ],
  [
    'ends its run before it has ended',
    `${ways}\nfor way in ways(): os.write(way, b'{"type":"done","status":"ok"}\\n')`,
    ['ok', 'signalled'],
  ],
  [
    'names another run',
    `${ways}\nfor way in ways(): os.write(way, b'{"type":"clear","wait":true,"run":"1"}\\n')`,
    ['ok', 'signalled', 'broken'],
  ],
  [
    'tells of what it may not',
    `${ways}\nfor way in ways(): os.write(way, b'{"type":"lost","how":"exited","code":0}\\n')`,
    ['signalled'],
    false,
  ],
  [
    'nests without end',
    `${ways}\nfor way in ways(): os.write(way, b'{"type":"display","data":' + b"[" * 50000 + b"\\n")`,
    ['signalled'],
    false,
  ],
  [
    'floods what it tells by',
    `${ways}\nto = list(ways())[-1]\nwhile True: os.write(to, b'{"type":"clear","wait":true}\\n' * 100)`,
    ['timeout'],
  ],
  [
    'tells a line without end',
    `${ways}\nto = list(ways())[-1]\nwhile True: os.write(to, b"x" * 65536)`,
    ['timeout'],
    true,
  ],
  ['prints a line without end', 'import os\nwhile True: os.write(1, b"x" * 65536)', ['timeout'], true],
  ['prints by single bytes without end', 'import os\nwhile True: os.write(1, b".")', ['timeout'], true],
  ['shows what is far too large', 'display({"text/plain": "x" * 50_000_000}, raw=True)', ['ok'], true],
  ['comes to what is far too large', '"x" * 50_000_000', ['ok'], true],
];

const machinery: readonly Case[] = [
  ['redefines print', 'import builtins\nbuiltins.print = print = input = None', ['ok'], true],
  ['takes json away', 'import json\njson.dumps = json.loads = json.JSONEncoder = None', ['ok', 'signalled', 'exited']],
  ['takes reading and writing away', 'import os\nos.write = os.read = None', ['ok', 'signalled', 'exited']],
  ['lies about who it is', 'import os\nos.getpid = lambda: 0', ['ok', 'exited']],
  ['forgets all modules', 'import sys; sys.modules.clear()', ['ok', 'error']],
  [
    'removes all builtins',
    'import builtins\nfor name in dir(builtins):\n  if name[:2] != "__": delattr(builtins, name)',
    ['ok', 'error'],
  ],
  [
    'ignores every signal',
    'import signal\nfor number in range(1, 65):\n  try: signal.signal(number, signal.SIG_IGN)\n  except (OSError, ValueError): pass',
    ['ok'],
    true,
  ],
  [
    'traces all that is called',
    'import sys\ndef trace(*_): raise SystemError("traced")\nsys.settrace(trace)',
    ['ok', 'error', 'exited', 'signalled'],
  ],
  [
    'profiles all that is called',
    'import sys\ndef profile(*_): raise KeyboardInterrupt\nsys.setprofile(profile)',
    ['ok', 'error', 'exited', 'signalled'],
  ],
  [
    'listens to the garbage collector',
    'import gc\ngc.set_threshold(1)\ngc.callbacks.append(lambda *_: 1 / 0)',
    ['ok'],
    true,
  ],
  ['waits for its end', 'import atexit, os\natexit.register(lambda: os.kill(0, 9))', ['ok'], true],
  ['replaces the streams', 'import sys\nsys.stdout = sys.stderr = sys.__stdout__ = None', ['ok'], true],
  ['has next to no stack', 'import sys\nsys.setrecursionlimit(60)', ['ok', 'error']],
  [
    'raises what cannot be told',
    'class Odd(BaseException):\n  def __str__(self): raise self\n  __repr__ = __str__\nraise Odd()',
    ['error'],
    true,
  ],
  ['empties its namespace', 'globals().clear()', ['ok'], false],
];

/** So little memory that it is taken long before the time is up, on a busy machine too. */
const narrow = { wallTimeMs: 2500, memoryBytes: 128 * 1024 * 1024, outputBytes: 1_000_000, processes: 24 };

describe('after a cell that', needs(root, bubblewrap, python), () => {
  for (const [what, code, statuses, keepsNames] of [...ends, ...processes, ...channels, ...machinery]) {
    it(`${what}, the session is intact`, async () => {
      await using session = await openTestSession(narrow);
      await session.evaluate('kept = 1\nopen("kept", "w").close()');
      const hostile = await session.evaluate(code);
      assert.ok(statuses.includes(hostile.outcome.status), JSON.stringify(hostile.outcome));
      const isOver = hostile.outcome.status === 'broken';
      if (isOver) await assert.rejects(session.run('6 * 7').result, BelljarError);
      else await checkNext(session, keepsNames);
      await session.close();
      checkStream(await Array.fromAsync(session.events()));
    });
  }

  it('forges its own end, the next one is not given the true one', async () => {
    await using session = await openTestSession();
    await session.evaluate('open("kept", "w").close()');
    const forging = session.evaluate(`${forgeEnd}\nimport time; time.sleep(0.5)`);
    const next = session.evaluate('"its own result"');
    assert.equal((await forging).outcome.status, 'ok');
    const { outcome, result } = await next;
    assert.deepEqual([outcome.status, result], ['signalled', undefined]);
    assert.equal((await session.evaluate('open("kept").close(); 6 * 7')).outcome.status, 'ok');
  });

  it('leaves a child that stops all others, each run has an end all the same', async () => {
    await using session = await openTestSession({ wallTimeMs: 500 });
    const code = 'import os\nif os.fork() == 0:\n  os.setsid()\n  while True: os.kill(-1, 19)\nwhile True: pass';
    assert.equal((await session.evaluate(code)).outcome.status, 'timeout');
    const next = await session.evaluate('6 * 7'); // it may be quicker than who stops it
    assert.ok(['ok', 'timeout'].includes(next.outcome.status), JSON.stringify(next.outcome));
  });
});

/** Files survive in any case; names where the interpreter did. One that was broken may end at the next cell. */
async function checkNext(session: Session, keepsNames: boolean | undefined): Promise<void> {
  const statusOf = async (code: string): Promise<RunStatus> => (await session.evaluate(code)).outcome.status;
  const next = await statusOf('6 * 7');
  if (next !== 'exited' && next !== 'signalled') assert.equal(next, 'ok');
  assert.equal(await statusOf('open("kept", "rb").close()'), 'ok');
  const hasNames = await statusOf('kept');
  if (keepsNames !== undefined) assert.equal(hasNames, keepsNames ? 'ok' : 'error');
}

/** Numbered without a gap, and every run with one end, as its last. */
function checkStream(events: readonly SessionEvent[]): void {
  const from = events[0]?.type === 'gap' ? events[0].seq : 1;
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => from + index),
  );
  for (const run of new Set(events.map((event) => event.run))) {
    const told = events.filter((event) => event.run === run);
    if (run === null)
      assert.ok(told.every(({ type }) => ['stream', 'lost', 'gap', 'clear_output', 'closed'].includes(type)));
    else
      assert.equal(
        told.findIndex(({ type }) => type === 'done'),
        told.length - 1,
        `run ${run}`,
      );
  }
}
