import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { uvWheel } from '../../test/packages/uv.ts';
import { openPackageHome, type PackageHome } from '../../test/support/package-home.ts';
import { bubblewrap, needs, python, root } from '../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import type { Asker, BareInterpreter, WorkspacePackages } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { requireHostPython } from './bare-interpreter.ts';

const owner = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;
const allowed = 'runtime: {bareInterpreter: allow}\n';

describe('bareInterpreter()', needs(root, bubblewrap, python, uvWheel), () => {
  it('is denied by default, with the rule, the way behind glass, and an entry; with the switch it is given', async (test) => {
    const house = await prepare(test);
    await assert.rejects(packagesOf(house).bareInterpreter(), (error: unknown) => {
      assert.ok(error instanceof BelljarError && error.code === 'POLICY_DENIED');
      const [reason] = error.details['reasons'] as { rule: string }[];
      assert.equal(reason?.rule, 'runtime.bareInterpreter');
      assert.match(error.hint, /belljar env python -w paper/);
      return true;
    });
    const refused = await lastEntry(house);
    assert.deepEqual(
      [refused.action, refused.workspace, refused.verdict, refused.details['rules']],
      ['environment.refused', 'paper', 'deny', ['runtime.bareInterpreter']],
    );
    await house.setPolicy(allowed);
    const { environment } = await packagesOf(house).bareInterpreter();
    assert.match(environment, /^[0-9a-f]{64}$/);
  });

  it('gives a Python that imports what is installed, on the host, and is on the record', async (test) => {
    const house = await prepare(test, allowed);
    const bare = await packagesOf(house).bareInterpreter();
    const { action, subject, workspace, actor } = await lastEntry(house);
    assert.deepEqual(
      { action, subject, workspace, actor },
      {
        ...{ action: 'environment.bared', subject: `environment ${bare.environment}`, workspace: 'paper' },
        actor: { ...owner.actor, role: 'owner' },
      },
    );
    assert.equal(await importOnHost(bare, 'dep'), `1.0 ${join(bare.python, '../..')}\n`);
    await assert.rejects(importOnHost(bare, 'other'), /ModuleNotFoundError/);
  });

  it('gives it to nobody who may not run or not install, whatever the switch says', async (test) => {
    const roles =
      'roles: {owner: {allow: [view, run, plan, install]}, collaborator: {allow: [view, run]}, viewer: {allow: [view, install]}}\n';
    const house = await prepare(test, `${roles}${allowed}`);
    for (const role of ['collaborator', 'viewer'] as const) {
      await assert.rejects(packagesOf(house, { ...owner, role }).bareInterpreter(), { code: 'POLICY_DENIED' });
      assert.equal((await lastEntry(house)).action, 'environment.refused');
    }
    await packagesOf(house).bareInterpreter();
  });

  it('says that a workspace has none where it declares nothing', async (test) => {
    const house = await openPackageHome(test);
    await house.setPolicy(allowed);
    await assert.rejects(packagesOf(house).bareInterpreter(), { code: 'USAGE', message: /declares nothing/ });
  });

  it('names what goes when room is wanted, unless it is pinned', async (test) => {
    const house = await prepare(test, allowed);
    const shelf = await house.belljar.environments.shelf();
    const { environment } = await packagesOf(house).bareInterpreter();
    await shelf.pin(environment);
    await shelf.collect({ maxBytes: 0 });
    const bare = await packagesOf(house).bareInterpreter();
    assert.deepEqual([bare.environment, bare.isPinned], [environment, true]);
    assert.match(await importOnHost(bare, 'dep'), /^1\.0 /);
    await shelf.pin(environment, false);
    await shelf.collect({ maxBytes: 0 });
    await assert.rejects(importOnHost(bare, 'dep'), { code: 'ENOENT' });
  });
});

describe('requireHostPython()', () => {
  it('takes what leads where it leads inside, and refuses what leads elsewhere or cannot be started', async (test) => {
    const executable = process.execPath;
    const home = join(executable, '..');
    const make = async (target: string, named: string): Promise<string> => {
      const folder = await temporaryFolder(test);
      await mkdir(join(folder, 'bin'));
      await symlink(target, join(folder, 'bin/python'));
      await writeFile(join(folder, 'pyvenv.cfg'), `home = ${named}\ninclude-system-site-packages = false\n`);
      return folder;
    };
    const whole = await make(executable, home);
    assert.equal(await requireHostPython(whole, executable), join(whole, 'bin/python'));
    const refused = (message: RegExp) => ({ code: 'PYTHON_NOT_FOUND', message });
    await assert.rejects(
      requireHostPython(await make('/elsewhere', home), executable),
      refused(/leads to \/elsewhere here/),
    );
    await assert.rejects(
      requireHostPython(await make(executable, '/elsewhere'), executable),
      refused(/in \/elsewhere/),
    );
    await assert.rejects(
      requireHostPython(await make('/gone/python', '/gone'), '/gone/python'),
      refused(/cannot be started/),
    );
  });
});

/** A workspace that has `dep`. */
async function prepare(test: TestContext, policy = ''): Promise<PackageHome> {
  const house = await openPackageHome(test);
  house.offer('dep', ['1.0']);
  if (policy !== '') await house.setPolicy(policy);
  await packagesOf(house).install(['dep']);
  return house;
}

function packagesOf({ belljar }: PackageHome, asker: Asker = owner): WorkspacePackages {
  return belljar.workspaces.use('paper', asker).packages;
}

async function lastEntry({ belljar }: PackageHome) {
  const last = (await Array.fromAsync(belljar.record.entries())).at(-1);
  assert.ok(last);
  return last;
}

async function importOnHost({ python: program }: BareInterpreter, name: string): Promise<string> {
  const code = `import sys, ${name}; print(${name}.version, sys.prefix)`;
  return (await promisify(execFile)(program, ['-B', '-c', code], { cwd: '/' })).stdout;
}
