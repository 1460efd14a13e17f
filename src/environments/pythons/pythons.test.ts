import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { needs, python } from '../../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { Pythons } from './pythons.ts';

interface Stage {
  readonly folder: string;
  readonly pythons: (cacheFolder?: string) => Pythons;
  /** Puts a Python there that counts how often it is asked. */
  readonly install: (path: string, version: string, changes?: object) => Promise<string>;
  readonly timesAsked: () => Promise<number>;
}

/** A machine that has what the test installs beside its own. */
async function stage(context: { after: (work: () => Promise<void>) => void }): Promise<Stage> {
  const folder = await temporaryFolder(context);
  const asked = join(folder, 'asked');
  await writeFile(asked, '');
  const env = { HOME: folder, PATH: join(folder, 'bin'), PYENV_ROOT: join(folder, 'pyenv') };
  return {
    folder,
    pythons: (cacheFolder) => new Pythons({ env, cacheFolder }),
    install: async (path, version, changes = {}) => {
      const executable = join(folder, path);
      await mkdir(join(executable, '..'), { recursive: true });
      const description = { ...standard, version: version.split('.').map(Number), executable, ...changes };
      await writeFile(executable, `#!/bin/sh\necho x >>${asked}\necho '${JSON.stringify(description)}'\n`);
      await chmod(executable, 0o755);
      return executable;
    },
    timesAsked: async () => (await readFile(asked, 'utf8')).length / 2,
  };
}

const standard = {
  implementation: 'cpython',
  release: 'final',
  prefix: '/nowhere',
  library: [],
  sitePackages: [],
  tag: 'cpython-399',
  magic: '00',
  abi: 'cpython-399',
  platform: 'linux-x86_64',
};

describe('Pythons', () => {
  it('lists those of PATH and of pyenv, each once, the newest first', async (context) => {
    const { folder, pythons, install } = await stage(context);
    const inPath = await install('bin/python3.97', '3.97.3');
    await symlink(inPath, join(folder, 'bin/python3'));
    const newest = await install('pyenv/versions/3.100.1/bin/python3.100', '3.100.1');
    const older = await install('pyenv/versions/3.97.1/bin/python3.97', '3.97.1');
    await install('bin/python3.98', '3.8.1');
    await install('bin/python3.99', '3.99.1', { implementation: 'pypy' });
    await install('pyenv/shims/python3.96', '3.96.0');
    const ours = (await pythons().list()).filter(({ executable }) => executable.startsWith(folder));
    assert.deepEqual(
      ours.map(({ executable, version }) => [executable, version]),
      [
        [newest, '3.100.1'],
        [inPath, '3.97.3'],
        [older, '3.97.1'],
      ],
    );
  });

  it('starts no program for somebody who asks for a path that it does not list', async (context) => {
    const { folder, pythons, install, timesAsked } = await stage(context);
    const listed = await install('bin/python3.97', '3.97.3');
    await symlink(listed, join(folder, 'link'));
    const strange = await install('elsewhere/python3.97', '3.97.4');
    const chosen = async (wanted: string): Promise<string> => (await pythons().chooseListed(wanted)).executable;
    assert.deepEqual([await chosen(listed), await chosen(join(folder, 'link'))], [listed, listed]);
    assert.equal(await chosen('3.97'), listed);
    const before = await timesAsked();
    await assert.rejects(chosen(strange), { code: 'PYTHON_NOT_FOUND' });
    assert.equal((await timesAsked()) - before, 1, 'the one that is listed');
    assert.equal((await pythons().choose(strange)).executable, strange, 'an operator may');
  });

  it('chooses the newest of a version, or the one of a path, and says what there is instead', async (context) => {
    const { pythons, install } = await stage(context);
    const newest = await install('pyenv/versions/b/bin/python3', '3.97.12');
    const older = await install('pyenv/versions/a/bin/python3', '3.97.9');
    const chosen = async (wanted: string): Promise<string> => (await pythons().choose(wanted)).executable;
    assert.equal(await chosen('3.97'), newest);
    assert.equal(await chosen('3.97.9'), older);
    assert.equal(await chosen(older), older);
    await assert.rejects(chosen('3.9.7'), { code: 'PYTHON_NOT_FOUND', hint: /It has 3\.97\.12, 3\.97\.9/ });
    await assert.rejects(chosen('3.97.1'), { code: 'PYTHON_NOT_FOUND' });
    await assert.rejects(chosen('2.7'), { code: 'PYTHON_NOT_FOUND', message: /neither a version/ });
    await assert.rejects(chosen('/nowhere/python3'), { code: 'PYTHON_NOT_FOUND', message: /no such program/ });
  });

  it('asks each program once, until it is replaced', async (context) => {
    const { folder, pythons, install, timesAsked } = await stage(context);
    const cacheFolder = join(folder, 'cache');
    const path = await install('bin/python3', '3.97.1');
    const [first] = await pythons(cacheFolder).list();
    assert.equal(await timesAsked(), 1);
    const [again] = await pythons(cacheFolder).list();
    assert.deepEqual([again, await timesAsked()], [first, 1]);
    await install('bin/python3', '3.97.20');
    assert.equal((await pythons(cacheFolder).choose(path)).version, '3.97.20');
    assert.equal(await timesAsked(), 2);
    assert.deepEqual(await readdir(cacheFolder), ['pythons-1.json']);
    assert.equal((await stat(join(cacheFolder, 'pythons-1.json'))).mode & 0o777, 0o600);
  });

  it('does not believe what others could have kept, or what cannot be read', async (context) => {
    const { folder, pythons, install, timesAsked } = await stage(context);
    const cacheFolder = join(folder, 'cache');
    await install('bin/python3', '3.97.1');
    await pythons(cacheFolder).choose('3.97');
    const kept = join(cacheFolder, 'pythons-1.json');
    await chmod(kept, 0o666);
    await pythons(cacheFolder).choose('3.97');
    assert.equal(await timesAsked(), 2);
    await writeFile(kept, '{');
    await pythons(cacheFolder).choose('3.97');
    assert.equal(await timesAsked(), 3);
  });

  it('tells one build from another, and not by where it lies', async (context) => {
    const { pythons, install } = await stage(context);
    const paths = [
      await install('pyenv/versions/a/bin/python3', '3.97.1'),
      await install('pyenv/versions/b/bin/python3', '3.97.1'),
      await install('pyenv/versions/c/bin/python3', '3.97.1', { abi: 'cpython-399t' }),
      await install('pyenv/versions/d/bin/python3', '3.97.1', { magic: '01' }),
      await install('pyenv/versions/e/bin/python3', '3.97.2'),
    ];
    const all = await pythons().list();
    const builds = paths.map((path) => all.find(({ executable }) => executable === path)?.build);
    assert.equal(builds[0], builds[1]);
    assert.equal(new Set(builds).size, 4);
    assert.match(builds[0] ?? '', /^[0-9a-f]{64}$/);
  });

  it('can be cancelled', async () => {
    await assert.rejects(new Pythons().list(AbortSignal.abort()), { code: 'CANCELLED' });
  });

  it('finds the one of this machine, with the tag of its bytecode', needs(python), async () => {
    const script = 'import sys; print(sys.implementation.cache_tag)';
    const { stdout } = spawnSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8' });
    const all = await new Pythons().list();
    assert.ok(all.some(({ tag }) => tag === stdout.trim()));
  });
});
