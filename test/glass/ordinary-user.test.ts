import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { type CliResult, finish, launcher } from '../support/cli.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const uid = 65_534;
const project = join(launcher, '..');
const isLegacy = /^\d+:memory:/m.test(readFileSync('/proc/self/cgroup', 'utf8'));

/** A copy that such a user can read: the project itself may lie below root's home. */
describe('belljar run as an ordinary user without delegated cgroups', needs(root, bubblewrap, python), () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-user-'));
  const home = join(folder, 'home');

  const node = [join(folder, 'node'), '--disable-warning=ExperimentalWarning', join(folder, 'src/cli/main.ts')];
  const drop = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--inh-caps=-all'];
  const surroundings = {
    cwd: '/',
    env: {
      ...{ PATH: '/usr/bin:/bin', HOME: home, BELLJAR_HOME: join(home, 'belljar') },
      NODE_COMPILE_CACHE: join(home, 'compiled'),
    },
  };

  before(() => {
    spawnSync('chmod', ['755', folder]);
    for (const name of ['src', 'python', 'package.json', 'node_modules/zod', 'node_modules/yaml']) {
      cpSync(join(project, name), join(folder, name), { recursive: true });
    }
    for (const name of ['spdx-expression-parse', 'spdx-exceptions', 'spdx-license-ids']) {
      cpSync(join(project, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
    }
    cpSync(process.execPath, join(folder, 'node'));
    mkdirSync(home);
    chownSync(home, uid, uid);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('fails closed where the policy requires limits that cannot be enforced, and names the remedy', () => {
    const { status, stderr, stdout } = runAsUser(['run', '-'], 'print("ran")');
    assert.equal(status, 125);
    assert.equal(stdout, '');
    assert.match(stderr, /cannot enforce: memory-limit, process-limit/);
    assert.match(stderr, /hint: Start Belljar as root, or where cgroups are delegated/);
  });

  it('runs behind namespaces where the operator took these limits off the list by name', () => {
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, 'version: 1\nruntime:\n  notRequired: [memory-limit, process-limit]\n');
    const code = `
import os, socket
print(os.getuid(), [n for _, n in socket.if_nameindex()], os.path.exists(${JSON.stringify(folder)}))
try: os.unshare(os.CLONE_NEWUSER)
except AttributeError:
    import ctypes
    print("nested:", ctypes.CDLL(None).unshare(0x10000000))`;
    const { status, stdout, stderr } = runAsUser(['run', '-', '--policy', policy], code);
    assert.equal(status, 0, stderr);
    assert.equal(stdout, "1000 ['lo'] False\nnested: -1\n");
  });

  it('says in the doctor what is missing, and that code cannot run', () => {
    const { status, stdout } = runAsUser(['doctor'], '');
    assert.equal(status, 1);
    assert.match(stdout, /\* memory-limit +missing/);
    assert.match(stdout, /own-uid +degraded/);
    assert.match(stdout, /\* filesystem +enforced/);
  });

  it(
    'enforces all limits once root has handed cgroups over',
    { skip: isLegacy ? false : 'needs cgroup version 1' },
    () => {
      const set = (...options: string[]): number | null =>
        spawnSync(launcher, ['setup', '--user', String(uid), ...options], {
          env: { ...process.env, BELLJAR_HOME: home, BELLJAR_NODE: process.execPath },
        }).status;
      try {
        assert.equal(set(), 0);
        const { status, stdout } = runAsUser(['doctor'], '');
        assert.equal(status, 0, stdout);
        for (const name of ['memory-limit', 'process-limit', 'cpu-limit', 'cpu-time-limit']) {
          assert.match(stdout, new RegExp(`${name} +enforced`));
        }
        const greedy = runAsUser(['run', '-', '--memory', '64MB'], 'x = bytearray(1 << 30)\nprint(len(x))');
        assert.equal(greedy.status, 137, greedy.stderr);
        assert.equal(runAsUser(['run', '-', '--memory', '64MB'], 'print("fits")').stdout, 'fits\n');
      } finally {
        assert.equal(set('--remove'), 0);
      }
      assert.equal(runAsUser(['run', '-'], 'print("ran")').status, 125);
    },
  );

  it('says which switch forbids user namespaces, and how to turn it', async () => {
    const forbidden = await runWithoutNamespaces(['doctor']);
    assert.equal(forbidden.code, 1, forbidden.stderr);
    assert.match(forbidden.stdout, /forbids user namespaces to ordinary users \(user\.max_user_namespaces is 0\)/);
    assert.match(forbidden.stdout, /As root: echo 'user\.max_user_namespaces = \d+' >\/etc\/sysctl\.d/);
    const run = await runWithoutNamespaces(['run', '-']);
    assert.equal(run.code, 125);
    assert.match(run.stderr, /user\.max_user_namespaces is 0/);
    const { stdout } = runAsUser(['doctor'], '');
    assert.doesNotMatch(stdout, /max_user_namespaces/);
  });

  /** In a user namespace of the test's own, whose switch is not the machine's. */
  async function runWithoutNamespaces(args: readonly string[]): Promise<CliResult> {
    const holder = spawn('unshare', ['--user', 'sh', '-c', 'echo ready; read -r end']);
    await once(holder.stdout, 'data');
    for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${holder.pid}/${map}`, '0 0 65536');
    const enter = ['--target', String(holder.pid), '--user', '--setuid', '0', '--setgid', '0'];
    const forbid = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"';
    const result = await finish(
      spawn('nsenter', [...enter, 'sh', '-c', forbid, 'sh', 'setpriv', ...drop, ...node, ...args], {
        ...surroundings,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const closed = once(holder, 'close');
    holder.stdin.end();
    await closed;
    return result;
  }

  function runAsUser(args: readonly string[], input: string): SpawnSyncReturns<string> {
    return spawnSync('setpriv', [...drop, ...node, ...args], { input, encoding: 'utf8', ...surroundings });
  }
});
