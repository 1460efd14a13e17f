import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { describeKernel } from './kernel-spec.ts';
import { listKernels, registerKernel, removeKernel } from './registered-kernels.ts';

const specOf = (workspace: string, home = '/home-1', displayName = workspace) =>
  describeKernel({ workspace, displayName, launcher: ['/belljar'], options: [], env: { BELLJAR_HOME: home } });

/** Somebody else's kernel. */
async function addForeign(folder: string, name: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'kernel.json'), '{"argv": ["python"], "display_name": "Python 3"}');
}

describe('registerKernel()', () => {
  it('writes what Jupyter reads, making the folder where it is missing', async (context) => {
    const folder = join(await temporaryFolder(context), 'share/jupyter/kernels');
    const kernel = await registerKernel(folder, 'belljar-one', specOf('one'));
    assert.equal(kernel.folder, join(folder, 'belljar-one'));
    assert.deepEqual(await readdir(kernel.folder), ['kernel.json']);
    assert.deepEqual(JSON.parse(await readFile(join(kernel.folder, 'kernel.json'), 'utf8')), specOf('one'));
  });

  it('takes the place of one of the same workspace, and of no other', async (context) => {
    const folder = await temporaryFolder(context);
    await registerKernel(folder, 'k', specOf('one'));
    await registerKernel(folder, 'k', specOf('one', '/home-1', 'Changed'));
    assert.deepEqual(
      (await listKernels([folder])).map(({ displayName }) => displayName),
      ['Changed'],
    );
    const another = { code: 'USAGE', message: /taken by the kernel of the workspace “one”/ };
    await assert.rejects(registerKernel(folder, 'k', specOf('two')), another);
    await assert.rejects(registerKernel(folder, 'k', specOf('one', '/home-2')), another);
    await addForeign(folder, 'python3');
    await assert.rejects(registerKernel(folder, 'python3', specOf('one')), { code: 'USAGE', message: /not Belljar/ });
    await assert.rejects(registerKernel(folder, '../k', specOf('one')), { code: 'USAGE' });
  });

  it('says where it cannot write', async (context) => {
    const file = join(await temporaryFolder(context), 'file');
    await writeFile(file, '');
    await assert.rejects(registerKernel(file, 'k', specOf('one')), { code: 'OUTPUT_UNWRITABLE' });
  });
});

describe('listKernels()', () => {
  it('lists those of Belljar, the first of each name', async (context) => {
    const [first, second] = [await temporaryFolder(context), await temporaryFolder(context)];
    await registerKernel(first, 'a', specOf('one'));
    await registerKernel(second, 'a', specOf('hidden'));
    await registerKernel(second, 'b', specOf('two'));
    await addForeign(second, 'python3');
    const kernels = await listKernels([join(first, 'none'), first, second]);
    assert.deepEqual(
      kernels.map(({ name, workspace }) => [name, workspace]),
      [
        ['a', 'one'],
        ['b', 'two'],
      ],
    );
  });
});

describe('removeKernel()', () => {
  it('takes a kernel away, and leaves what others put beside it', async (context) => {
    const folder = await temporaryFolder(context);
    const { folder: plain } = await registerKernel(folder, 'a', specOf('one'));
    const { folder: adorned } = await registerKernel(folder, 'b', specOf('one'));
    await writeFile(join(adorned, 'logo-64x64.png'), '');
    assert.equal((await removeKernel([folder], 'a'))?.workspace, 'one');
    await removeKernel([folder], 'b');
    assert.equal(existsSync(plain), false);
    assert.deepEqual(await readdir(adorned), ['logo-64x64.png']);
    assert.equal(await removeKernel([folder], 'a'), undefined);
  });

  it('takes none away that is not Belljar’s, nor anything elsewhere', async (context) => {
    const folder = await temporaryFolder(context);
    await addForeign(folder, 'python3');
    await assert.rejects(removeKernel([folder], 'python3'), { code: 'USAGE', message: /not Belljar/ });
    await symlink(folder, join(folder, 'link'));
    await assert.rejects(removeKernel([folder], 'link'), { code: 'USAGE' });
    await assert.rejects(removeKernel([join(folder, 'sub')], '..'), { code: 'USAGE' });
    assert.ok(existsSync(join(folder, 'python3/kernel.json')));
  });
});
