import assert from 'node:assert/strict';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { uvWheel } from '../packages/uv.ts';
import { type CliResult, TestCli } from '../support/cli.ts';
import { openPackageHome, type PackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

interface Setting extends PackageHome {
  readonly call: (...args: string[]) => Promise<CliResult>;
  /** Has a workspace declare packages; resolves to the key of its environment. */
  readonly install: (workspace: string, ...names: string[]) => Promise<string>;
  /** The environment of the installation that is in the file of a key, changed behind its back. */
  readonly tamper: (path: string) => Promise<void>;
  readonly folderOf: (key: string) => string;
}

async function open(context: TestContext): Promise<Setting> {
  const setting = await openPackageHome(context);
  const cli = new TestCli();
  context.after(() => cli[Symbol.dispose]());
  const call = (...args: string[]): Promise<CliResult> => cli.run(args, { env: setting.env });
  const install = async (workspace: string, ...names: string[]): Promise<string> => {
    const { code, stdout, stderr } = await call('install', ...names, '-w', workspace, '--yes', '--json');
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as { declaration: { environment: string } }).declaration.environment;
  };
  const tamper = async (path: string): Promise<void> => {
    const content = await readFile(path, 'utf8');
    await chmod(path, 0o644);
    await writeFile(path, content.replace('version', 've2sion')); // as long as before: no size tells
    await chmod(path, 0o444);
  };
  return { ...setting, call, install, tamper, folderOf: (key) => join(setting.home, 'environments/built', key) };
}

async function findFile(folder: string, name: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries.find((entry) => entry.name === name && entry.parentPath.endsWith('/app'));
  assert.ok(found);
  return join(found.parentPath, found.name);
}

describe('belljar env', needs(root, bubblewrap, python, uvWheel), () => {
  it('lists what is there and shows one by the beginning of its key', async (context) => {
    const { call, offer, install } = await open(context);
    offer('app', ['1.0'], ['dep']);
    offer('dep', ['2.0']);
    const key = await install('skill', 'app');
    await install('other', 'app');
    const { code, stdout } = await call('env', 'list');
    assert.equal(code, 0);
    assert.match(stdout, /^KEY +PYTHON +PACKAGES +OWN +USED +STATE +WORKSPACES$/m);
    assert.match(
      stdout,
      new RegExp(`^${key.slice(0, 12)} +3\\.\\S+ +2 \\(app\\) +\\S+ kB +just now +(other, skill|skill, other)$`, 'm'),
    );
    assert.match(stdout, /^1 environment: \S+ kB in all, \S+ kB of it wheels and bytecode to share$/m);
    const shown = await call('env', 'show', key.slice(0, 6));
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, new RegExp(`^environment +${key}$`, 'm'));
    assert.match(shown.stdout, /^packages\n {2}app 1\.0, asked for\n {2}dep 2\.0$/m);
    const json = JSON.parse((await call('env', 'show', key, '--json')).stdout) as {
      environment: {
        lock: string;
        packages: { name: string; sha256: string }[];
        ownBytes: number;
        sharedBytes: number;
      };
    };
    assert.deepEqual(
      json.environment.packages.map(({ name }) => name),
      ['app', 'dep'],
    );
    assert.ok(json.environment.sharedBytes > 0);
    assert.equal((await call('env', 'show', 'f'.repeat(12))).code, 69);
    assert.equal((await call('env', 'show', key.slice(0, 5))).code, 2);
    assert.equal((await call('env', 'show')).code, 2);
  });

  it('reads every file, takes out what was changed and all that shares it, and has it built anew', async (context) => {
    const { call, offer, install, tamper, folderOf, actions } = await open(context);
    offer('app', ['1.0']);
    offer('dep', ['2.0']);
    const [alone, both, apart] = [
      await install('a', 'app'),
      await install('b', 'app', 'dep'),
      await install('c', 'dep'),
    ];
    const whole = await call('env', 'verify', '--all');
    assert.deepEqual([whole.code, whole.stdout.match(/ whole$/gm)?.length], [0, 3], whole.stderr);
    await tamper(await findFile(folderOf(alone), '__init__.py'));
    const { code, stdout } = await call('env', 'verify', alone);
    assert.equal(code, 65);
    assert.match(stdout, new RegExp(`^${alone.slice(0, 12)} +NOT whole`, 'm'));
    assert.match(stdout, /app\/__init__\.py is not what was put there/);
    assert.match(stdout, /the wheel \w+ in the store was damaged too/);
    assert.match(stdout, new RegExp(`^${both.slice(0, 12)} +NOT whole`, 'm'), 'it is linked to the same file');
    assert.doesNotMatch(stdout, new RegExp(apart.slice(0, 12)));
    assert.match((await call('env', 'list')).stdout, / damaged /);
    assert.deepEqual(await actions('environment.damaged', 'environment.store-damaged'), [
      'environment.damaged',
      'environment.store-damaged',
      'environment.damaged',
    ]);
    const run = await call('run', '-w', 'b', '-');
    assert.equal(run.code, 0, run.stderr);
    const again = await call('env', 'verify', both);
    assert.deepEqual([again.code, again.stdout.trim()], [0, `${both.slice(0, 12)}  whole`]);
    const content = await readFile(await findFile(folderOf(both), '__init__.py'), 'utf8');
    assert.match(content, /^version/);
  });

  it('builds anew what lost a file, at the next use, without being asked to verify', async (context) => {
    const { call, offer, install, folderOf, actions } = await open(context);
    offer('app', ['1.0']);
    const key = await install('a', 'app');
    const site = join(await findFile(folderOf(key), '__init__.py'), '..');
    await rm(site, { recursive: true });
    const { code, stderr } = await call('run', '-w', 'a', '-');
    assert.equal(code, 0, stderr);
    assert.equal((await actions('environment.damaged')).length, 1);
    assert.ok((await readdir(site)).includes('__init__.py'));
  });

  it('makes room: says what would go and why the rest stays, then does it', async (context) => {
    const { call, offer, install, folderOf } = await open(context);
    offer('app', ['1.0']);
    offer('dep', ['2.0']);
    const [kept, gone] = [await install('a', 'app'), await install('b', 'dep')];
    assert.equal((await call('env', 'pin', kept.slice(0, 8))).stdout, `${kept.slice(0, 12)} is pinned\n`);
    const dry = await call('env', 'gc', '--dry-run', '--max-bytes', '0');
    assert.equal(dry.code, 1, 'what is pinned takes more than nothing');
    assert.match(dry.stdout, new RegExp(`^  environment +${gone.slice(0, 12)} `, 'm'));
    assert.match(dry.stdout, new RegExp(`^  ${kept.slice(0, 12)} .*: it is pinned$`, 'm'));
    assert.ok((await readdir(folderOf(gone))).length > 0);
    const done = JSON.parse((await call('env', 'gc', '--max-bytes', '0', '--json')).stdout) as {
      environments: { beforeBytes: number; afterBytes: number };
    };
    assert.ok(done.environments.afterBytes < done.environments.beforeBytes);
    await assert.rejects(readdir(folderOf(gone)), { code: 'ENOENT' });
    assert.ok((await readdir(folderOf(kept))).length > 0);
    assert.equal((await call('env', 'unpin', kept)).code, 0);
    assert.equal((await call('env', 'gc', '--max-bytes', '1MB')).code, 0);
    assert.equal((await call('env', 'gc', '--max-bytes', 'much')).code, 2);
  });
});

describe('belljar env on a home where nothing was built', () => {
  it('says so, and makes no home', async () => {
    using cli = new TestCli();
    for (const args of [['list'], ['verify', '--all'], ['gc']]) {
      const { code, stdout } = await cli.run(['env', ...args]);
      assert.deepEqual([code, /no environments|nothing to remove/.test(stdout)], [0, true], stdout);
    }
    assert.equal((await cli.run(['env', 'show', 'abcdef'])).code, 69);
    assert.equal((await cli.run(['env', 'verify'])).code, 2);
    await assert.rejects(readdir(cli.home), { code: 'ENOENT' });
  });
});
