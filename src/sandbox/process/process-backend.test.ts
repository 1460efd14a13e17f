import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { bubblewrap, needs, root } from '../../../test/support/prerequisite.ts';
import type { LaunchSpec, Sandbox, SandboxLimits } from '../contract.ts';
import { type LaunchCommand, buildCommand } from './command.ts';
import { chooseIdentity } from './identity.ts';
import { ProcessBackend } from './process-backend.ts';
import { describeRoot } from './root.ts';
import { SystemFolders } from './system.ts';

const roomy: SandboxLimits = {
  memoryBytes: 128 << 20,
  processes: 32,
  cpus: 1,
  cpuTimeMs: 30_000,
  openFiles: 64,
  fileBytes: 1 << 20,
};

const backend = new ProcessBackend({});

describe('ProcessBackend', needs(root, bubblewrap), () => {
  it('passes the program’s exit code and output on', async () => {
    const sandbox = await launch('read -r line; echo "heard $line"; exit 3');
    sandbox.control.write('hello\n');
    assert.equal(await text(sandbox.control), 'heard hello\n');
    assert.deepEqual((await sandbox.exited).why, { kind: 'exited', code: 3 });
  });

  it('gives the program its environment and nothing of the host’s', async () => {
    process.env['BELLJAR_TEST_SECRET'] = 'not for inside';
    const sandbox = await launch('env; cat /proc/1/environ');
    const seen = await text(sandbox.control);
    assert.match(seen, /GREETING=hello/);
    assert.doesNotMatch(seen, /BELLJAR|SUDO|SSH|USER=|not for inside/);
  });

  it('tells a signal by its number', async () => {
    const sandbox = await launch('kill -SEGV $$');
    // Pid 1 ignores what it does not handle, so the shell goes on to its end.
    assert.deepEqual((await sandbox.exited).why, { kind: 'exited', code: 0 });
    const child = await launch('(kill -SEGV $(exec sh -c "echo \\$PPID")); exit $?');
    assert.deepEqual((await child.exited).why, { kind: 'signalled', signal: 11 });
  });

  it('says memory when the kernel killed for memory', async () => {
    const sandbox = await launch('exec tail /dev/zero', { memoryBytes: 24 << 20 });
    const { why, usage } = await sandbox.exited;
    assert.deepEqual(why, { kind: 'memory', limitBytes: 24 << 20 });
    assert.ok(usage.memoryKills > 0);
    assert.ok((usage.peakMemoryBytes ?? Infinity) <= 24 << 20);
  });

  it('says CPU time when the processes together used it up', async () => {
    const sandbox = await launch('while :; do :; done & while :; do :; done', { cpuTimeMs: 200 });
    assert.deepEqual((await sandbox.exited).why, { kind: 'cpuTime', limitMs: 200 });
  });

  it('says wall time when it went on for longer, whatever it does with signals', async () => {
    const sandbox = await launch('trap "" TERM INT; sleep 63', { wallTimeMs: 100 });
    assert.deepEqual((await sandbox.exited).why, { kind: 'wallTime', limitMs: 100 });
  });

  it('says output when it wrote more than it may, and passes on what it may', async () => {
    const sandbox = await launch('yes', { outputBytes: 100_000 });
    const [output, { why }] = await Promise.all([text(sandbox.control), sandbox.exited]);
    assert.equal(output.length, 100_000);
    assert.deepEqual(why, { kind: 'output', limitBytes: 100_000 });
  });

  it('says processes when it failed after it was refused one', async () => {
    const sandbox = await launch('i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done', { processes: 12 });
    const { why } = await sandbox.exited;
    assert.equal(why.kind, 'processes');
  });

  it('has orphans reaped by a process 1 of ours where the program does not', async () => {
    const orphan =
      'sh -c "sleep 0.01 & exit 0"; sleep 0.1; cat /proc/*/stat 2>/dev/null | grep -c " Z "; cat /proc/1/comm';
    const script = `exec env sh -c '${orphan}'`;
    const reaped = await backend.launch({ ...specOf(script), reaper: true });
    assert.equal(await text(reaped.control), '0\nbwrap\n');
    await reaped.exited;
  });

  it('refuses forks beyond the process limit and counts them', async () => {
    const sandbox = await launch('i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done', { processes: 12 });
    assert.ok((await sandbox.exited).usage.refusedForks > 0);
  });

  it('kill() ends everything, daemons too, and leaves no cgroup behind', async () => {
    const sandbox = await launch('setsid sleep 61 & setsid sh -c "trap \\"\\" TERM; sleep 61" & echo up; sleep 61');
    sandbox.control.once('data', () => sandbox.kill('a test'));
    assert.deepEqual((await sandbox.exited).why, { kind: 'killed', by: 'a test' });
    assert.deepEqual(groupsOfThisProcess(), []);
  });

  it('ends what the program left running when the program ends', async () => {
    const sandbox = await launch('sleep 62 & exit 0');
    assert.deepEqual((await sandbox.exited).why, { kind: 'exited', code: 0 });
    assert.deepEqual(groupsOfThisProcess(), []);
  });

  it('hands no descriptor of the host’s to the program, not even one that Node itself inherited', () => {
    const program = fileURLToPath(new URL('../../../test/fixtures/list-descriptors.ts', import.meta.url));
    // Node covers the first few by itself; this one stands beyond them.
    const forgotten = openSync('/etc/hostname', 'r');
    const stdio = Object.assign(new Array<'ignore' | 'pipe' | number>(41).fill('ignore'), {
      1: 'pipe',
      2: 'pipe',
      40: forgotten,
    });
    const { stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      encoding: 'utf8',
      stdio,
    });
    closeSync(forgotten);
    const seen = stdout.trim().split('\n');
    assert.equal(stderr, '');
    assert.ok(
      seen.some((line) => line.startsWith('40 ')),
      'the control: the descriptor is there, covered',
    );
    for (const line of seen) assert.match(line, /^[012] (pipe|socket):|^3 \/proc\/\d+\/fd$|^\d+ \/dev\/null$/);
  });

  it('runs in the background when no other sandbox wants to, and comes back', async () => {
    const sandbox = await launch('read -r line');
    const [file = ''] = groupFilesOfThisProcess('cpu.idle');
    for (const [priority, idle] of [
      ['background', '1'],
      ['foreground', '0'],
    ] as const) {
      sandbox.setPriority(priority);
      while (readFileSync(file, 'utf8').trim() !== idle) await setImmediate();
    }
    sandbox.control.end('done\n');
    await sandbox.exited;
  });

  it('starts nothing where only a part of the options arrived', async () => {
    const parts = {
      lifted: new Set<never>(),
      joinFiles: [],
      filter: undefined,
      identity: chooseIdentity(),
      countsCpu: false,
    };
    const system = await new SystemFolders(undefined).prepare([]);
    const spec = specOf('echo started');
    const shown = describeRoot({ mounts: spec.mounts, parts: [], system, lifted: parts.lifted });
    const command = buildCommand({ ...parts, spec, root: shown });
    const options = command.bubblewrapOptions.split('\0');
    for (let count = 0; count < options.length - 1; count++) {
      assert.equal(await startByHand(command, options.slice(0, count).join('\0')), '', `after ${count} options`);
    }
    assert.equal(await startByHand(command, command.bubblewrapOptions), 'started\n');
  });

  it('fails closed on a capability that is not enforced, and starts nothing', async () => {
    const unfiltered = new ProcessBackend({}, { lifted: ['system-call-filter'] });
    await assert.rejects(unfiltered.launch({ ...specOf('true'), require: ['system-call-filter'] }), {
      code: 'SANDBOX_CAPABILITY_MISSING',
    });
    assert.deepEqual(groupsOfThisProcess(), []);
  });

  it('shows a bundle in /usr/local, and nothing else of it', async () => {
    const local = new ProcessBackend({ local: [{ hostPath: '/etc/ssl', at: '/usr/local/lib/shown' }] });
    const spec = specOf('ls /usr/local /usr/local/lib; touch /usr/local/x');
    const sandbox = await local.launch({ ...spec, mounts: [...spec.mounts, { kind: 'bundle', name: 'local' }] });
    assert.equal(await text(sandbox.control), '/usr/local:\nlib\n\n/usr/local/lib:\nshown\n');
    assert.match((await sandbox.exited).diagnostics, /touch: .*Read-only file system/);
  });

  it('asks for a bundle that its catalogue does not have, and shows what is found, read-only', async () => {
    const asked: string[] = [];
    const finding = new ProcessBackend(
      { kept: [] },
      {
        findBundle: async (name) => {
          asked.push(name);
          return name === 'found' ? [{ hostPath: '/usr/share', at: '/belljar/found' }] : undefined;
        },
      },
    );
    const look = 'ls -d /belljar/found/zoneinfo; touch /belljar/found/new 2>/dev/null || echo read-only';
    const show = (...names: string[]): LaunchSpec => ({
      ...specOf(look),
      mounts: names.map((name) => ({ kind: 'bundle', name })),
      workingDirectory: '/',
    });
    const sandbox = await finding.launch(show('kept', 'found'));
    assert.equal(await text(sandbox.control), '/belljar/found/zoneinfo\nread-only\n');
    assert.deepEqual(asked, ['found']);
    const missing = { code: 'SANDBOX_LAUNCH_FAILED', message: 'there is no bundle “gone”' };
    await assert.rejects(finding.launch(show('gone')), missing);
    await assert.rejects(finding.launch(show('toString')), { code: 'SANDBOX_LAUNCH_FAILED' });
  });

  it('refuses a bundle that is not in its catalogue', async () => {
    const spec = { ...specOf('true'), mounts: [{ kind: 'bundle', name: '/etc' } as const] };
    await assert.rejects(backend.launch(spec), { code: 'SANDBOX_LAUNCH_FAILED' });
  });

  it('takes no launch that was cancelled before', async () => {
    await assert.rejects(backend.launch(specOf('true'), AbortSignal.abort()), { code: 'CANCELLED' });
  });

  it('probe() reports every capability, with a reason each', async () => {
    const report = await backend.probe();
    assert.equal(report.available, true);
    const byName = new Map(report.capabilities.map(({ name, status }) => [name, status]));
    for (const name of [
      'filesystem',
      'network-off',
      'privileges',
      'own-uid',
      'memory-limit',
      'process-limit',
    ] as const) {
      assert.equal(byName.get(name), 'enforced', name);
    }
    assert.equal(byName.get('system-call-filter'), 'enforced');
    assert.ok(report.capabilities.every(({ why }) => why.length > 10));
  });
});

describe('ProcessBackend off Linux', () => {
  it('says that it is not available, and why', async (context) => {
    const platform = Object.getOwnPropertyDescriptor(process, 'platform');
    assert.ok(platform);
    context.after(() => Object.defineProperty(process, 'platform', platform));
    Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' });
    const report = await new ProcessBackend({}).probe();
    assert.equal(report.available, false);
    assert.match(report.why, /darwin/);
    await assert.rejects(new ProcessBackend({}).launch(specOf('true')), { code: 'SANDBOX_UNAVAILABLE' });
  });
});

/** What it prints when the host gets no further than these options. */
async function startByHand({ file, args, accounts }: LaunchCommand, options: string): Promise<string> {
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe', 'ignore', ...accounts.map(() => 'pipe' as const)],
    cwd: '/',
  });
  const control = child.stdio[4] as Duplex;
  const contents: readonly (readonly [number, string])[] = [
    [3, options],
    ...accounts.map(({ descriptor, text: content }) => [descriptor, content] as const),
  ];
  for (const [descriptor, content] of contents) {
    const sent = child.stdio[descriptor] as Duplex;
    sent.on('error', () => undefined);
    sent.end(content);
  }
  const [said] = await Promise.all([text(control), once(child, 'close')]);
  return said;
}

function launch(script: string, limits: Partial<SandboxLimits> = {}): Promise<Sandbox> {
  return backend.launch(specOf(script, limits));
}

function specOf(script: string, limits: Partial<SandboxLimits> = {}): LaunchSpec {
  return {
    argv: ['/bin/sh', '-c', script],
    env: { PATH: '/usr/bin:/bin', GREETING: 'hello' },
    mounts: [{ kind: 'scratch', at: '/tmp', maxBytes: 1 << 20 }],
    workingDirectory: '/tmp',
    limits: { ...roomy, ...limits },
    network: 'off',
    require: [],
  };
}

function groupFilesOfThisProcess(name: string): string[] {
  const folders = ['/sys/fs/cgroup/cpu/belljar', '/sys/fs/cgroup/belljar'].filter(existsSync);
  const groups = folders.flatMap((folder) => readdirSync(folder).map((group) => join(folder, group, name)));
  return groups.filter((file) => file.includes(`-${process.pid}-`) && existsSync(file));
}

function groupsOfThisProcess(): string[] {
  const folders = ['/sys/fs/cgroup', '/sys/fs/cgroup/pids'].map((folder) => `${folder}/belljar`).filter(existsSync);
  return folders.flatMap((folder) => readdirSync(folder).filter((name) => name.includes(`-${process.pid}-`)));
}
