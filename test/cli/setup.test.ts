import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import type { SetupReport } from '../../src/belljar.ts';
import { TestCli } from '../support/cli.ts';
import { needs, root } from '../support/prerequisite.ts';

/** Of version 1 only: on the unified tree it is systemd that hands over, at the next login. */
const isLegacy = /^\d+:memory:/m.test(readFileSync('/proc/self/cgroup', 'utf8'));
const options = isLegacy ? needs(root) : { skip: 'needs cgroup version 1' };
const user = '1234567';

describe('belljar setup', options, () => {
  it('says what it would do, and does nothing', async () => {
    using cli = new TestCli();
    const { code, stdout } = await cli.run(['setup', '--user', user, '--dry-run']);
    assert.equal(code, 0);
    const [path] = /\/\S+\/memory\/belljar-user-1234567/.exec(stdout) ?? [];
    assert.ok(path, stdout);
    assert.equal(existsSync(path), false);
  });

  it('hands groups over, tries them as the user, and takes them back', async () => {
    using cli = new TestCli();
    try {
      const { code, stdout } = await cli.run(['setup', '--user', user, '--json']);
      assert.equal(code, 0, stdout);
      const { outcome, trials } = JSON.parse(stdout) as SetupReport;
      assert.equal(outcome, 'done');
      assert.ok(trials.length >= 3);
      assert.deepEqual(
        trials.filter(({ works, group }) => !works || !existsSync(group)),
        [],
      );
      const removed = await cli.run(['setup', '--user', user, '--remove']);
      assert.equal(removed.code, 0, removed.stderr);
      assert.match(removed.stdout, /^for 1234567 \(uid 1234567\):\n( {2}- removed .*\n)+$/);
      assert.deepEqual(
        trials.filter(({ group }) => existsSync(group)),
        [],
      );
    } finally {
      await cli.run(['setup', '--user', user, '--remove']);
    }
  });

  it('says of what was never set up that it was not there, and advises nothing', async () => {
    using cli = new TestCli();
    const planned = await cli.run(['setup', '--user', user, '--remove', '--dry-run']);
    assert.match(planned.stdout, /, would do:\n( {2}- (remove|run) .*\n)+$/);
    const removed = await cli.run(['setup', '--user', user, '--remove']);
    assert.equal(removed.code, 0, removed.stderr);
    assert.match(removed.stdout, /^for 1234567 \(uid 1234567\):\n( {2}- .* was not there\n)+( {2}- ran .*\n)?$/);
  });

  it('says whose sandboxes keep a group, and takes it back when they have ended', async () => {
    using cli = new TestCli();
    const { stdout } = await cli.run(['setup', '--user', user, '--json']);
    const [group = ''] = (JSON.parse(stdout) as SetupReport).trials.map((trial) => trial.group);
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    try {
      writeFileSync(join(group, 'cgroup.procs'), String(child.pid));
      const refused = await cli.run(['setup', '--user', user, '--remove']);
      assert.equal(refused.code, 125);
      assert.match(
        refused.stderr,
        /cannot remove the group .*: 1234567 still runs sandboxes there\n {2}hint: End them, then/,
      );
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
      assert.equal((await cli.run(['setup', '--user', user, '--remove'])).code, 0);
    }
    assert.equal(existsSync(group), false);
  });

  it('wants a user, and one who is not root', async () => {
    using cli = new TestCli();
    assert.equal((await cli.run(['setup'])).code, 2);
    assert.equal((await cli.run(['setup', '--user', 'root'])).code, 2);
    assert.equal((await cli.run(['setup', '--user', 'belljar-unknown-person'])).code, 2);
  });
});
