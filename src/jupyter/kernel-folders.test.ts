import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { allKernelFolders, kernelFolder } from './kernel-folders.ts';

const user = { kind: 'user' } as const;

describe('kernelFolder()', () => {
  it('is where Jupyter looks for those of a user', { skip: process.platform === 'darwin' && 'of Linux' }, () => {
    assert.equal(kernelFolder(user, { HOME: '/home/a' }), '/home/a/.local/share/jupyter/kernels');
    assert.equal(kernelFolder(user, { HOME: '/home/a', XDG_DATA_HOME: '/data' }), '/data/jupyter/kernels');
    assert.equal(kernelFolder(user, { HOME: '/home/a', JUPYTER_DATA_DIR: '/jupyter' }), '/jupyter/kernels');
  });

  it('is below the prefix that is named', () => {
    assert.equal(kernelFolder({ kind: 'prefix', folder: '/opt/venv/' }, {}), '/opt/venv/share/jupyter/kernels');
  });
});

describe('allKernelFolders()', () => {
  it('has those that were named first, then the user’s, then those of installations, each once', () => {
    const env = { HOME: '/h', JUPYTER_DATA_DIR: '/j', JUPYTER_PATH: '/x::relative:/j', VIRTUAL_ENV: '/venv' };
    assert.deepEqual(allKernelFolders(env, '/opt/p'), [
      '/x/kernels',
      '/j/kernels',
      '/opt/p/share/jupyter/kernels',
      '/venv/share/jupyter/kernels',
      '/usr/local/share/jupyter/kernels',
      '/usr/share/jupyter/kernels',
    ]);
  });
});
