import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { needs, python } from '../../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { listInstalled } from './list-installed.ts';

/** A virtual environment is a Python with a folder of packages of its own. */
async function makePython(context: TestContext): Promise<{ executable: string; site: string }> {
  const folder = join(await temporaryFolder(context), 'venv');
  assert.equal(spawnSync('python3', ['-m', 'venv', '--without-pip', folder]).status, 0);
  const executable = join(folder, 'bin/python');
  const ask = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  return { executable, site: spawnSync(executable, ['-I', '-c', ask], { encoding: 'utf8' }).stdout.trim() };
}

function installIn(site: string, name: string, version: string): void {
  const folder = join(site, `${name}-${version}.dist-info`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
}

describe('listInstalled()', needs(python), () => {
  it('tells names and versions of what is installed', async (context) => {
    const { executable, site } = await makePython(context);
    installIn(site, 'stack', '1.26');
    const found = await listInstalled({ executable, folders: [site] });
    assert.deepEqual(found, [{ name: 'stack', version: '1.26' }]);
  });

  it('runs nothing of what is installed', async (context) => {
    const { executable, site } = await makePython(context);
    const mark = join(site, 'ran');
    writeFileSync(join(site, 'start.pth'), `import os; open(${JSON.stringify(mark)}, "w")\n`);
    writeFileSync(join(site, 'sitecustomize.py'), `open(${JSON.stringify(mark)}, "w")\n`);
    await listInstalled({ executable, folders: [site] });
    assert.equal(spawnSync('test', ['-e', mark]).status, 1);
    spawnSync(executable, ['-I', '-c', 'pass']);
    assert.equal(spawnSync('test', ['-e', mark]).status, 0, 'a plain start runs it');
  });

  it('says so where it does not answer', async () => {
    await assert.rejects(listInstalled({ executable: '/bin/false', folders: [] }), { code: 'PYTHON_NOT_FOUND' });
  });
});
