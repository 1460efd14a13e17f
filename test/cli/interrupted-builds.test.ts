import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { uvWheel } from '../packages/uv.ts';
import { finish, TestCli } from '../support/cli.ts';
import { openPackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

/** About what a whole build takes on a quick machine. */
const longestMs = 2000;

describe('a build that is interrupted', needs(root, bubblewrap, python, uvWheel), () => {
  it('leaves nothing, whatever it was at, and the next one is as if it had never been', async (context) => {
    const { home, env, offer } = await openPackageHome(context);
    using cli = new TestCli();
    const environments = join(home, 'environments');
    const script = join(home, 'nothing.py');
    writeFileSync(script, '');
    const commands = [
      ['install', 'dep1', '-w', 'skill', '--yes'],
      ['run', '--with', 'dep2', '--yes', script],
      ['install', 'dep3', '-w', 'skill', '--yes'],
    ];
    for (const [at, command] of commands.entries()) {
      offer(`dep${at + 1}`, ['1.0']);
      const child = cli.start(command, env);
      const finished = finish(child); // it may be done before it is interrupted
      child.stdin?.end();
      await delay((longestMs * (at + Math.random())) / commands.length); // the moment is what is tried
      const below = descendantsOf(child.pid ?? 0);
      child.kill('SIGINT');
      const { code, signal, stderr } = await finished;
      // Before it listens for signals, the system ends it.
      assert.ok(code === 130 || code === 0 || signal === 'SIGINT', `${command.join(' ')}: ${code}: ${stderr}`);
      while (below.some(isAlive)) await delay(5);
      assert.deepEqual(globSync('half/*', { cwd: environments }), []);
      for (const folder of globSync('{wheels/*/*,bytecode/*/*/*}', { cwd: environments })) {
        assert.ok(existsSync(join(environments, folder, 'manifest.json')), `${folder} is not whole`);
      }
    }
    for (const command of commands) {
      const { code, stderr } = await cli.run(command, { env });
      assert.equal(code, 0, stderr);
    }
    const verified = await cli.run(['audit', 'verify'], { env });
    assert.equal(verified.code, 0, verified.stdout);
  });
});

function descendantsOf(pid: number): number[] {
  const children = readOrNothing(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** One that ended and that nobody asked about yet holds nothing. */
function isAlive(pid: number): boolean {
  return /\) [^Z]/.test(readOrNothing(`/proc/${pid}/stat`));
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it is gone
  }
}
