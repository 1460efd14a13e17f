import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import { describe, it } from 'node:test';

import { findInterpreter } from '../../src/environments/index.ts';
import { ProcessBackend } from '../../src/sandbox/index.ts';
import { type OpenSandboxOptions, Session, describeBundles, openSandbox } from '../../src/sessions/index.ts';
import { type GlassResult, roomyLimits, runInSession } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

type Guards = NonNullable<OpenSandboxOptions['guards']>;

const interpreter = findInterpreter();

/** Asks the kernel itself, past everything that Python has to say about it. */
const execute = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def start(how):
    pid = os.fork()
    if pid == 0:
        arguments = (ctypes.c_char_p * 4)(b"/bin/sh", b"-c", b"echo started", None)
        if how == "execve":
            libc.execve(b"/bin/sh", arguments, None)
        else:
            libc.fexecve(os.open("/bin/sh", os.O_RDONLY), arguments, (ctypes.c_char_p * 1)(None))
        print("errno", ctypes.get_errno(), flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
start("execve")
start("fexecve")
`;

const open = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for family in (2, 10, 16, 1):
    print(libc.socket(family, 2, 0) >= 0 or ctypes.get_errno(), end=" ")
print(libc.socketpair(1, 1, 0, (ctypes.c_int * 2)()))
`;

/** Of the runner: the supervisor, the way out and the script itself. */
const countFilters = `
import os
found = []
for pid in filter(str.isdigit, os.listdir("/proc")):
    with open("/proc/%s/cmdline" % pid) as file:
        if "main.py" in file.read():
            with open("/proc/%s/status" % pid) as status:
                found += [line.split()[1] for line in status if line.startswith("Seccomp_filters")]
print(len(found), "processes,", *sorted(set(found)), "filters")
`;

const fork = `
import multiprocessing, os
context = multiprocessing.get_context("fork")
with context.Pool(2) as pool:
    print(pool.map(abs, [-1, -2]))
`;

describe('the guards of a policy', needs(root, bubblewrap, python), () => {
  it('have the kernel refuse every program where all are refused, by whatever way it is asked', async () => {
    const { stdout } = await runGuarded(execute, { exec: ['*'] });
    assert.equal(stdout, 'errno 1\nerrno 1\n');
  });

  it('let the same code start programs where they refuse none', async () => {
    assert.equal((await runGuarded(execute, {})).stdout, 'started\nstarted\n');
    assert.equal((await runGuarded(execute, { imports: ['json'] })).stdout, 'started\nstarted\n');
  });

  it('have the kernel refuse the kinds of sockets that they name, and no others', async () => {
    assert.equal((await runGuarded(open, {})).stdout, 'True True True True 0\n');
    assert.equal((await runGuarded(open, { sockets: ['internet'] })).stdout, '13 13 13 True 0\n');
    assert.equal((await runGuarded(open, { sockets: ['internet', 'unix'] })).stdout, '13 13 13 13 0\n');
  });

  it('take no further filter from the code, though one could be added before', async () => {
    const add = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]
block = Filter(1, (0x7fff000000000006).to_bytes(8, "little"))
print(libc.prctl(22, 2, ctypes.byref(block), 0, 0), ctypes.get_errno())
`;
    for (const guards of [{ exec: ['*'] }, {}]) assert.equal((await runGuarded(add, guards)).stdout, '-1 1\n');
  });

  it('leave forks alone, by which multiprocessing works', async () => {
    const { stdout, stderr } = await runGuarded(fork, { exec: ['*'], sockets: ['internet', 'unix'] });
    assert.equal(stdout, '[1, 2]\n', stderr);
  });

  it('leave the way out open that the policy opens, where they refuse programs and unix sockets', async () => {
    const accept = (connection: Duplex): void => {
      connection.once('data', () => connection.end('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nopened'));
    };
    await using session = await openGuarded({ exec: ['*'], sockets: ['unix'] }, accept);
    const code = 'import urllib.request; print(urllib.request.urlopen("http://open.example/").read())';
    const { stdout, stderr } = await runInSession(session, code);
    assert.equal(stdout, "b'opened'\n", stderr);
  });

  it('hold for every process of ours inside, for what leads to the way out too', async () => {
    const filtersOf = async (guards: Partial<Guards>): Promise<string> => {
      await using session = await openGuarded(guards, (connection) => connection.destroy());
      return (await runInSession(session, countFilters)).stdout;
    };
    const plain = await filtersOf({});
    const [one] = /(?<=, )\d+/.exec(plain) ?? [];
    const guarded = await filtersOf({ exec: ['*'], sockets: ['unix'] });
    assert.deepEqual([plain, guarded], [`3 processes, ${one} filters\n`, `3 processes, ${Number(one) + 1} filters\n`]);
  });

  it('say by which rule something is refused, in scripts', async () => {
    const said = await runGuarded('import ctypes', { imports: ['ctypes'] });
    assert.match(said.stderr, /ImportError: runtime\.guards\.imports: ctypes: the policy does not let code import/);
    const pip = await runGuarded('import subprocess; subprocess.run(["pip", "list"])', { exec: ['pip*'] });
    assert.match(pip.stderr, /PermissionError: .*runtime\.guards\.exec: pip\*: the policy does not let code start pip/);
    assert.doesNotMatch(pip.stderr, /belljar_cells/);
  });

  it('hold for cells as for scripts, and for each anew', async () => {
    await using session = await openGuarded({ exec: ['*'], imports: ['ctypes'] });
    for (const code of ['import ctypes', 'import os; os.execv("/bin/sh", ["sh"])', 'import ctypes', '!true']) {
      const run = session.run(code);
      const events = await Array.fromAsync(run);
      const error = events.find((event) => event.type === 'error');
      assert.match(error?.value ?? '', /^(\[Errno 1\] )?runtime\.guards\.(exec: \*|imports: ctypes): /, code);
    }
    const run = session.run('import json, asyncio; json.dumps(1)');
    assert.deepEqual((await run.result).outcome, { status: 'ok' });
  });

  it('let code ask what packages there are, and say so where there are none', async () => {
    const there = `
import os
os.makedirs("/tmp/more/acme-1.0.dist-info")
open("/tmp/more/acme-1.0.dist-info/METADATA", "w").write("Metadata-Version: 2.1\\nName: acme\\nVersion: 1.0\\n")
__import__("sys").path.append("/tmp/more")
`;
    for (const guards of [{}, { exec: ['*'], imports: ['ctypes', 'subprocess'] }]) {
      await using session = await openGuarded(guards);
      const { stdout } = await session.evaluate('%pip list');
      assert.equal(stdout, "No packages are there beside Python's own modules.\n");
      assert.equal((await session.evaluate('%pip freeze')).stdout, '');
      await session.evaluate(there);
      for (const code of ['%pip list', '!pip list']) assert.equal((await session.evaluate(code)).stdout, 'acme==1.0\n');
    }
  });

  it('are not there to be seen by the code, nor to be told to it by the environment', async () => {
    const look = 'import os, sys; print([each for each in os.environ if "BELLJAR" in each], "guarding" in sys.modules)';
    assert.equal((await runGuarded(look, { exec: ['*'] })).stdout, '[] False\n');
  });
});

async function runGuarded(code: string, guards: Partial<Guards>): Promise<GlassResult> {
  await using session = await openGuarded(guards);
  return await runInSession(session, code);
}

async function openGuarded(
  guards: Partial<Guards>,
  acceptEgress?: OpenSandboxOptions['acceptEgress'],
): Promise<Session> {
  const { executable, parts } = await interpreter;
  const all = { exec: [], imports: [], sockets: [], ...guards };
  const backend = new ProcessBackend(describeBundles(parts));
  const options = { executable, limits: roomyLimits, require: [], guards: all, acceptEgress };
  return Session.over(await openSandbox(backend, options), roomyLimits);
}
