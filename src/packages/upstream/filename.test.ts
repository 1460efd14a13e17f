import assert from 'node:assert/strict';
import { test } from 'node:test';

import { identifyFile, projectsOf } from './filename.ts';

test('identifyFile() reads what installers take', () => {
  const cases: [string, string, string | undefined][] = [
    ['acme-1.0-py3-none-any.whl', 'acme', 'wheel 1.0'],
    ['acme_tool-1.0-1build-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl', 'acme-tool', 'wheel 1.0'],
    ['Acme.Tool-1.0-py3-none-any.whl', 'acme-tool', 'wheel 1.0'],
    ['acme-1.0+cpu-py3-none-any.whl', 'acme', 'wheel 1.0+cpu'],
    ['acme-1!2.0-py3-none-any.whl', 'acme', 'wheel 1!2.0'],
    ['acme-1.0.tar.gz', 'acme', 'source 1.0'],
    ['acme-tool-1.0.zip', 'acme-tool', 'source 1.0'],
    ['acme-1.0-1.tar.gz', 'acme', 'source 1.0-1'],
    ['acme-2-1.0.tar.gz', 'acme-2', 'source 1.0'],
    ['acme-1.0.egg', 'acme', undefined],
    ['acme-1.0.win32.exe', 'acme', undefined],
    ['other-1.0-py3-none-any.whl', 'acme', undefined],
    ['acme-1.0-py3-none-any.whl.metadata', 'acme', undefined],
    ['acme-none-any.whl', 'acme', undefined],
    ['../acme-1.0.tar.gz', 'acme', undefined],
    ['acme-1.0"onclick="x.tar.gz', 'acme', undefined],
    ['acme 1.0-py3-none-any.whl', 'acme', undefined],
    ['аcme-1.0.tar.gz', 'acme', undefined],
    ['.acme-1.0.tar.gz', 'acme', undefined],
    [`acme-${'1'.repeat(300)}.tar.gz`, 'acme', undefined],
  ];
  for (const [filename, project, expected] of cases) {
    const identity = identifyFile(filename, project);
    const told = identity === undefined ? undefined : `${identity.isWheel ? 'wheel' : 'source'} ${identity.version}`;
    assert.equal(told, expected, filename);
  }
});

test('projectsOf() names every project that a file may belong to', () => {
  assert.deepEqual(projectsOf('Acme_Tool-1.0-py3-none-any.whl'), ['acme-tool']);
  assert.deepEqual(projectsOf('acme-tool-1.0.tar.gz'), ['acme-tool']);
  assert.deepEqual(projectsOf('acme-1.0-1.tar.gz'), ['acme', 'acme-1-0']);
  assert.deepEqual(projectsOf('acme'), []);
  assert.deepEqual(projectsOf('../acme-1.0.tar.gz'), []);
});
