import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

import type { MachineReport } from '../../src/belljar.ts';
import { TestCli, launcher } from '../support/cli.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

describe('belljar doctor', needs(root, bubblewrap, python), () => {
  it('says what is enforced, and makes no home', async () => {
    using cli = new TestCli();
    const { code, stdout } = await cli.run(['doctor']);
    assert.equal(code, 0);
    assert.match(stdout, /\* memory-limit +enforced/);
    assert.match(stdout, /Code can run here\.\n$/);
    assert.equal(existsSync(cli.home), false);
  });

  it('says the same as one document', async () => {
    using cli = new TestCli();
    const report = JSON.parse((await cli.run(['doctor', '--json'])).stdout) as MachineReport;
    assert.deepEqual(report.obstacles, []);
    assert.deepEqual(
      report.backends.map(({ backend, available }) => [backend, available]),
      [
        ['process', true],
        ['container', false],
      ],
    );
  });

  it('prints the system-call filter in words', async () => {
    using cli = new TestCli();
    const { code, stdout } = await cli.run(['doctor', '--seccomp']);
    assert.equal(code, 0);
    assert.match(stdout, /^allowed on (x64|arm64):\n/);
    assert.match(stdout, /^ {2}clone: processes and threads, but no new namespace$/m);
    assert.match(stdout, /refused with EPERM:[^]*keyctl/);
  });

  it('prints the filter as one document too, and proves nothing beside it', async () => {
    using cli = new TestCli();
    const { code, stdout } = await cli.run(['doctor', '--seccomp', '--json']);
    assert.equal(code, 0);
    const { arch, filter } = JSON.parse(stdout) as { arch: string; filter: string[] };
    assert.equal(filter[0], `allowed on ${arch}:`);
    assert.ok(filter.includes('  clone: processes and threads, but no new namespace'));
    for (const other of [['--prove'], ['--only', 'network'], ['--python', 'python3']]) {
      const refused = await cli.run(['doctor', '--seccomp', ...other]);
      assert.deepEqual([refused.code, refused.stdout], [2, ''], other.join(' '));
      assert.match(refused.stderr, new RegExp(`--seccomp goes without ${other[0]}`));
    }
  });

  it('exits 1 and says so where the policy is broken', async () => {
    using cli = new TestCli();
    const policy = join(dirname(cli.home), 'policy.yaml');
    writeFileSync(policy, 'version: 1\nruntime:\n  requierd: [own-uid]\n');
    const { code, stdout, stderr } = await cli.run(['doctor', '--policy', policy]);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /Code cannot run here:[^]*requierd[^]*belljar policy check \/.*policy\.yaml/);
  });

  it('says of a Python or a policy that is not there what belljar run says', async () => {
    using cli = new TestCli();
    const withoutPython = await cli.run(['doctor', '--python', 'no-such-python']);
    assert.equal(withoutPython.code, 1);
    assert.match(
      withoutPython.stdout,
      /no such program\n {4}Install python3, or name one with --python or BELLJAR_PYTHON/,
    );
    const policy = join(dirname(cli.home), 'absent.yaml');
    const withoutPolicy = await cli.run(['doctor', '--policy', policy]);
    assert.equal(withoutPolicy.code, 1);
    assert.match(withoutPolicy.stdout, /absent\.yaml.*\n {4}Check the path and its permissions\./);
    assert.doesNotMatch(withoutPolicy.stdout, /belljar policy check/);
  });

  it('names bubblewrap and how to get it where it is not on the machine', () => {
    using cli = new TestCli();
    const hide = `mount --bind /dev/null "$(command -v bwrap)" && exec "${launcher}" doctor`;
    const { status, stdout } = spawnSync('unshare', ['--mount', 'sh', '-c', hide], {
      encoding: 'utf8',
      env: { ...process.env, BELLJAR_HOME: cli.home, BELLJAR_NODE: process.execPath },
    });
    assert.equal(status, 1);
    assert.match(stdout, /bubblewrap is not installed/);
    assert.match(stdout, /apt-get install bubblewrap/);
  });
});
