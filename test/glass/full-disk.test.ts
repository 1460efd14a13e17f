import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { glob, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { uvWheel } from '../packages/uv.ts';
import { openPackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { makeWheel } from '../support/wheels.ts';

const asker = { actor: { id: 'user-1', kind: 'user' }, role: 'owner' } as const;

describe('acquire() on a full disk', needs(root, bubblewrap, python, uvWheel), () => {
  it('says so, leaves nothing, and builds once there is room', async (context) => {
    const { belljar, home, index } = await openPackageHome(context);
    const environments = join(home, 'environments');
    const file = makeWheel({
      name: 'acme',
      files: { 'acme/__init__.py': 'x = 1\n', 'acme/data.bin': randomBytes(4_000_000) },
      headers: ['License-Expression: MIT'],
    });
    index.setProject({ name: 'acme', files: [{ file, uploadTime: '2020-01-01T00:00:00Z' }] });
    const { lock, verdict } = await belljar.packages.plan({ requirements: ['acme'], ...asker });
    assert.ok(lock !== undefined, verdict);
    const acquire = () => belljar.environments.acquire({ lock: lock.digest, asker });

    await mkdir(environments, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=711', 'belljar-test', environments]);
    try {
      await assert.rejects(acquire(), { code: 'STORAGE_FULL', hint: /belljar env gc/ });
      const [failed] = await belljar.record.tail({ action: 'environment.build-failed', limit: 1 });
      assert.equal(failed?.details['code'], 'STORAGE_FULL');
      assert.deepEqual(await Array.fromAsync(glob('{half,built,wheels,bytecode}/**/*.*', { cwd: environments })), []);
      execFileSync('mount', ['-o', 'remount,size=64m', environments]);
      using lease = await acquire();
      assert.equal(lease.isNew, true);
    } finally {
      await belljar.close();
      execFileSync('umount', ['-l', environments]);
    }
  });
});
