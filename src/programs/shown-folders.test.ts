import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';

import { ShownFolders } from './shown-folders.ts';

describe('ShownFolders', () => {
  it('bundleOf() shows a folder at its own path', async (test) => {
    const { folders, base } = await prepare(test);
    const name = await folders.bundleOf(join(base, 'tools/'));
    assert.deepEqual(await folders.find(name), [{ hostPath: join(base, 'tools'), at: join(base, 'tools') }]);
  });

  it('find() knows no folder that was not looked at', async (test) => {
    const { folders, base } = await prepare(test);
    assert.equal(await folders.find(`folder:${join(base, 'tools')}`), undefined);
    assert.equal(await folders.find('interpreter'), undefined);
  });

  it('bundleOf() refuses what would show what Belljar keeps, by links too', async (test) => {
    const { folders, base } = await prepare(test);
    await symlink(join(base, 'home'), join(base, 'link'));
    for (const path of [base, join(base, 'home'), join(base, 'home/keys'), join(base, 'link')]) {
      await assert.rejects(folders.bundleOf(path), { code: 'USAGE', message: /what Belljar keeps/ });
    }
  });

  it('bundleOf() refuses home folders and what is hidden in them, and shows a project in one', async (test) => {
    const { folders, base } = await prepare(test);
    await assert.rejects(folders.bundleOf(join(base, 'ann')), { code: 'USAGE', message: /more than/ });
    await assert.rejects(folders.bundleOf(join(base, 'ann/.ssh')), { code: 'USAGE', message: /hidden/ });
    await symlink(join(base, 'ann/.ssh'), join(base, 'ann/project/keys'));
    await assert.rejects(folders.bundleOf(join(base, 'ann/project/keys')), { code: 'USAGE', message: /hidden/ });
    await folders.bundleOf(join(base, 'ann/project'));
  });

  it('bundleOf() refuses the system’s own folders, files, and what is not there', async (test) => {
    const { folders, base } = await prepare(test);
    await writeFile(join(base, 'file'), '');
    for (const path of ['/', '/etc', '/etc/ssl', '/proc/1', '/usr/bin', '/tmp', '/usr', 'tools']) {
      await assert.rejects(folders.bundleOf(path), { code: 'USAGE' }, path);
    }
    for (const path of ['file', 'none']) await assert.rejects(folders.bundleOf(join(base, path)), { code: 'USAGE' });
  });
});

/** Not below /tmp, where nothing can be shown. */
async function prepare(test: TestContext): Promise<{ readonly folders: ShownFolders; readonly base: string }> {
  const base = await mkdtemp('/var/tmp/belljar-shown-');
  test.after(() => rm(base, { recursive: true, force: true }));
  for (const path of ['tools', 'home/keys', 'ann/.ssh', 'ann/project'])
    await mkdir(join(base, path), { recursive: true });
  return { base, folders: new ShownFolders({ home: join(base, 'home'), userHome: join(base, 'ann') }) };
}
