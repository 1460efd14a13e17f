import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { type PythonShim, writePythonShim } from './python-shim.ts';

describe('writePythonShim()', () => {
  it('writes a program that hands its arguments on, as they are', async (test) => {
    const { path } = await write(test, { workspace: "it's; $HOME", shown: ['/srv/a b'] });
    const { stdout, status } = spawnSync(path, ['-c', 'print("x y")', '', '--help'], { encoding: 'utf8' });
    assert.equal(status, 0);
    const words = ['exec', '--interpreter', '--show=/srv/a b', "--workspace=it's; $HOME", '--'];
    assert.deepEqual(stdout.split('\n').slice(0, -1), [...words, '-c', 'print("x y")', '', '--help']);
  });

  it('is called python3 too, and may be called by anybody', async (test) => {
    const { path } = await write(test, { workspace: 'one' });
    const python3 = join(dirname(path), 'python3');
    assert.match(spawnSync(python3, ['-V'], { encoding: 'utf8' }).stdout, /-V\n$/);
    assert.equal((await stat(path)).mode & 0o777, 0o755);
  });

  it('names the home that it was written for', async (test) => {
    const { path, home } = await write(test, { workspace: 'one' });
    assert.ok((await readFile(path, 'utf8')).includes(`BELLJAR_HOME='${home}'`));
  });

  it('replaces the one that is there, and leaves nothing else', async (test) => {
    const first = await write(test, { workspace: 'one' });
    await chmod(first.path, 0o600);
    const again = await writePythonShim(first.shim);
    assert.equal(again, first.path);
    assert.equal((await stat(again)).mode & 0o777, 0o755);
    assert.deepEqual((await readdir(dirname(again))).sort(), ['python', 'python3']);
  });

  it('has one for each workspace, and never outside of its folder', async (test) => {
    const one = await write(test, { workspace: 'a/b' });
    const other = await writePythonShim({ ...one.shim, workspace: 'a-b' });
    const outside = await writePythonShim({ ...one.shim, workspace: '../../x' });
    assert.equal(new Set([one.path, other, outside]).size, 3);
    assert.ok(outside.startsWith(join(one.home, 'shims', 'x-')));
  });

  it('leaves no half where it cannot take its name', async (test) => {
    const { path, shim } = await write(test, { workspace: 'one' });
    await rm(path);
    await mkdir(path);
    await assert.rejects(writePythonShim(shim), { code: 'HOME_UNUSABLE' });
    assert.deepEqual((await readdir(dirname(path))).sort(), ['python', 'python3']);
  });

  it('says where it cannot be written', async (test) => {
    const folder = await temporaryFolder(test);
    await writeFile(join(folder, 'shims'), '');
    await assert.rejects(writePythonShim({ home: folder, workspace: 'one', shown: [] }), { code: 'HOME_UNUSABLE' });
  });
});

/** With a launcher that says what it was called with, word by word. */
async function write(
  test: TestContext,
  { workspace, shown = [] }: Pick<PythonShim, 'workspace'> & Partial<PythonShim>,
) {
  const home = await temporaryFolder(test);
  const launcher = join(home, 'launcher');
  await writeFile(launcher, '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  const shim = { home, workspace, shown, launcher };
  return { home, shim, path: await writePythonShim(shim) };
}
