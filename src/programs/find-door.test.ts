import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { findDoor } from './find-door.ts';

describe('findDoor()', () => {
  it('finds a socket and a named pipe, however deep, and follows no link', async (test) => {
    const base = await temporaryFolder(test);
    const [folder, outside] = [join(base, 'shown'), join(base, 'outside')];
    for (const path of [join(folder, 'a/b'), outside]) await mkdir(path, { recursive: true });
    await writeFile(join(folder, 'a/file'), '');
    execFileSync('mkfifo', [join(outside, 'pipe')]);
    await symlink(outside, join(folder, 'link'));
    assert.equal(await findDoor(folder), undefined);
    const server = createServer().listen(join(folder, 'a/b/socket'));
    await once(server, 'listening');
    assert.equal(await findDoor(folder), join(folder, 'a/b/socket'));
    server.close();
    await once(server, 'close');
    execFileSync('mkfifo', [join(folder, 'a/b/pipe')]);
    assert.equal(await findDoor(folder), join(folder, 'a/b/pipe'));
    await rm(join(folder, 'a/b/pipe'));
    assert.equal(await findDoor(folder), undefined);
  });
});
