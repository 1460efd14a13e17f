import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { type TestContext, describe, it } from 'node:test';

import { type Belljar, openBelljar, type Program, type StartProgram } from '../belljar.ts';
import { bubblewrap, needs, python } from '../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';

const asker = { actor: { id: 'ann', kind: 'user' }, role: 'owner' } as const;

describe('Programs', needs(bubblewrap, python), () => {
  it('start() passes on what a command prints, and how it ended', async (test) => {
    const { stdout, stderr, end } = await runInside(test, ['sh', '-c', 'echo out; echo err >&2; exit 7']);
    assert.equal(stdout, 'out\n');
    assert.equal(stderr, 'err\n');
    assert.deepEqual(end.outcome, { status: 'exited', code: 7 });
    assert.equal(end.outputBytes, 8);
  });

  it('start() gives a command what is written to its standard input, in both directions at once', async (test) => {
    const program = await start(test, ['cat']);
    const sent = randomBytes(5 << 20);
    program.stdin.end(sent);
    assert.equal(digestOf(await buffer(program.stdout)), digestOf(sent));
    assert.deepEqual((await program.ended).outcome, { status: 'exited', code: 0 });
  });

  it('start() says that there is no such command, as a value', async (test) => {
    const { end } = await runInside(test, ['quarto', 'render']);
    const problem = 'there is no such command inside';
    assert.deepEqual(end.outcome, { status: 'unstarted', command: 'quarto', code: 127, problem });
  });

  it('start() says that a file is no command, as a value', async (test) => {
    const { end } = await runInside(test, ['/usr/bin']);
    assert.equal(end.outcome.status === 'unstarted' && end.outcome.code, 126);
  });

  it('start() has the variables, the folder and the Python of a shell in which it was activated', async (test) => {
    const script =
      'echo "$HOME $PWD $MINE ${VIRTUAL_ENV-none} ${BELLJAR_GUARDS-none}"; "$QUARTO_PYTHON" -c "print(6*7)"';
    const { stdout } = await runInside(test, ['sh', '-c', script], { env: { MINE: 'yes' }, workingDirectory: '/tmp' });
    assert.equal(stdout, '/workspace /tmp yes none none\n42\n');
  });

  it('start() has what a shell starts find the Python by its usual names, where no environment brings them', async (test) => {
    const script =
      'python -c "print(1)"; python3 -c "import json; print(2)"; printf "#!/usr/bin/env python3\nprint(3)" > x; chmod +x x; ./x';
    const { stdout, stderr } = await runInside(test, ['sh', '-c', script]);
    assert.deepEqual([stdout, stderr], ['1\n2\n3\n', '']);
  });

  it('start() ends with the command all that it left behind, and tells what that printed before', async (test) => {
    const { stdout, end } = await runInside(test, ['sh', '-c', 'sleep 600 & echo left; exit 0']);
    assert.equal(stdout, 'left\n');
    assert.deepEqual(end.outcome, { status: 'exited', code: 0 });
  });

  it('signal() reaches the command and what it started', async (test) => {
    const program = await start(test, [
      'sh',
      '-c',
      'trap "echo caught; exit 5" INT; echo on; while :; do sleep 1; done',
    ]);
    program.stdout.once('data', () => program.signal('SIGINT'));
    assert.equal(await text(program.stdout), 'on\ncaught\n');
    assert.deepEqual((await program.ended).outcome, { status: 'exited', code: 5 });
  });

  it('signal() ends a command that does not catch it, and the outcome says by which', async (test) => {
    const program = await start(test, ['sleep', '600']);
    program.signal('SIGTERM');
    assert.deepEqual((await program.ended).outcome, { status: 'signalled', signal: 15 });
    assert.throws(() => program.signal('SIGNOTHING' as NodeJS.Signals), { code: 'USAGE' });
  });

  it('dial() opens streams to a unix socket inside, many at once', async (test) => {
    const program = await start(test, ['python3', '-c', echoServer]);
    await once(program.stdout, 'data');
    const sent = [...Array(20).keys()].map((number) => Buffer.alloc(400_000 + number, number));
    const echoed = sent.map(async (bytes) => {
      const stream = await program.dial('/tmp/echo');
      stream.end(bytes);
      return digestOf(await buffer(stream));
    });
    assert.deepEqual(await Promise.all(echoed), sent.map(digestOf));
    await program.close();
  });

  it('dial() says where nobody listens, and that the program has ended', async (test) => {
    const program = await start(test, ['sleep', '600']);
    await assert.rejects(program.dial('/tmp/none'), { code: 'FILE_NOT_FOUND' });
    await assert.rejects(program.dial('/usr/bin/sh'), { code: 'FILE_REFUSED' });
    await assert.rejects(program.dial('relative'), { code: 'USAGE' });
    await program.close();
    await assert.rejects(program.dial('/tmp/none'), { code: 'SESSION_CLOSED' });
  });

  it('what nobody reads is not held: a command waits for its reader', async (test) => {
    const program = await start(test, ['sh', '-c', 'head -c 3000000 /dev/zero; echo done >&2']);
    await program.dial('/tmp/none').catch(() => undefined); // by then it has printed what there was room for
    assert.ok(program.stdout.readableLength <= 512 * 1024);
    assert.equal((await buffer(program.stdout)).length, 3_000_000);
    assert.equal(await text(program.stderr), 'done\n');
  });

  it('a command whose reader goes away is told as by a pipe', async (test) => {
    const program = await start(test, ['sh', '-c', 'yes; echo $? >&2']);
    program.stdout.once('data', () => program.stdout.destroy());
    assert.equal((await text(program.stderr)).trim(), '141');
  });

  it('a command that does not read its input does not keep who writes it', async (test) => {
    const program = await start(test, ['sh', '-c', 'exec 0<&-; echo closed; read nothing; sleep 0.01; exit 3']);
    program.stdin.write(Buffer.alloc(2 << 20));
    assert.equal(await text(program.stdout), 'closed\n');
    assert.deepEqual((await program.ended).outcome, { status: 'exited', code: 3 });
  });

  it('a command over its time is asked to end, and the outcome says why', async (test) => {
    const argv = ['sh', '-c', 'trap "echo asked; exit 0" TERM; while :; do sleep 0.1; done'] as const;
    const { stdout, end } = await runInside(test, argv, { requested: { wallTimeMs: 500 } });
    assert.equal(stdout, 'asked\n');
    assert.deepEqual(end.outcome, { status: 'timeout', clock: 'wall', limitMs: 500 });
  });

  it('a command that does not end when it is asked is ended', async (test) => {
    const argv = ['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done'] as const;
    const { end } = await runInside(test, argv, { requested: { wallTimeMs: 300 } });
    assert.equal(end.outcome.status, 'timeout');
  });

  it('a command that lasts has no bound on its time on the clock, but on that of the processors', async (test) => {
    const argv = ['sh', '-c', 'sleep 0.5; while :; do :; done'] as const;
    const requested = { wallTimeMs: 100, cpuTimeMs: 300 };
    const { end } = await runInside(test, argv, { requested, isLasting: true });
    assert.deepEqual(end.outcome, { status: 'timeout', clock: 'cpu', limitMs: 300 });
  });

  it('a command that wants too much memory is ended, and the outcome says why', async (test) => {
    const argv = ['python3', '-c', 'x = bytearray(1 << 30)\nfor i in range(0, 1 << 30, 4096): x[i] = 1'] as const;
    const { end } = await runInside(test, argv, { requested: { memoryBytes: 64 << 20 } });
    assert.equal(end.outcome.status, 'memory');
  });

  it('a command that prints more than it may is ended: a part must not look like all', async (test) => {
    const { end, stdout } = await runInside(test, ['yes'], { requested: { outputBytes: 1_000_000 } });
    assert.deepEqual(end.outcome, { status: 'output', limitBytes: 1_000_000 });
    assert.equal(stdout.length, 1_000_000);
  });

  it('start() ends a command when its caller does not want it any more', async (test) => {
    const stop = new AbortController();
    const program = await start(test, ['sleep', '600'], { signal: stop.signal });
    stop.abort();
    assert.deepEqual((await program.ended).outcome, { status: 'cancelled' });
  });

  it('close() of Belljar ends the programs that there are', async (test) => {
    const belljar = await openTestBelljar(test);
    const program = await belljar.programs.start({ ...asker, argv: ['sleep', '600'] });
    await belljar.close();
    assert.deepEqual((await program.ended).outcome, { status: 'cancelled' });
    await assert.rejects(belljar.programs.start({ ...asker, argv: ['true'] }), { code: 'SESSION_CLOSED' });
  });

  it('start() keeps the files of a workspace, and shows nobody else’s', async (test) => {
    const belljar = await openTestBelljar(test);
    const write = ['sh', '-c', 'echo kept > note'] as const;
    await finish(await belljar.programs.start({ ...asker, workspace: 'one', argv: write }));
    const read = { ...asker, argv: ['cat', 'note'] } as const;
    assert.equal((await finish(await belljar.programs.start({ ...read, workspace: 'one' }))).stdout, 'kept\n');
    assert.equal((await finish(await belljar.programs.start({ ...read, workspace: 'two' }))).stdout, '');
  });

  it('start() puts what it starts on the record by digests, and how it ended', async (test) => {
    const belljar = await openTestBelljar(test);
    await finish(await belljar.programs.start({ ...asker, argv: ['sh', '-c', 'exit 3'], env: { SECRET: 'hush' } }));
    const [begun, ended] = await entriesOf(belljar, ['run.start', 'run.end']);
    assert.equal(begun?.details['file'], 'sh');
    assert.equal(begun.details['codeDigest'], digestOf(Buffer.from('["sh","-c","exit 3"]')));
    assert.deepEqual(ended?.details['outcome'], { status: 'exited', code: 3 });
    assert.ok(!JSON.stringify([begun, ended]).includes('hush'));
  });

  it('start() refuses who may not run, on the record', async (test) => {
    const belljar = await openTestBelljar(test);
    const argv = ['true'] as const;
    await assert.rejects(belljar.programs.start({ ...asker, role: 'viewer', argv }), { code: 'POLICY_DENIED' });
    const [refused] = await entriesOf(belljar, ['run.refused']);
    assert.equal(refused?.subject, 'program');
    await finish(await belljar.programs.start({ ...asker, argv }));
  });

  it('start() refuses where the policy counts on guards that no program can be held by', async (test) => {
    for (const guards of ['exec: ["pip*"]', 'imports: [ctypes]']) {
      const belljar = await openTestBelljar(test, `version: 1\nruntime:\n  guards:\n    ${guards}\n`);
      await assert.rejects(belljar.programs.start({ ...asker, argv: ['true'] }), { code: 'POLICY_DENIED' });
    }
  });

  it('start() holds the guards that the kernel can hold, and dial() goes on', async (test) => {
    const belljar = await openTestBelljar(test, 'version: 1\nruntime:\n  guards:\n    sockets: [unix]\n');
    const script = 'import socket; socket.socket(socket.AF_UNIX)';
    const argv = ['python3', '-c', script] as const;
    const { stderr } = await finish(await belljar.programs.start({ ...asker, argv }));
    assert.match(stderr, /PermissionError/);
    const program = await belljar.programs.start({ ...asker, argv: ['sleep', '600'] });
    await assert.rejects(program.dial('/tmp/none'), { code: 'FILE_NOT_FOUND' });
    assert.equal((await runInside(test, argv)).stderr, '');
  });

  it('start() refuses what is no command', async (test) => {
    const belljar = await openTestBelljar(test);
    for (const wrong of [
      { argv: [] },
      { argv: ['a\0b'] },
      { argv: ['a'], env: { 'A=B': '' } },
      { argv: ['a'], cwd: '/' },
    ]) {
      await assert.rejects(belljar.programs.start({ ...asker, ...wrong } as unknown as StartProgram), {
        code: 'USAGE',
      });
    }
  });
});

const echoServer = `
import socket, threading
def serve(one):
    while True:
        data = one.recv(65536)
        if not data:
            break
        one.sendall(data)
    one.close()
server = socket.socket(socket.AF_UNIX)
server.bind("/tmp/echo")
server.listen(64)
print("on", flush=True)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
`;

type Options = Omit<StartProgram, 'actor' | 'role' | 'argv'>;
type Argv = StartProgram['argv'];

async function openTestBelljar(test: TestContext, policy?: string): Promise<Belljar> {
  const home = await temporaryFolder(test);
  const policyFile = policy === undefined ? undefined : join(home, 'policy.yaml');
  if (policyFile !== undefined) await writeFile(policyFile, policy ?? '');
  const belljar = await openBelljar({ home, policyFile });
  test.after(() => belljar.close());
  return belljar;
}

async function start(test: TestContext, argv: Argv, options: Options = {}): Promise<Program> {
  const belljar = await openTestBelljar(test);
  return belljar.programs.start({ ...asker, ...options, argv });
}

async function runInside(test: TestContext, argv: Argv, options: Options = {}): ReturnType<typeof finish> {
  return finish(await start(test, argv, options));
}

async function finish(program: Program) {
  program.stdin.end();
  const [stdout, stderr, end] = await Promise.all([text(program.stdout), text(program.stderr), program.ended]);
  return { stdout, stderr, end };
}

async function entriesOf({ record }: Belljar, actions: readonly string[]) {
  const found = [];
  for await (const entry of record.entries()) if (actions.includes(entry.action)) found.push(entry);
  return found;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
