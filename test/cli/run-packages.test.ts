import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { cacheFolder } from '../../src/storage/index.ts';
import { placeUv, uvWheel } from '../packages/uv.ts';
import { type CliResult, TestCli } from '../support/cli.ts';
import { PackageIndex } from '../support/package-index.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeWheel } from '../support/wheels.ts';

interface Desk {
  readonly index: PackageIndex;
  readonly folder: string;
  readonly run: (...args: readonly string[]) => Promise<CliResult>;
}

async function open(context: TestContext, packages = ''): Promise<Desk> {
  const opened = new AsyncDisposableStack();
  context.after(() => opened.disposeAsync()); // before its folder is removed
  const folder = await temporaryFolder(context);
  const cli = opened.use(new TestCli());
  await placeUv(cacheFolder(cli.home));
  const index = opened.use(await PackageIndex.open());
  const headers = ['License-Expression: MIT'];
  const uploadTime = '2020-01-01T00:00:00Z';
  for (const [name, requires] of [
    ['app', ['dep']],
    ['dep', []],
  ] as const) {
    const files = { [`${name}/__init__.py`]: `word = "${name} speaks"\n` };
    index.setProject({ name, files: [{ file: makeWheel({ name, files, requires, headers }), uploadTime }] });
  }
  const policy = join(folder, 'policy.yaml');
  await writeFile(policy, `version: 1\npackages:\n  advisories: {maximumAge: 36500d}\n${packages}`, { mode: 0o600 });
  const env = { PIP_INDEX_URL: index.url, BELLJAR_POLICY: policy };
  return { index, folder, run: (...args) => cli.run(['run', ...args], { env }) };
}

async function script(folder: string, text: string, name = 'script.py'): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

const asksForApp = '# /// script\n# requires-python = ">=3.9"\n# dependencies = ["app"]\n# ///\n';

describe('belljar run with packages', needs(root, bubblewrap, python, uvWheel), () => {
  it('brings in what --with names after a yes, and uses it again without one', async (context) => {
    const { run, folder, index } = await open(context);
    const file = await script(folder, 'import app, dep\nprint(app.word)\n');
    const first = await run('--with', 'app', '--yes', file);
    assert.deepEqual([first.code, first.stdout], [0, 'app speaks\n'], first.stderr);
    const asked = index.requests.filter(({ path }) => path.endsWith('.whl')).length;
    const again = await run('--with', 'app', file);
    assert.deepEqual([again.code, again.stdout], [0, 'app speaks\n'], again.stderr);
    assert.equal(index.requests.filter(({ path }) => path.endsWith('.whl')).length, asked);
  });

  it('brings in nothing that nobody said yes to', async (context) => {
    const { run, folder, index } = await open(context);
    const { code, stdout, stderr } = await run('--with', 'app', await script(folder, 'print(1)'));
    assert.deepEqual([code, stdout], [76, '']);
    assert.match(stderr, /--yes/);
    assert.deepEqual(
      index.requests.filter(({ path }) => path.includes('app-') && path.endsWith('.whl')),
      [],
    );
  });

  it('takes what a script says in its head, and a notebook what --with says', async (context) => {
    const { run, folder } = await open(context);
    const inScript = await run('--yes', await script(folder, `${asksForApp}import app\nprint(app.word)\n`));
    assert.deepEqual([inScript.code, inScript.stdout], [0, 'app speaks\n'], inScript.stderr);
    const cell = {
      cell_type: 'code',
      metadata: {},
      outputs: [],
      execution_count: null,
      source: 'import dep; dep.word',
    };
    const notebook = JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [cell] });
    const inNotebook = await run('--with', 'dep', '--yes', await script(folder, notebook, 'n.ipynb'));
    assert.deepEqual([inNotebook.code, inNotebook.stdout], [0, "'dep speaks'\n"], inNotebook.stderr);
  });

  it('runs nothing where the policy denies what comes with it, whatever is agreed to', async (context) => {
    const { run, folder } = await open(context, '  deny: [dep]\n');
    const { code, stdout, stderr } = await run('--yes', await script(folder, `${asksForApp}print(1)\n`));
    assert.deepEqual([code, stdout], [77, '']);
    assert.match(stderr, /dep/);
  });

  it('waits for an approver where the policy asks', async (context) => {
    const { run, folder } = await open(context, '  ask: [dep]\n');
    const { code, stderr } = await run('--yes', '--with', 'app', await script(folder, 'print(1)\n'));
    assert.equal(code, 76);
    assert.match(stderr, /approver/);
  });

  it('refuses a script for another Python, and a wish that cannot be read, before anything is planned', async (context) => {
    const { run, folder, index } = await open(context);
    const wrong = await run(
      await script(folder, '# /// script\n# requires-python = "<3"\n# dependencies = []\n# ///\n'),
    );
    assert.match(wrong.stderr, /needs Python <3/);
    const unread = await run('--with=-e .', await script(folder, 'print(1)\n'));
    assert.equal(unread.code, 65);
    assert.deepEqual(index.requests, []);
  });
});
