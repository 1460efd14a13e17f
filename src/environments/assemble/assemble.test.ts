import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';

import { assembleMade, type AssembledWheels } from '../../../test/support/assembled.ts';
import { needs, python as pythonIsThere } from '../../../test/support/prerequisite.ts';
import { findTestPython } from '../../../test/support/unpacked-wheels.ts';
import type { WheelDescription } from '../../../test/support/wheels.ts';
import type { PythonBuild } from '../pythons/index.ts';
import { assemble } from './assemble.ts';
import { listTree } from './list-tree.ts';
import { removeTree } from './remove-tree.ts';

const app: WheelDescription = {
  name: 'app',
  files: { 'app/__init__.py': 'def main():\n  print("started")\n' },
  requires: ['dep>=2'],
  entryPoints: '[console_scripts]\napp = app:main\n',
};
const dep: WheelDescription = {
  name: 'dep',
  version: '2.0',
  files: { 'dep/__init__.py': 'x = 1\n', 'dep/words': 'x' },
};

describe('assemble()', needs(pythonIsThere), () => {
  let python: PythonBuild;
  before(async () => {
    python = await findTestPython();
  });
  const open = (context: TestContext, more: { hasBytecode?: boolean; wheels?: readonly WheelDescription[] } = {}) =>
    assembleMade({ context, python, wheels: [app, dep], ...more });

  /** What the environment's own Python prints. */
  const run = ({ folder }: AssembledWheels, ...args: readonly string[]): string => {
    return execFileSync(join(folder, 'bin/python'), ['-I', ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
  };

  it('makes what Python takes for a virtual environment with these packages', async (context) => {
    const environment = await open(context);
    assert.equal(run(environment, '-c', 'import sys; print(sys.prefix)'), environment.folder);
    assert.equal(run(environment, '-c', 'import app, dep; app.main()'), 'started');
    assert.equal(run(environment, join(environment.folder, 'bin/app')), 'started');
    const inventory = `
from importlib.metadata import distributions, files
print(*sorted(f"{d.name} {d.version} {d.read_text('INSTALLER').strip()}" for d in distributions()), sep="; ")
assert all(path.locate().exists() for path in files("app")), files("app")
assert {"app/__init__.py", "../../../bin/app"} <= {str(path) for path in files("app")}`;
    assert.equal(run(environment, '-c', inventory), 'app 1.0 belljar; dep 2.0 belljar');
  });

  it('makes what pip lists and finds nothing amiss with, but for what is amiss', async (context) => {
    const pip = ({ folder }: AssembledWheels, ...args: readonly string[]): string => {
      const options = ['-I', '-m', 'pip', '--python', join(folder, 'bin/python'), '--disable-pip-version-check'];
      return execFileSync(python.executable, [...options, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
    };
    const whole = await open(context);
    assert.equal(pip(whole, 'check'), 'No broken requirements found.');
    assert.equal(pip(whole, 'list', '--format=freeze'), 'app==1.0\ndep==2.0');
    assert.equal(pip(whole, 'list', '--format=freeze', '--not-required'), 'app==1.0');
    const broken = await open(context, { wheels: [app] });
    assert.throws(() => pip(broken, 'check'), { stdout: /app 1\.0 requires dep, which is not installed/ });
  });

  it('has Python run the bytecode of the store, and write none', async (context) => {
    const environment = await open(context);
    const program = join(environment.folder, 'bin/python');
    const { stderr } = spawnSync(program, ['-I', '-v', '-c', 'import dep'], { encoding: 'utf8' });
    assert.match(stderr, /code object from '.*\/dep\/__pycache__\/__init__\.[a-z]+-\d+\.pyc'/);
  });

  it('shares its files with the store', async (context) => {
    const { folder, linked, wheels, files, bytes } = await open(context);
    assert.equal(linked, 'hard');
    const [, { wheel, bytecode } = assert.fail()] = wheels;
    const site = join(folder, `lib/python${python.version.split('.').slice(0, 2).join('.')}/site-packages`);
    assert.equal(statSync(join(site, 'dep/words')).ino, statSync(join(wheel.folder, 'site/dep/words')).ino);
    const { path } = bytecode?.files[0] ?? assert.fail();
    assert.equal(statSync(join(site, path)).ino, statSync(join(bytecode?.folder ?? '', path)).ino);
    const own = join(folder, '.belljar');
    const others = (await listTree(folder)).files
      .filter((file) => !file.startsWith(own))
      .map((file) => lstatSync(file));
    const sizes = others.filter((other) => other.isFile()).map(({ size }) => size);
    assert.deepEqual({ files, bytes }, { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) });
  });

  it('seals everything but the folder itself, which is still to be moved', async (context) => {
    const { folder } = await open(context);
    const { folders, files } = await listTree(folder);
    for (const path of [...folders.slice(1), ...files]) {
      const found = lstatSync(path);
      const mode = found.mode & 0o7777;
      const isSealed = mode === 0o555 || (found.isFile() && mode === 0o444);
      assert.ok(isSealed || found.isSymbolicLink(), `${path}: ${mode.toString(8)}`);
    }
    assert.ok((statSync(folder).mode & 0o200) !== 0);
  });

  it('comes to the same digest wherever it is made, and with bytecode or without', async (context) => {
    const { treeDigest } = await open(context);
    assert.equal((await open(context)).treeDigest, treeDigest);
    assert.equal((await open(context, { hasBytecode: false })).treeDigest, treeDigest);
    const changed = { ...dep, files: { ...dep.files, 'dep/words': 'y' } };
    assert.notEqual((await open(context, { wheels: [app, changed] })).treeDigest, treeDigest);
    assert.equal((await open(context, { wheels: [dep, app] })).treeDigest, treeDigest, 'another one is asked for');
  });

  it('comes to the same digest for an interpreter elsewhere, in any order of wheels', async (context) => {
    const { treeDigest, wheels, folder } = await open(context);
    const other = join(folder, '../other');
    mkdirSync(other);
    const elsewhere = { ...python, executable: '/elsewhere/bin/python3' };
    const made = await assemble({ wheels: wheels.toReversed(), python: elsewhere, folder: other });
    assert.equal(made.treeDigest, treeDigest);
  });

  it('copies where files cannot be shared, and makes the same', async (context) => {
    const { treeDigest, wheels, folder: shared } = await open(context);
    if (!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(shared).dev) {
      context.skip('needs /dev/shm as a file system of its own');
      return;
    }
    const folder = mkdtempSync('/dev/shm/belljar-test-');
    context.after(() => removeTree(folder));
    const made = await assemble({ wheels, python, folder });
    assert.deepEqual([made.linked, made.treeDigest], ['copy', treeDigest]);
  });

  it('tells its progress in files, up to all of them', async (context) => {
    const { wheels, folder } = await open(context);
    const other = join(folder, '../other');
    mkdirSync(other);
    const told: (readonly [number, number])[] = [];
    const { files } = await assemble({
      ...{ wheels, python, folder: other },
      onProgress: (done, total) => told.push([done, total]),
    });
    assert.deepEqual(told.at(-1), [files, files]);
  });

  it('makes nothing of wheels that collide, or when it is cancelled', async (context) => {
    const rival = { name: 'rival', files: { 'dep/__init__.py': 'x = 2\n' } };
    await assert.rejects(open(context, { wheels: [dep, rival] }), {
      code: 'PACKAGES_COLLIDE',
      message: /dep 2\.0 and rival 1\.0/,
    });
    const { wheels, folder } = await open(context);
    const other = join(folder, '../other');
    mkdirSync(other);
    await assert.rejects(assemble({ wheels, python, folder: other, signal: AbortSignal.abort() }), {
      code: 'CANCELLED',
    });
    assert.deepEqual(readdirSync(other), []);
  });
});
