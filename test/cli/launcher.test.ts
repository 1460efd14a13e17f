import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { finish, launcher } from '../support/cli.ts';
import { needs, root } from '../support/prerequisite.ts';

const project = join(launcher, '..');

describe('./belljar in a clone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-clone-'));
  const clone = join(folder, 'clone');
  before(() => {
    mkdirSync(clone);
    for (const name of ['belljar', 'scripts', 'src', 'package.json', 'package-lock.json', '.npmrc']) {
      cpSync(join(project, name), join(clone, name), { recursive: true });
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('takes no Node from wherever it is started', () => {
    const env = { ...process.env, BELLJAR_NODE: './node' };
    putProgram(folder, 'node', '#!/bin/sh\necho another Node\n');
    const { status, stdout, stderr } = run(launcher, ['--version'], env, folder);
    assert.deepEqual([status, stdout], [125, '']);
    assert.match(stderr, /^belljar: BELLJAR_NODE is “\.\/node”: give the whole path/);
    assert.equal(run(launcher, ['--version'], { ...env, BELLJAR_NODE: join(folder, 'node') }).stdout, 'another Node\n');
  });

  it('says in one line what it lacks where there is no network', needs(root), () => {
    const env = { ...process.env, npm_config_cache: join(folder, 'empty-cache') };
    const result = run('unshare', ['--net', join(clone, 'belljar'), '--version'], env);
    assert.equal(result.status, 125);
    assert.match(
      result.stderr,
      /^belljar: installing.*\nbelljar: its npm dependencies are not installed and the npm registry does not answer;.*\n$/,
    );
    assert.equal(existsSync(join(clone, '.cache/install')), false, 'the lock is given back');
  });

  it(
    'keeps compiled code where nobody else can write, and believes none that another could have put there',
    needs(root),
    () => {
      const copy = join(folder, 'compiled');
      cpSync(clone, copy, { recursive: true });
      symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
      const compiled = join(copy, '.cache', 'compiled');
      const start = (): SpawnSyncReturns<string> =>
        run('sh', ['-c', 'umask 000; exec "$0" --version', join(copy, 'belljar')], process.env);
      assert.equal(start().status, 0);
      assert.equal(statSync(compiled).mode & 0o777, 0o700);
      assert.equal(statSync(join(copy, '.cache')).mode & 0o022, 0);
      assert.ok(readdirSync(compiled).length > 0, 'the control: it is used');
      rmSync(compiled, { recursive: true });
      mkdirSync(compiled);
      chownSync(compiled, 54_321, 54_321);
      assert.equal(start().status, 0);
      assert.deepEqual(readdirSync(compiled), []);
    },
  );

  it('says in one line that npm is missing', () => {
    const result = run('sh', [join(clone, 'belljar'), '--version'], {
      PATH: binFolder(folder, ['sh', 'cat', 'mkdir', 'rm']),
    });
    assert.equal(result.status, 125);
    assert.match(result.stderr, /^belljar: npm is missing: .*\n$/);
  });

  it('names its folder as a person would, however it is started', () => {
    const env = { PATH: binFolder(folder, ['sh', 'cat', 'mkdir', 'npm']) };
    const locked = join(folder, 'locked');
    mkdirSync(join(locked, 'sub'), { recursive: true });
    for (const name of ['belljar', 'scripts']) cpSync(join(project, name), join(locked, name), { recursive: true });
    writeFileSync(join(locked, '.cache'), 'no folder can be made here');
    const starts: readonly [string, string][] = [
      [locked, './belljar'],
      [folder, './locked/belljar'],
      [folder, 'locked/belljar'],
      [folder, join(locked, 'belljar')],
    ];
    for (const [cwd, program] of starts) {
      const { status, stderr } = run('sh', ['-c', `exec "${program}" --version`], env, cwd);
      assert.deepEqual([status, stderr.includes(` written to ${locked};`)], [125, true], stderr);
    }
  });

  it('installs what is pinned, once, when two start at the same time', async () => {
    const env = withoutOwnNode();
    const both = await Promise.all([1, 2].map(() => finish(spawn(join(clone, 'belljar'), ['--version'], { env }))));
    for (const { code, stdout } of both) assert.deepEqual([code, stdout], [0, '0.1.0\n']);
    const notices = both.map(({ stderr }) => stderr).join('');
    assert.equal(notices.match(/installing/g)?.length, 1, notices);
    assert.equal(existsSync(join(clone, 'node_modules/eslint')), false, 'nothing for developers');
    const again = run(join(clone, 'belljar'), ['--version'], env);
    assert.deepEqual([again.stdout, again.stderr], ['0.1.0\n', '']);
  });

  it('repairs an installation that was interrupted or is stale', () => {
    const env = withoutOwnNode();
    rmSync(join(clone, 'node_modules/.belljar-lock'));
    assert.match(run(join(clone, 'belljar'), ['--version'], env).stderr, /installing/);
    writeFileSync(join(clone, 'node_modules/.belljar-lock'), 'an older lock');
    spawnSync('touch', ['-d', '2001-01-01', join(clone, 'node_modules/.belljar-lock')]);
    assert.match(run(join(clone, 'belljar'), ['--version'], env).stderr, /installing/);
  });

  it('takes over the lock of an installer that is gone', () => {
    rmSync(join(clone, 'node_modules/.belljar-lock'));
    mkdirSync(join(clone, '.cache/install'), { recursive: true });
    const dead = spawnSync('true').pid;
    writeFileSync(join(clone, '.cache/install/pid'), String(dead));
    assert.equal(run(join(clone, 'belljar'), ['--version'], withoutOwnNode()).stdout, '0.1.0\n');
  });

  it('starts through links and from any folder', () => {
    symlinkSync(join(clone, 'belljar'), join(folder, 'first'));
    symlinkSync('first', join(folder, 'second'));
    const result = run('./second', ['--version'], withoutOwnNode(), folder);
    assert.equal(result.stdout, '0.1.0\n', result.stderr);
  });
});

describe('the launcher’s system parts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-parts-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  // Bubblewrap cannot be taken off the machine for a test, so a path is made that lacks it.
  const tools = ['sh', 'cat', 'id', 'uname', 'python3'];

  it('are installed with apt-get by root', needs(root), () => {
    const path = binFolder(folder, tools);
    const log = join(folder, 'apt.log');
    putProgram(path, 'apt-get', `#!/bin/sh\necho "$@" >>"${log}"\n`);
    const { stderr } = systemParts({ PATH: path });
    assert.equal(stderr, 'belljar: installing missing system parts with apt-get: bubblewrap\n');
    assert.equal(run('cat', [log], {}).stdout, '-y -q install bubblewrap\n');
  });

  it('are named with the exact command where they may not be installed', needs(root), () => {
    const path = binFolder(folder, tools);
    putProgram(path, 'id', '#!/bin/sh\necho 1000\n');
    putProgram(path, 'apt-get', '#!/bin/sh\nexit 1\n');
    const { stderr } = systemParts({ PATH: path });
    assert.equal(stderr, 'belljar: missing system parts; run: sudo apt-get install bubblewrap\n');
  });

  it('are left alone where BELLJAR_NO_INSTALL is set, off Linux, and where nothing is missing', () => {
    const path = binFolder(folder, tools);
    assert.equal(systemParts({ PATH: path, BELLJAR_NO_INSTALL: '1' }).stderr, '');
    putProgram(path, 'uname', '#!/bin/sh\necho Darwin\n');
    assert.equal(systemParts({ PATH: path }).stderr, '');
    putProgram(path, 'bwrap', '#!/bin/sh\n');
    assert.equal(systemParts({ PATH: path }).stderr, '');
  });

  function systemParts(env: NodeJS.ProcessEnv): SpawnSyncReturns<string> {
    const result = run(
      '/bin/sh',
      ['-c', `belljar_root="${project}"; . "${project}/scripts/bootstrap.sh"; belljar_system_parts`],
      env,
    );
    assert.equal(result.status, 0);
    return result;
  }
});

function run(
  ...[program, args, env, cwd]: [string, readonly string[], NodeJS.ProcessEnv, string?]
): SpawnSyncReturns<string> {
  return spawnSync(program, args, { encoding: 'utf8', env, cwd });
}

function withoutOwnNode(): NodeJS.ProcessEnv {
  const { BELLJAR_NODE: _, ...rest } = process.env;
  return rest;
}

/** Takes away what stands there first: a link would lead the writing to the machine's own program. */
function putProgram(folder: string, name: string, script: string): void {
  rmSync(join(folder, name), { force: true });
  writeFileSync(join(folder, name), script, { mode: 0o755, flag: 'wx' });
}

/** A folder that has these programs of the machine and no others. */
function binFolder(parent: string, names: readonly string[]): string {
  const path = mkdtempSync(join(parent, 'bin-'));
  for (const name of names) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(found, join(path, name));
  }
  return path;
}
