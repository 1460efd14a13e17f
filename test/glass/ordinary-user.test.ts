import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { launcher } from '../support/cli.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const uid = 65_534;
const project = join(launcher, '..');

/** A copy that such a user can read: the project itself may lie below root's home. */
describe('belljar run as an ordinary user without delegated cgroups', needs(root, bubblewrap, python), () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-user-'));
  const home = join(folder, 'home');

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

  function runAsUser(args: readonly string[], input: string): SpawnSyncReturns<string> {
    const node = [join(folder, 'node'), '--disable-warning=ExperimentalWarning', join(folder, 'src/cli/main.ts')];
    const drop = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--inh-caps=-all'];
    return spawnSync('setpriv', [...drop, ...node, ...args], {
      input,
      encoding: 'utf8',
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', HOME: home, BELLJAR_HOME: join(home, 'belljar') },
    });
  }
});
