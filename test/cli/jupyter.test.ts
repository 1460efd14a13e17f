import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { findInterpreter } from '../../src/environments/index.ts';
import { uvWheel } from '../packages/uv.ts';
import { type CliResult, launcher, TestCli } from '../support/cli.ts';
import { openPackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface User {
  readonly call: (...args: readonly string[]) => Promise<CliResult>;
  /** Where Jupyter looks for the kernels of this user. */
  readonly kernels: string;
  readonly folder: string;
}

/** A user whose Jupyter has no kernels yet. */
async function userOf(context: TestContext, surroundings: NodeJS.ProcessEnv = {}): Promise<User> {
  const folder = await temporaryFolder(context);
  const cli = new TestCli();
  context.after(() => cli[Symbol.dispose]());
  const env = { JUPYTER_DATA_DIR: join(folder, 'jupyter'), JUPYTER_PATH: '', VIRTUAL_ENV: '', ...surroundings };
  const call = (...args: readonly string[]): Promise<CliResult> => cli.run(args, { env });
  return { call, kernels: join(folder, 'jupyter/kernels'), folder };
}

describe('belljar jupyter install', needs(root, bubblewrap, python, uvWheel), () => {
  it('brings ipykernel in where there is none, and registers the kernel', async (context) => {
    const { env, offer, home, policyFile } = await openPackageHome(context);
    offer('ipykernel', ['7.0']);
    const { call, kernels, folder } = await userOf(context, {
      ...env,
      BELLJAR_POLICY: relative(process.cwd(), policyFile),
    });
    const unsaid = await call('jupyter', 'install', '-w', 'skill');
    assert.equal(unsaid.code, 76);
    assert.match(unsaid.stderr, /“skill” has no ipykernel/);
    assert.equal(existsSync(kernels), false);

    const { code, stdout, stderr } = await call('jupyter', 'install', '-w', 'skill', '--yes', '--json');
    assert.equal(code, 0, stderr);
    const { name, workspace } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([name, workspace], ['belljar-skill', 'skill']);
    const spec = JSON.parse(readFileSync(join(kernels, 'belljar-skill/kernel.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const words = [launcher, 'jupyter', 'kernel', '--workspace=skill', '--connection-file={connection_file}'];
    assert.deepEqual(spec['argv'], words);
    const kept = { BELLJAR_HOME: home, BELLJAR_POLICY: policyFile, BELLJAR_NODE: process.execPath };
    assert.deepEqual(spec['env'], kept);

    const prefix = join(folder, 'venv');
    const again = await call(
      'jupyter',
      'install',
      '-w',
      'skill',
      '--prefix',
      prefix,
      '--name',
      'other',
      '--role=owner',
    );
    assert.deepEqual([again.code, again.stderr], [0, ''], 'what is there needs no word');
    assert.match(again.stdout, /^other: the kernel of skill, in .*venv\/share\/jupyter\/kernels\/other\n$/);
    assert.match((await call('jupyter', 'list')).stdout, /^belljar-skill {2}skill {2}/);
    const both = (await call('jupyter', 'list', '--prefix', prefix, '--json')).stdout;
    const names = (JSON.parse(both) as { kernels: { name: string }[] }).kernels.map((kernel) => kernel.name);
    assert.deepEqual(names, ['belljar-skill', 'other']);
    const removed = await call('jupyter', 'remove', 'belljar-skill');
    assert.deepEqual([removed.code, removed.stdout], [0, 'belljar-skill is not registered any more; skill stays\n']);
    assert.equal((await call('jupyter', 'list')).stdout, 'no kernel of Belljar is registered\n');
    assert.equal((await call('jupyter', 'remove', 'belljar-skill')).code, 1);
  });

  it('keeps no path that means another file in the folder of a notebook', async (context) => {
    const { env, offer, policyFile } = await openPackageHome(context);
    offer('ipykernel', ['7.0']);
    const here = (path: string): string => relative(process.cwd(), path);
    const interpreter = await findInterpreter();
    const written = { BELLJAR_POLICY: here(policyFile), BELLJAR_PYTHON: here(interpreter.executable) };
    const { call, kernels } = await userOf(context, { ...env, ...written });
    const { code, stderr } = await call('jupyter', 'install', '-w', 'skill', '--yes');
    assert.equal(code, 0, stderr);
    const spec = JSON.parse(readFileSync(join(kernels, 'belljar-skill/kernel.json'), 'utf8')) as { env: object };
    const kept = { BELLJAR_POLICY: policyFile, BELLJAR_PYTHON: interpreter.executable };
    assert.deepEqual(spec.env, { ...spec.env, ...kept });
  });

  it('says that the name is taken before anything is asked or brought in', async (context) => {
    const { call, kernels } = await userOf(context);
    await mkdir(join(kernels, 'belljar-a'), { recursive: true });
    await writeFile(join(kernels, 'belljar-a/kernel.json'), '{"argv": ["python"], "display_name": "Python 3"}');
    const { code, stderr } = await call('jupyter', 'install', '-w', 'a', '--yes');
    assert.equal(code, 2);
    assert.match(stderr, /^belljar: the name “belljar-a” is taken by a kernel that is not Belljar’s\n/);
  });

  it('refuses what Jupyter could not be told', async (context) => {
    const { call } = await userOf(context);
    const install = (...args: readonly string[]): Promise<CliResult> => call('jupyter', 'install', ...args);
    for (const args of [
      [],
      ['-w', '{connection_file}'],
      ['-w', 'a', '--name', '../b'],
      ['-w', 'a', '--user', '--prefix', '/opt'],
      ['-w', 'a', '--memory', 'much'],
    ]) {
      assert.equal((await install(...args)).code, 2, args.join(' '));
    }
    assert.equal((await call('jupyter', 'remove')).code, 2);
  });
});

describe('belljar jupyter kernel', needs(root, bubblewrap, python), () => {
  it('says what is wrong with the connection file, and starts nothing', async (context) => {
    const { call, folder } = await userOf(context);
    assert.equal((await call('jupyter', 'kernel', '-w', 'a')).code, 2);
    const path = join(folder, 'kernel.json');
    assert.equal((await call('jupyter', 'kernel', '-w', 'a', '-f', path)).code, 66);
    const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };
    await writeFile(path, JSON.stringify({ ...ports, ip: '0.0.0.0', transport: 'tcp', key: 'k' }));
    const { code, stderr } = await call('jupyter', 'kernel', '-w', 'a', '-f', path);
    assert.equal(code, 66);
    assert.match(stderr, /ip is no loopback address/);
  });

  it('says that a workspace without packages has no ipykernel', async (context) => {
    const { call, folder } = await userOf(context);
    const path = join(folder, 'kernel.json');
    const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };
    await writeFile(path, JSON.stringify({ ...ports, ip: join(folder, 'k'), transport: 'ipc', key: 'k' }));
    const { code, stderr } = await call('jupyter', 'kernel', '-w', 'a', '-f', path);
    assert.equal(code, 1);
    assert.match(stderr, /“a” has no ipykernel: .* jupyter install brings it in\n/);
  });
});
