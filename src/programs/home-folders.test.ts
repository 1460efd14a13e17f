import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { isWithin, knowHomeFolders } from './home-folders.ts';

describe('knowHomeFolders()', () => {
  it('judges the homes of all users alike, wherever they are, and what is hidden in them', async (test) => {
    const { usersFile } = await prepare(test);
    const judge = await knowHomeFolders({ userHome: '/srv/self', usersFile });
    for (const home of ['/srv/self', '/data/users/eve', '/data/users', '/home/cloud', '/home/of-no-list']) {
      assert.match(judge(home) ?? '', /more than/, home);
    }
    for (const path of ['/srv/self/.ssh', '/data/users/eve/book/.git', '/home/of-no-list/.ssh/keys']) {
      assert.match(judge(path) ?? '', /hidden/, path);
    }
    for (const path of [
      '/srv/self/project',
      '/data/users/eve/book',
      '/home/cloud/book',
      '/srv/.hidden',
      '/data/tools',
    ]) {
      assert.equal(judge(path), undefined, path);
    }
  });

  it('follows a home that is a link', async (test) => {
    const { folder, usersFile } = await prepare(test);
    await mkdir(join(folder, 'real/.ssh'), { recursive: true });
    await symlink(join(folder, 'real'), join(folder, 'ann'));
    const judge = await knowHomeFolders({ userHome: join(folder, 'ann'), usersFile });
    assert.match(judge(join(folder, 'real')) ?? '', /more than/);
    assert.match(judge(join(folder, 'real/.ssh')) ?? '', /hidden/);
    assert.equal(judge(join(folder, 'real/project')), undefined);
  });

  it('takes a user without a home, and a machine without a list, for what they are', async (test) => {
    const { folder, usersFile } = await prepare(test);
    assert.equal((await knowHomeFolders({ userHome: '/srv/self', usersFile }))('/srv/project'), undefined);
    const judge = await knowHomeFolders({ userHome: '/srv/self', usersFile: join(folder, 'none') });
    assert.match(judge('/srv/self') ?? '', /more than/);
  });
});

describe('isWithin()', () => {
  it('knows a folder and what is below it from what only begins like it', () => {
    assert.deepEqual(
      ['/a/b', '/a/b/c', '/a/bc', '/a'].map((path) => isWithin(path, '/a/b')),
      [true, true, false, false],
    );
  });
});

async function prepare(test: TestContext): Promise<{ readonly folder: string; readonly usersFile: string }> {
  const folder = await temporaryFolder(test);
  const usersFile = join(folder, 'users');
  const lines = ['eve:x:1000:1000:Eve:/data/users/eve/:/bin/sh', 'cloud:x:1001:1001::/home/cloud:/bin/sh'];
  await writeFile(usersFile, [...lines, 'net:x:998:998::/:/bin/false', 'broken', ''].join('\n'));
  return { folder, usersFile };
}
