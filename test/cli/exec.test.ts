import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { after, describe, it } from 'node:test';

import { finish, launcher, TestCli } from '../support/cli.ts';
import { bubblewrap, needs, python } from '../support/prerequisite.ts';

describe('belljar exec', needs(bubblewrap, python), () => {
  const cli = new TestCli();
  after(() => cli[Symbol.dispose]());
  const exec = ['exec', '-w', 'one'];

  it('passes streams and the exit code through', async () => {
    const script = 'cat; echo err >&2; exit 7';
    const { code, stdout, stderr } = await cli.run([...exec, '--', 'sh', '-c', script], { input: 'in\n' });
    assert.deepEqual({ code, stdout, stderr }, { code: 7, stdout: 'in\n', stderr: 'err\n' });
  });

  it('says with 127 that there is no such command inside, and what to do', async () => {
    const { code, stderr } = await cli.run([...exec, '--', 'quarto', 'render']);
    assert.equal(code, 127);
    assert.match(stderr, /“quarto”: there is no such command inside\n {2}hint: .*--show FOLDER/);
  });

  it('ends with 128 and the signal, with 124 out of time, and with 77 where the policy says no', async () => {
    assert.equal((await cli.run([...exec, '--', 'sh', '-c', 'kill -9 $$'])).code, 137);
    assert.equal((await cli.run([...exec, '--timeout', '300ms', '--', 'sleep', '600'])).code, 124);
    assert.equal((await cli.run([...exec, '--role', 'anonymous', '--memory', '1TiB', '--', 'true'])).code, 77);
    assert.equal((await cli.run([...exec])).code, 2);
  });

  it('has the first Ctrl-C interrupt the command', async () => {
    const child = cli.start([
      ...exec,
      '--',
      'sh',
      '-c',
      'trap "echo caught; exit 5" INT; echo on; while :; do sleep 0.1; done',
    ]);
    await once(child.stdout as Readable, 'data');
    child.kill('SIGINT');
    assert.deepEqual((await finish(child)).code, 5);
  });

  it('has the second one end it, on the record', async () => {
    const child = cli.start([
      ...exec,
      '--',
      'sh',
      '-c',
      'trap "echo caught" INT; echo on; while :; do sleep 0.1; done',
    ]);
    const stdout = child.stdout as Readable;
    await once(stdout, 'data');
    child.kill('SIGINT');
    await once(stdout, 'data');
    child.kill('SIGINT');
    assert.equal((await finish(child)).code, 130);
    const last = (await cli.entries()).at(-1);
    assert.equal(last?.['action'], 'run.end');
  });

  it('ends quietly when its reader goes away', async () => {
    const child = spawn('sh', ['-c', `"$0" exec -w one -- yes | head -1`, launcher], { env: cli.env });
    const { code, stdout, stderr } = await finish(child);
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'y\n', stderr: '' });
  });

  it('--show shows a folder at its own path, to be read only; without it there is none', async (test) => {
    const folder = await mkdtemp('/var/tmp/belljar-exec-'); // nothing below /tmp can be shown
    await chmod(folder, 0o755);
    test.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'tool'), '#!/bin/sh\necho tool; touch "$0.new" 2>/dev/null || echo read-only\n', {
      mode: 0o755,
    });
    const command = ['--', join(folder, 'tool')];
    assert.equal((await cli.run([...exec, '--show', folder, ...command])).stdout, 'tool\nread-only\n');
    assert.equal((await cli.run([...exec, '--show', relative(process.cwd(), folder), ...command])).code, 0);
    assert.equal((await cli.run([...exec, ...command])).code, 127);
    assert.equal((await cli.run([...exec, '--show', cli.home, ...command])).code, 2);
  });

  it('--json prints one document', async () => {
    const { stdout } = await cli.run([...exec, '--json', '--', 'sh', '-c', 'echo out; exit 3']);
    const { outcome, exitCode, stdout: printed } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual(
      { outcome, exitCode, printed },
      { outcome: { status: 'exited', code: 3 }, exitCode: 3, printed: 'out\n' },
    );
  });
});

describe('belljar env python', needs(bubblewrap, python), () => {
  const cli = new TestCli();
  after(() => cli[Symbol.dispose]());

  it('prints the path of a program that is used like any python', async () => {
    const { stdout } = await cli.run(['env', 'python', '-w', 'one']);
    const shim = stdout.trim();
    const code = 'import os, sys; print(sys.stdin.read(), sys.argv[1:], os.getcwd()); sys.exit(3)';
    const child = spawn(shim, ['-c', code, 'a b'], { env: cli.env });
    child.stdin.end('in');
    const { code: exit, stdout: printed, stderr } = await finish(child);
    assert.deepEqual({ exit, printed, stderr }, { exit: 3, printed: "in ['a b'] /workspace\n", stderr: '' });
  });

  it('keeps the policy that it was made under, wherever it is started from', async () => {
    const policy = join(cli.home, 'strict.yaml');
    await writeFile(policy, 'version: 1\n', { mode: 0o600 });
    const named = { env: { BELLJAR_POLICY: relative(process.cwd(), policy) } };
    const { stdout } = await cli.run(['env', 'python', '-w', 'one'], named);
    assert.ok(readFileSync(stdout.trim(), 'utf8').includes(`'--policy=${policy}'`));
  });

  it('runs scripts in folders that are shown, from there, and says of others that they are not', async (test) => {
    const folder = await mkdtemp('/var/tmp/belljar-exec-'); // nothing below /tmp can be shown
    await chmod(folder, 0o755);
    test.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'script.py'), 'import os; print(os.getcwd())');
    const shown = (await cli.run(['env', 'python', '-w', 'one', '--show', folder])).stdout.trim();
    const start = (shim: string) =>
      finish(spawn(shim, ['script.py'], { env: cli.env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }));
    assert.equal((await start(shown)).stdout, `${folder}\n`);
    const plain = (await cli.run(['env', 'python', '-w', 'one'])).stdout.trim();
    const { code, stderr } = await start(plain);
    assert.equal(code, 2);
    assert.match(stderr, /is not there behind glass/);
    const settings = join(cli.home, 'belljar.settings.yaml');
    await writeFile(settings, `version: 1\nprograms: {tool: {folder: ${folder}}}\n`, { mode: 0o600 });
    test.after(() => rm(settings));
    assert.equal((await start(plain)).stdout, `${folder}\n`, 'shown by the settings');
  });
});
