import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { uvWheel } from '../packages/uv.ts';
import { type CliResult, TestCli } from '../support/cli.ts';
import { openPackageHome, type PackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

interface Setting extends PackageHome {
  readonly call: (...args: string[]) => Promise<CliResult>;
}

async function open(context: TestContext): Promise<Setting> {
  const setting = await openPackageHome(context);
  const cli = new TestCli();
  context.after(() => cli[Symbol.dispose]());
  setting.offer('dep', ['1.0']);
  const call = (...args: string[]): Promise<CliResult> => cli.run(args, { env: { ...setting.env } });
  assert.equal((await call('install', 'dep', '-w', 'skill', '--yes')).code, 0);
  return { ...setting, call };
}

describe('belljar workspace export and import', needs(root, bubblewrap, python, uvWheel), () => {
  it('move a workspace, and say whether its tree is the same', async (context) => {
    const { call, home } = await open(context);
    const file = join(home, 'skill.tar');
    const exported = await call('workspace', 'export', 'skill', file);
    assert.equal(exported.code, 0, exported.stderr);
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    assert.equal(exported.stdout, `sha256 ${sha256}\n`);
    const imported = await call('workspace', 'import', file, '--as', 'copy', '--yes');
    assert.equal(imported.code, 0, imported.stderr);
    assert.match(imported.stdout, /^copy: declares dep; 0 files\nenvironment [0-9a-f]{16}: the same tree as /);
    assert.equal((await call('workspace', 'import', file, '--as', 'copy', '--yes')).code, 73);
    assert.equal((await call('workspace', 'import', file, '--as', 'other')).code, 76);
  });

  it('say what is wrong with a file, and write none that is not whole', async (context) => {
    const { call, home } = await open(context);
    const file = join(home, 'no.tar');
    assert.equal((await call('workspace', 'import', file)).code, 66);
    await writeFile(file, 'no archive');
    const invalid = await call('workspace', 'import', file);
    assert.deepEqual([invalid.code, /it is no tar archive/.test(invalid.stderr)], [65, true], invalid.stderr);
    assert.equal((await call('workspace', 'import')).code, 2);
    await writeFile(file, 'keep me');
    const typo = await call('workspace', 'export', 'skil', file);
    assert.deepEqual([typo.code, await readFile(file, 'utf8')], [66, 'keep me'], typo.stderr);
    assert.equal((await call('workspace', 'export', 'skill', '-', '--json')).code, 2);
    const denied = join(home, 'denied.tar');
    assert.equal((await call('workspace', 'export', 'skill', denied, '--role', 'viewer')).code, 77);
    await assert.rejects(stat(denied), { code: 'ENOENT' });
  });
});

describe('belljar env export', needs(root, bubblewrap, python, uvWheel), () => {
  it('writes an environment in each form', async (context) => {
    const { call, belljar, home } = await open(context);
    const [declared] = await belljar.workspaces.list();
    const key = declared?.environment ?? '';
    const lock = await call('env', 'export', key);
    assert.deepEqual([lock.code, lock.stdout.startsWith('lock-version = "1.0"\n')], [0, true]);
    assert.match(
      (await call('env', 'export', key, '--format', 'requirements')).stdout,
      /^dep==1\.0 \\\n {4}--hash=sha256:/,
    );
    const sbom = JSON.parse((await call('env', 'export', key, '--format', 'sbom')).stdout) as { specVersion: string };
    assert.equal(sbom.specVersion, '1.6');
    assert.equal((await call('env', 'export', key.slice(0, 6))).stdout, lock.stdout);
    assert.equal((await call('env', 'export', key.slice(0, 5))).code, 2);
    const file = join(home, 'environment.tar');
    assert.equal((await call('env', 'export', key, '--format', 'bundle', '--out', file)).code, 0);
    assert.equal((await call('workspace', 'import', file, '--as', 'x')).code, 65);
    assert.equal((await call('env', 'export', '0'.repeat(64))).code, 69);
    assert.equal((await call('env', 'export', key, '--format', 'sbon')).code, 2);
  });
});
