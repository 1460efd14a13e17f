import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { TestCli, finish, launcher } from '../support/cli.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

describe('belljar run', needs(root, bubblewrap, python), () => {
  it('runs a file and puts its start and its end on the record', async () => {
    using cli = new TestCli();
    const result = await cli.run(['run', 'examples/hello.py']);
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^Hello from behind the glass/);
    assert.equal(result.stderr, '');
    const [start, end] = (await cli.entries()).filter(({ action }) => String(action).startsWith('run.'));
    assert.equal(start?.['action'], 'run.start');
    assert.equal(end?.['action'], 'run.end');
    assert.equal(start['correlationId'], end['correlationId']);
    const { codeDigest, capabilities } = start['details'] as { codeDigest: string; capabilities: string[] };
    assert.equal(codeDigest, digestOf('examples/hello.py'));
    assert.ok(capabilities.includes('memory-limit'));
    assert.equal((end['details'] as { outcome: { status: string } }).outcome.status, 'exited');
  });

  it('passes the exit code, the arguments and the bytes on', async () => {
    using cli = new TestCli();
    const code = 'import os, sys\nos.write(1, b"\\xff\\x00" + sys.argv[1].encode())\nsys.exit(5)';
    const result = await cli.run(['run', '-', '--', '--flag'], { input: code });
    assert.equal(result.code, 5);
    assert.deepEqual(result.stdoutBytes, Buffer.from([0xff, 0, ...Buffer.from('--flag')]));
  });

  it('says memory and exits 137', async () => {
    using cli = new TestCli();
    const result = await cli.run(['run', '-', '--memory', '64MB'], { input: 'x = bytearray(1 << 30)' });
    assert.equal(result.code, 137);
    assert.equal(
      result.stderr,
      'belljar: ended: it wanted more than its 64 MB of memory (files it writes may count too)\n',
    );
  });

  it('says time and exits 124', async () => {
    using cli = new TestCli();
    const result = await cli.run(['run', '-', '--timeout', '300ms'], { input: 'while True: pass' });
    assert.equal(result.code, 124);
    assert.match(result.stderr, /belljar: ended: it ran longer than its 300 ms\n$/);
  });

  it('exits 77 where the policy says no, and puts that on the record', async () => {
    using cli = new TestCli();
    const result = await cli.run(['run', '-', '--role', 'viewer'], { input: 'print(1)' });
    assert.equal(result.code, 77);
    assert.equal(result.stdout, '');
    assert.match(result.stderr, /the policy says no: .*roles\.viewer/);
    const actions = (await cli.entries()).map(({ action }) => action);
    assert.ok(actions.includes('run.refused') && !actions.includes('run.start'));
  });

  it('refuses limits above the policy’s maximum, and takes lower ones', async () => {
    using cli = new TestCli();
    const policy = join(cli.home, '..', 'policy.yaml');
    writeFileSync(policy, 'version: 1\nruntime:\n  limits: {memory: 64MB}\n  maximum: {memory: 100MB}\n');
    const denied = await cli.run(['run', '-', '--policy', policy, '--memory', '101MB'], { input: 'print(1)' });
    assert.equal(denied.code, 77);
    assert.match(denied.stderr, /runtime\.maximum\.memory/);
    assert.equal((await cli.run(['run', '-', '--policy', policy, '--memory', '99MB'], { input: 'print(1)' })).code, 0);
  });

  it('prints one document with --json, whatever the outcome', async () => {
    using cli = new TestCli();
    const ok = await cli.run(['run', '-', '--json'], {
      input: 'import sys; print("out"); print("err", file=sys.stderr)',
    });
    const document = JSON.parse(ok.stdout) as Record<string, unknown>;
    assert.equal(document['stdout'], 'out\n');
    assert.equal(document['stderr'], 'err\n');
    assert.deepEqual(document['outcome'], { status: 'exited', code: 0 });
    const late = await cli.run(['run', '-', '--json', '--timeout', '200ms'], { input: 'while True: pass' });
    assert.equal(late.code, 124);
    assert.equal((JSON.parse(late.stdout) as { exitCode: number }).exitCode, 124);
    const denied = await cli.run(['run', '-', '--json', '--role', 'viewer'], { input: '' });
    assert.equal((JSON.parse(denied.stdout) as { error: { code: string } }).error.code, 'POLICY_DENIED');
  });

  it('ends on Ctrl-C with 130, lets the code clean up, and records the end', async () => {
    using cli = new TestCli();
    const child = cli.start(['run', '-']);
    child.stdin?.end('import time\ntry:\n    print("up")\n    time.sleep(60)\nfinally: print("cleaned up")');
    const result = finish(child);
    await once(child.stdout!, 'data');
    child.kill('SIGINT');
    const { code, stdout, stderr } = await result;
    assert.equal(code, 130);
    assert.match(stdout, /cleaned up/);
    assert.match(stderr, /belljar: cancelled\n$/);
    const last = (await cli.entries()).at(-1);
    assert.deepEqual((last?.['details'] as { outcome: unknown }).outcome, { status: 'cancelled' });
  });

  it('takes the sandbox with it when it is killed, and the next start sweeps the cgroup', async () => {
    using cli = new TestCli();
    const child = cli.start(['run', '-']);
    child.stdin?.end('import ctypes, time\nctypes.CDLL(None).prctl(15, b"bj-mark")\nprint("up")\ntime.sleep(120)');
    await once(child.stdout!, 'data');
    assert.equal(countProcesses('bj-mark'), 1, 'the control: it was there');
    const gone = finish(child);
    child.kill('SIGKILL');
    await gone;
    assert.equal((await cli.run(['run', '-'], { input: 'print(1)' })).code, 0);
    assert.equal(countProcesses('bj-mark'), 0);
    assert.deepEqual(groupsOf(child.pid), []);
  });

  it('ends quietly when its reader goes away', () => {
    using cli = new TestCli();
    const { stdout, stderr, status } = spawnSync('sh', ['-c', `"${launcher}" run - | head -n 1`], {
      input: 'while True: print("line")',
      encoding: 'utf8',
      env: { ...process.env, BELLJAR_HOME: cli.home, BELLJAR_NODE: process.execPath },
    });
    assert.deepEqual([stdout, stderr, status], ['line\n', '', 0]);
  });

  it('is ended in time although nobody reads what it prints', async () => {
    using cli = new TestCli();
    const child = cli.start(['run', '-', '--timeout', '500ms']);
    child.stdin?.end('while True: print("x" * 1000)');
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 124);
    child.stdout?.destroy();
    child.stderr?.destroy();
  });

  it('ends on Ctrl-C while it still reads its program', async () => {
    using cli = new TestCli();
    const child = cli.start(['run', '-']);
    child.stdin?.write('print(1)\n');
    const result = finish(child);
    // The help of another command tells that starts take this long; the signal may come before or while it reads.
    await cli.run(['run', '--help']);
    child.kill('SIGINT');
    assert.equal((await result).code, 130);
  });

  it('puts a launch that fails on the record, and says what would help', async () => {
    using cli = new TestCli();
    const result = await cli.run(['run', '-', '--memory', '1MB'], { input: 'print(1)' });
    assert.equal(result.code, 125);
    assert.match(result.stderr, /1 MB of memory is too little to start Python\n {2}hint: Give it at least 16MB\./);
    const [failed] = (await cli.entries()).filter(({ action }) => action === 'run.failed');
    assert.equal((failed?.['details'] as { code: string }).code, 'SANDBOX_LAUNCH_FAILED');
  });

  it('keeps the file’s own name, as far as it is one', async () => {
    using cli = new TestCli();
    const file = join(cli.home, '..', 'my file ü.py');
    writeFileSync(file, 'print(__file__)');
    assert.equal((await cli.run(['run', file])).stdout, '/workspace/my file ü.py\n');
  });

  it('says at once what of a policy it cannot do, as the doctor does', async () => {
    using cli = new TestCli();
    const policy = join(cli.home, '..', 'policy.yaml');
    for (const [text, message] of [['runtime: {backends: [container]}', /container/]] as const) {
      writeFileSync(policy, `version: 1\n${text}\n`);
      assert.match((await cli.run(['run', '-', '--policy', policy], { input: 'print(1)' })).stderr, message);
      const doctor = await cli.run(['doctor', '--policy', policy]);
      assert.equal(doctor.code, 1);
      assert.match(doctor.stdout, message);
    }
  });

  it('refuses what the policy’s guards name, and says by which rule', async () => {
    using cli = new TestCli();
    const policy = join(cli.home, '..', 'policy.yaml');
    const input = 'import os, ctypes';
    writeFileSync(policy, 'version: 1\nruntime: {guards: {imports: [ctypes], exec: ["*"]}}\n');
    const refused = await cli.run(['run', '-', '--policy', policy], { input });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^ImportError: runtime\.guards\.imports: ctypes: /m);
    writeFileSync(policy, 'version: 1\n');
    assert.equal((await cli.run(['run', '-', '--policy', policy], { input })).code, 0);
  });

  it('exits 143 when it was asked to stop', async () => {
    using cli = new TestCli();
    const child = cli.start(['run', '-']);
    child.stdin?.end('import time\nprint("up")\ntime.sleep(60)');
    const result = finish(child);
    await once(child.stdout!, 'data');
    child.kill('SIGTERM');
    assert.equal((await result).code, 143);
  });

  it('takes what stands behind -- for the code’s own', async () => {
    using cli = new TestCli();
    const result = await cli.run(['run', 'no/such.py', '--', '--json']);
    assert.equal(result.code, 66);
    assert.match(result.stderr, /^belljar: cannot read/);
  });

  const mistakes: readonly [string, string[], number, RegExp][] = [
    ['no file', ['run'], 2, /name a file to run/],
    ['a file that is not there', ['run', 'no/such.py'], 66, /cannot read no\/such\.py: ENOENT/],
    ['a folder', ['run', 'examples'], 66, /EISDIR/],
    ['an endless file', ['run', '/dev/zero'], 2, /larger than/],
    ['an actor without a name', ['run', '-', '--actor', ''], 2, /--actor must not be empty/],
    ['an unknown option', ['run', '-', '--memroy', '1GB'], 2, /--memroy/],
    ['a size that is none', ['run', '-', '--memory', 'lots'], 2, /“lots”/],
    ['a time of nothing', ['run', '-', '--timeout', '0s'], 2, /--timeout must be more than 0/],
    ['a Python that is none', ['run', '-', '--python', '/bin/cat'], 125, /does not answer as a Python/],
    ['a Python that is not there', ['run', '-', '--python', '/no/python'], 125, /no such program/],
    ['an unknown role', ['run', '-', '--role', 'vewer'], 2, /Did you mean “viewer”/],
  ];
  for (const [what, args, code, message] of mistakes) {
    it(`says what is wrong with ${what}, in a line and a hint`, async () => {
      using cli = new TestCli();
      const result = await cli.run(args, { input: 'print(1)' });
      assert.equal(result.code, code, result.stderr);
      assert.match(result.stderr, message);
      assert.match(result.stderr, /^belljar: .*\n {2}hint: .*\n$/);
      assert.equal(result.stdout, '');
    });
  }

  it('says that a file is not UTF-8', async () => {
    using cli = new TestCli();
    const result = await cli.run(['run', '-'], { input: Buffer.from([0x70, 0xff, 0xfe]) });
    assert.equal(result.code, 66);
    assert.match(result.stderr, /not UTF-8/);
  });

  it('keeps two homes apart', async () => {
    using one = new TestCli();
    using two = new TestCli();
    await Promise.all([one, two].map((cli) => cli.run(['run', '-'], { input: 'print(1)' })));
    const [first, second] = await Promise.all([one.entries(), two.entries()]);
    assert.equal(first.length, second.length);
    assert.notEqual(first[0]?.['recordId'], second[0]?.['recordId']);
  });

  it('says that it was refused processes, where the code fails for that', async () => {
    using cli = new TestCli();
    const input =
      'import threading, time\nfor _ in range(40): threading.Thread(target=time.sleep, args=(1,), daemon=True).start()';
    const result = await cli.run(['run', '-', '--processes', '8'], { input });
    assert.equal(result.code, 1);
    assert.match(result.stderr, /belljar: the code was refused processes or threads beyond its limit/);
  });
});

function digestOf(file: string): string {
  return spawnSync('sha256sum', [file], { encoding: 'utf8' }).stdout.slice(0, 64);
}

function countProcesses(comm: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === comm;
    } catch {
      return false; // it ended while we looked
    }
  }).length;
}

function groupsOf(pid: number | undefined): string[] {
  const { stdout } = spawnSync('find', ['/sys/fs/cgroup', '-type', 'd', '-path', `*/belljar/*-${pid}-*`], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter(Boolean);
}
