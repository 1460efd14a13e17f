import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { describeKernel, readOwnSpec, requireKernelName, usualKernelName } from './kernel-spec.ts';

const wish = {
  workspace: 'notebook-1',
  launcher: ['/opt/belljar/belljar'],
  options: ['--role=collaborator'],
  env: { BELLJAR_HOME: '/var/lib/belljar' },
};

describe('describeKernel()', () => {
  it('tells Jupyter how to start the kernel, and nothing that is secret', () => {
    assert.deepEqual(describeKernel(wish), {
      argv: [
        '/opt/belljar/belljar',
        'jupyter',
        'kernel',
        '--workspace=notebook-1',
        '--role=collaborator',
        '--connection-file={connection_file}',
      ],
      display_name: 'Python (notebook-1)',
      language: 'python',
      interrupt_mode: 'signal',
      env: { BELLJAR_HOME: '/var/lib/belljar' },
      metadata: { belljar: { workspace: 'notebook-1', home: '/var/lib/belljar' } },
    });
  });

  it('passes names as they are, with blanks, quotes and what looks like an option', () => {
    const { argv } = describeKernel({ ...wish, workspace: `--yes 'a' "b" ~root` });
    assert.ok(argv.includes(`--workspace=--yes 'a' "b" ~root`));
  });

  it('refuses what Jupyter would put something else in the place of', () => {
    for (const workspace of ['{connection_file}', 'a{prefix}b', '{resource_dir}', '$HOME', 'a\0b']) {
      assert.throws(() => describeKernel({ ...wish, workspace }), { code: 'USAGE', message: /placeholder/ });
    }
    assert.throws(() => describeKernel({ ...wish, env: { BELLJAR_HOME: '/srv/$USER' } }), { code: 'USAGE' });
    assert.ok(describeKernel({ ...wish, workspace: '{a b}' }));
  });
});

describe('readOwnSpec()', () => {
  it('knows a kernel of ours from another', () => {
    assert.deepEqual(readOwnSpec(JSON.stringify(describeKernel({ ...wish, displayName: 'Mine' }))), {
      displayName: 'Mine',
      workspace: 'notebook-1',
      home: '/var/lib/belljar',
    });
    assert.equal(
      readOwnSpec('{"argv": ["python"], "display_name": "Python 3", "metadata": {"debugger": true}}'),
      undefined,
    );
    assert.equal(readOwnSpec('{'), undefined);
  });
});

describe('requireKernelName()', () => {
  it('takes what Jupyter takes, and nothing that leads elsewhere', () => {
    assert.equal(requireKernelName('belljar-3.11_a'), 'belljar-3.11_a');
    for (const name of ['', '.', '..', '.hidden', 'a/b', 'Ä', 'A', 'a b', `a${'b'.repeat(100)}`, 'a\n']) {
      assert.throws(() => requireKernelName(name), { code: 'USAGE' }, name);
    }
  });
});

describe('usualKernelName()', () => {
  it('is a good name for each workspace, and another one for each', () => {
    const workspaces = [
      'notebook-1',
      'Notebook-1',
      'notebook 1',
      'notebook/1',
      'ノート',
      '',
      'x'.repeat(300),
      'y'.repeat(300),
    ];
    const names = workspaces.map(usualKernelName);
    for (const name of names) assert.equal(requireKernelName(name), name);
    assert.equal(new Set(names).size, workspaces.length);
    assert.equal(names[0], 'belljar-notebook-1');
  });
});
