import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import type { AnsweredPlan } from '../../src/belljar.ts';
import { uvWheel } from '../packages/uv.ts';
import { type CliResult, TestCli } from '../support/cli.ts';
import { openPackageHome, type PackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

type Call = (...args: string[]) => Promise<CliResult>;

interface Setting extends PackageHome {
  readonly call: Call;
  /** Runs a script in the workspace that prints which version of a module it has. */
  readonly print: (name: string) => Promise<string>;
}

async function open(context: TestContext): Promise<Setting> {
  const setting = await openPackageHome(context);
  const cli = new TestCli();
  context.after(() => cli[Symbol.dispose]());
  const env = { ...setting.env };
  const call: Call = (...args) => cli.run(args, { env });
  const print = async (name: string): Promise<string> => {
    const input = `import ${name}\nprint(${name}.version)\n`;
    const { stdout, stderr } = await cli.run(['run', '-', '-w', 'skill'], { env, input });
    return stdout.trim() || stderr;
  };
  return { ...setting, call, print };
}

interface FoundPython {
  readonly version: string;
  readonly executable: string;
}

const name = ['-w', 'skill'];

describe('belljar install', needs(root, bubblewrap, python, uvWheel), () => {
  it('brings packages into a workspace, which its runs have then', async (context) => {
    const { call, offer, print } = await open(context);
    offer('app', ['1.0'], ['dep']);
    offer('dep', ['2.0']);
    const { code, stdout, stderr } = await call('install', 'app', ...name, '--yes');
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^skill: state 1 declares app; environment [0-9a-f]{16}\n {2}added +app 1\.0\n {2}added +dep 2\.0\n$/,
    );
    assert.equal(await print('dep'), '2.0');
    const again = await call('install', 'app', ...name);
    assert.deepEqual([again.code, again.stdout], [0, 'skill: nothing to be done\n']);
  });

  it('brings nothing in that nobody said yes to', async (context) => {
    const { call, offer, setPolicy } = await open(context);
    offer('dep', ['1.0']);
    assert.equal((await call('install', 'dep', ...name)).code, 76);
    await setPolicy('  deny: [dep]\n');
    assert.equal((await call('install', 'dep', ...name, '--yes')).code, 77);
    await setPolicy('  ask: [dep]\n');
    assert.equal((await call('install', 'dep', ...name, '--yes')).code, 76);
    assert.equal((await call('workspace', 'show', 'skill')).stdout, 'skill declares nothing\nno files\n');
  });

  it('tells a name that nobody has from a denial, and a program the plan', async (context) => {
    const { call } = await open(context);
    const { code, stdout, stderr } = await call('install', 'sicks', ...name, '--yes', '--json');
    const { error } = JSON.parse(stdout) as { error: { code: string; details: { plan: AnsweredPlan } } };
    assert.deepEqual([code, error.code, stderr], [65, 'NO_SOLUTION', '']);
    assert.deepEqual([error.details.plan.verdict, error.details.plan.obstacle?.kind], ['deny', 'absent']);
  });

  it('wants to know which workspace, and what', async (context) => {
    const { call } = await open(context);
    assert.equal((await call('install', 'dep')).code, 2);
    assert.equal((await call('install', ...name)).code, 2);
    assert.equal((await call('uninstall', ...name)).code, 2);
    assert.equal((await call('uninstall', 'dep', ...name)).code, 2);
    assert.equal((await call('workspace', 'rollback', 'skill', 'x')).code, 2);
  });
});

describe('belljar workspace', needs(root, bubblewrap, python, uvWheel), () => {
  it('says what is not there, to a person and to a program', async (context) => {
    const { call } = await open(context);
    const parsed = async (...args: string[]): Promise<unknown> => JSON.parse((await call(...args, '--json')).stdout);
    assert.equal((await call('workspace', 'list')).stdout, 'there is no workspace yet\n');
    assert.deepEqual(await parsed('workspace', 'list'), { workspaces: [] });
    assert.equal((await call('workspace', 'history', 'skill')).stdout, 'skill never declared anything\n');
    assert.deepEqual(await parsed('workspace', 'history', 'skill'), { history: [] });
    assert.deepEqual(await parsed('workspace', 'show', 'skill'), { workspace: null, filesBytes: null });
    assert.deepEqual(await parsed('workspace', 'remove', 'skill'), { isRemoved: false, hadFiles: false });
    assert.equal((await call('workspace', 'rollback', 'skill')).code, 2);
  });

  it('refuses names that no workspace can have', async (context) => {
    const { call } = await open(context);
    for (const bad of ['../x', '', 'a\u001b[2J', 'x'.repeat(101)]) {
      for (const verb of ['show', 'history', 'remove', 'rollback']) {
        const { code, stderr } = await call('workspace', verb, bad);
        assert.equal(code, 2, `${verb} ${bad}`);
        assert.ok(!stderr.includes('\u001b'));
      }
    }
    assert.equal((await call('install', 'dep', '-w', '../x')).code, 2);
    assert.equal((await call('plan', 'dep', '-w', '../x')).code, 2);
    assert.equal((await call('run', '-', '-w', '../x')).code, 2);
  });

  it('says on standard error whom a run leaves without the packages', async (context) => {
    const { call, offer, setPolicy } = await open(context);
    offer('dep', ['1.0']);
    const member = 'allow: [view, run, plan, install]';
    await setPolicy(`\nroles:\n  owner: {${member}}\n  viewer: {allow: [view, run]}\n`);
    await call('install', 'dep', ...name, '--yes');
    const guest = await call('run', '-', ...name, '--role', 'viewer');
    assert.match(guest.stderr, /^belljar: without the packages that the workspace declares \(dep\)/m);
    assert.doesNotMatch((await call('run', '-', ...name)).stderr, /without the packages/);
  });
});

describe('belljar uninstall, sync, upgrade and workspace', needs(root, bubblewrap, python, uvWheel), () => {
  it('change what is declared, tell its history, and go back', async (context) => {
    const { call, offer, home, print } = await open(context);
    offer('one', ['1.0', '2.0']);
    offer('two', ['1.0']);
    await call('install', 'one<2', 'two', ...name, '--yes');
    assert.equal((await call('uninstall', 'two', ...name, '--yes')).code, 0);
    const file = join(home, 'requirements.txt');
    await writeFile(file, 'one>=2\n');
    const planned = await call('plan', '-r', file, ...name);
    assert.match(planned.stdout, /up +one 1\.0 → 2\.0/);
    assert.equal((await call('sync', '-r', file, ...name, '--yes')).code, 0);
    assert.equal(await print('one'), '2.0');
    assert.equal((await call('upgrade', ...name)).stdout, 'skill: nothing to be done\n');
    const { stdout } = await call('workspace', 'history', 'skill', '--json');
    const { history } = JSON.parse(stdout) as { history: { number: number; kind: string }[] };
    assert.deepEqual(
      history.map(({ number, kind }) => [number, kind]),
      [
        [3, 'sync'],
        [2, 'uninstall'],
        [1, 'install'],
      ],
    );
    const shown = await call('workspace', 'rollback', 'skill', '2');
    assert.equal(shown.code, 76, 'nobody said yes');
    assert.match(shown.stderr, /down +one 2\.0 → 1\.0/);
    const back = await call('workspace', 'rollback', 'skill', '2', '--yes');
    assert.match(back.stdout, /^skill: state 4 declares one<2; environment/);
    assert.equal(await print('one'), '1.0');
    assert.match((await call('workspace', 'list')).stdout, /^skill {2}\S+ {2}one<2 {2}\S+ \S+ of files\n$/);
    assert.match((await call('workspace', 'history', 'skill')).stdout, /^4 {2}\S+ {2}rollback /);
    const removed = await call('workspace', 'remove', 'skill');
    assert.match(removed.stdout, /^skill declares nothing any more\n\S+ \S+ of files stay; --files removes them\n$/);
    assert.match(await print('one'), /ModuleNotFoundError/);
    const unsure = await call('workspace', 'remove', 'skill', '--files');
    assert.deepEqual([unsure.code, unsure.stdout], [76, '']);
    const gone = await call('workspace', 'remove', 'skill', '--files', '--yes');
    assert.equal(gone.stdout, 'skill declared nothing\nits files are gone\n');
    assert.equal((await call('workspace', 'list')).stdout, 'there is no workspace yet\n');
  });

  it('have a Python and a base, which they tell', async (context) => {
    const { call, offer, home, print } = await open(context);
    offer('stack', ['1.0']);
    offer('dep', ['1.0']);
    const settings = 'version: 1\ngate: {fresh: 0s}\npresets: {small: {requirements: [stack]}}\n';
    await writeFile(join(home, 'belljar.settings.yaml'), settings, { mode: 0o600 });
    const { pythons } = JSON.parse((await call('env', 'pythons', '--json')).stdout) as { pythons: FoundPython[] };
    const { version = '', executable = '' } = pythons[0] ?? {};
    const minor = version.split('.', 2).join('.');
    assert.match((await call('plan', 'dep', '--base', 'small')).stdout, /stack .*for base small/);
    assert.equal((await call('plan', 'dep', '--base', 'smal')).code, 2);
    const { code, stderr } = await call('install', 'dep', ...name, '--python', minor, '--base', 'small', '--yes');
    assert.equal(code, 0, stderr);
    assert.equal((await call('install', ...name, '--base', 'none', '--yes')).code, 0);
    assert.match((await call('workspace', 'show', 'skill')).stdout, /\nbase -\n/);
    assert.equal((await call('install', ...name, '--base', 'small', '--yes')).code, 0);
    const { stdout } = await call('workspace', 'show', 'skill');
    assert.ok(stdout.includes(`\npython ${version} (${executable})\nbase small\n`), stdout);
    assert.equal(await print('stack'), '1.0');
    assert.equal((await call('run', '-', ...name, '--python', executable)).code, 2);
    assert.equal((await call('upgrade', ...name, '--python', '3.99')).code, 125);
  });

  it('say what a run is without, where its actor may not install', async (context) => {
    const { call, offer, setPolicy } = await open(context);
    offer('dep', ['1.0']);
    await setPolicy('\nroles:\n  owner: {allow: [view, run, plan, install]}\n  viewer: {allow: [view, run]}\n');
    await call('install', 'dep', ...name, '--yes');
    const run = (role: string): Promise<CliResult> => call('run', 'examples/hello.py', ...name, '--role', role);
    assert.match((await run('viewer')).stderr, /^belljar: without the packages .*dep/m);
    assert.doesNotMatch((await run('owner')).stderr, /without/);
  });

  it('plan alone what the workspace declares', async (context) => {
    const { call, offer } = await open(context);
    offer('dep', ['1.0']);
    assert.equal((await call('plan', ...name)).code, 2);
    await call('install', 'dep', ...name, '--yes');
    const { code, stdout } = await call('plan', ...name);
    assert.deepEqual([code, stdout.includes('nothing changes in the environment')], [0, true]);
  });
});
