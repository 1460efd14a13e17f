import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';

import { ShownFolders } from './shown-folders.ts';

describe('ShownFolders', () => {
  it('bundleOf() shows a folder at its own path', async (test) => {
    const { folders, base } = await prepare(test);
    const name = await folders.bundleOf(join(base, 'tools/'));
    assert.deepEqual(await folders.find(name), [{ hostPath: join(base, 'tools'), at: join(base, 'tools') }]);
  });

  it('find() looks anew: where a link stands by now nothing is shown', async (test) => {
    const { folders, base } = await prepare(test);
    const name = await folders.bundleOf(join(base, 'tools'));
    await rename(join(base, 'tools'), join(base, 'old'));
    await symlink('/etc', join(base, 'tools'));
    await assert.rejects(async () => folders.find(name), { code: 'USAGE', message: /system/ });
    assert.equal(await folders.find('interpreter'), undefined);
  });

  it('bundleOf() refuses a link to what may be shown, and names that', async (test) => {
    const { folders, base } = await prepare(test);
    await symlink(join(base, 'tools'), join(base, 'figures'));
    const where = new RegExp(`by a link; show ${join(base, 'tools')},`);
    await assert.rejects(folders.bundleOf(join(base, 'figures')), { code: 'USAGE', message: where });
  });

  it('bundleOf() refuses the homes of other users', async (test) => {
    const { folders, base } = await prepare(test);
    await assert.rejects(folders.bundleOf(join(base, 'eve')), { code: 'USAGE', message: /more than/ });
    await assert.rejects(folders.bundleOf(join(base, 'eve/.ssh')), { code: 'USAGE', message: /hidden/ });
    await folders.bundleOf(join(base, 'eve/book'));
  });

  it('bundleOf() refuses a folder with a way out in it', async (test) => {
    const { folders, base } = await prepare(test);
    execFileSync('mkfifo', [join(base, 'tools/pipe')]);
    await assert.rejects(folders.bundleOf(join(base, 'tools')), { code: 'USAGE', message: /tools\/pipe in it/ });
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
    for (const path of ['/', '/etc', '/etc/ssl', '/proc/1', '/usr/bin', '/tmp', '/usr', '/opt', '/var/log', 'tools']) {
      await assert.rejects(folders.bundleOf(path), { code: 'USAGE' }, path);
    }
    for (const path of ['file', 'none']) await assert.rejects(folders.bundleOf(join(base, path)), { code: 'USAGE' });
  });
});

/** Not below /tmp, where nothing can be shown. */
async function prepare(test: TestContext): Promise<{ readonly folders: ShownFolders; readonly base: string }> {
  const base = await mkdtemp('/var/tmp/belljar-shown-');
  test.after(() => rm(base, { recursive: true, force: true }));
  for (const path of ['tools', 'home/keys', 'ann/.ssh', 'ann/project', 'eve/.ssh', 'eve/book'])
    await mkdir(join(base, path), { recursive: true });
  const usersFile = join(base, 'users');
  await writeFile(usersFile, `eve:x:1000:1000::${join(base, 'eve')}:/bin/sh\n`);
  const folders = new ShownFolders({ home: join(base, 'home'), userHome: join(base, 'ann'), usersFile });
  return { base, folders };
}
