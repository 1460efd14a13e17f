import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { commands } from '../../src/cli/commands.ts';
import { TestCli, launcher } from '../support/cli.ts';

describe('belljar', () => {
  it('says its version, and what there is', async () => {
    using cli = new TestCli();
    assert.match((await cli.run(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
    const help = await cli.run([]);
    assert.equal(help.code, 0);
    for (const name of Object.keys(commands)) assert.ok(help.stdout.includes(`  ${name} `), name);
  });

  for (const words of Object.keys(commands)) {
    it(`${words} --help shows an example`, async () => {
      using cli = new TestCli();
      const { code, stdout, stderr } = await cli.run([...words.split(' '), '--help']);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, new RegExp(`^(Usage: )?belljar ${words}`));
      assert.match(stdout, /Examples?:/);
      assert.match(stdout, /--json/);
    });
  }

  const unknown: readonly [string[], RegExp][] = [
    [['rnu'], /there is no command “rnu”\n {2}hint: Did you mean “belljar run”\?/],
    [['policy', 'chekc'], /there is no command “policy chekc”\n {2}hint: Did you mean “belljar policy check”/],
    [['constructor'], /there is no command “constructor”/],
    [['toString'], /there is no command “toString”/],
    [['\u001b]0;title\u0007'], /there is no command “\\u001b\]0;title\\u0007”/],
    [['doctor', '--secomp'], /^belljar: there is no option “--secomp” here\n {2}hint: Did you mean “--seccomp”\?\n$/],
    [['doctor', 'stray'], /“stray” is one word too many for belljar doctor/],
    [['audit', 'verify', 'export.jsonl'], /export\.jsonl”\n {2}hint: .*--file export\.jsonl/],
  ];
  for (const [args, message] of unknown) {
    it(`answers ${JSON.stringify(args)} with USAGE`, async () => {
      using cli = new TestCli();
      const { code, stdout, stderr } = await cli.run(args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, message);
    });
  }

  it('lists the commands of a group', async () => {
    using cli = new TestCli();
    const { code, stdout } = await cli.run(['audit', '--help']);
    assert.equal(code, 0);
    assert.match(stdout, /audit tail .*\n.*audit verify/);
  });

  it('survives a standard error that nobody reads', () => {
    using cli = new TestCli();
    const command = `{ "${launcher}" run no/such.py; echo "exit $?" >&3; } 3>&1 2>&1 >/dev/null | true`;
    const { status } = spawnSync('sh', ['-c', command], {
      encoding: 'utf8',
      env: { ...process.env, BELLJAR_HOME: cli.home, BELLJAR_NODE: process.execPath },
    });
    assert.equal(status, 0);
  });
});
