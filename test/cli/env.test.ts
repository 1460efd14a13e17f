import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';

import { uvWheel } from '../packages/uv.ts';
import { finish, launcher, TestCli } from '../support/cli.ts';
import { openPackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const owner = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;

test('env pythons prints each Python with its path, and as JSON what identifies it', needs(python), async () => {
  using cli = new TestCli();
  const { code, stdout } = await cli.run(['env', 'pythons']);
  assert.equal(code, 0);
  assert.match(stdout, /^3\.\d+\.\d+ +\/.*python3/m);
  const json = await cli.run(['env', 'pythons', '--json']);
  const { pythons } = JSON.parse(json.stdout) as { pythons: { version: string; build: string; tag: string }[] };
  assert.match(pythons[0]?.build ?? '', /^[0-9a-f]{64}$/);
  assert.match(pythons[0]?.tag ?? '', /^cpython-3\d+/);
  await assert.rejects(readdir(cli.home), { code: 'ENOENT' }, 'looking makes no home');
});

test(
  'env python --bare is denied by default, and prints what the host can start where the policy says so',
  needs(root, bubblewrap, python, uvWheel),
  async (context) => {
    const house = await openPackageHome(context);
    house.offer('dep', ['1.0']);
    await house.belljar.workspaces.use('paper', owner).packages.install(['dep']);
    const env = { ...house.env, BELLJAR_NODE: process.execPath };
    const bare = (...more: string[]) => {
      return finish(
        spawn(launcher, ['env', 'python', '-w', 'paper', '--bare', ...more], {
          env,
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      );
    };
    const denied = await bare();
    assert.deepEqual([denied.code, denied.stdout], [77, '']);
    assert.match(denied.stderr, /runtime\.bareInterpreter[^]*hint: .*belljar env python -w paper/);
    await house.setPolicy('runtime: {bareInterpreter: allow}\n');
    const { code, stdout, stderr } = await bare();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /nothing holds what it runs; `belljar env pin [0-9a-f]{12}`/);
    const answer = spawnSync(stdout.trim(), ['-B', '-c', 'import dep; print(dep.version)'], { encoding: 'utf8' });
    assert.equal(answer.stdout, '1.0\n', answer.stderr);
    const { python: path, isPinned } = JSON.parse((await bare('--json')).stdout) as {
      python: string;
      isPinned: boolean;
    };
    assert.deepEqual([path, isPinned], [stdout.trim(), false]);
    assert.equal((await bare('--show', '/srv')).code, 2);
  },
);
