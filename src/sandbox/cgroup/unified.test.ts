import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { openUnified } from './unified.ts';

const folder = mkdtempSync(join(tmpdir(), 'belljar-cgroup-'));
after(() => rmSync(folder, { recursive: true }));

/** What a real tree gives is tried in a guest: see scripts/guest.ts. */
describe('openUnified()', () => {
  it('says that no cgroup file system is mounted', async () => {
    const open = await openUnified([], '0::/\n');
    assert.deepEqual(await open('memory'), { version: 'none', why: 'no cgroup file system is mounted' });
  });

  it('says that the tree has no controllers, as where version 1 has them all', async () => {
    writeFileSync(join(folder, 'cgroup.controllers'), '\n');
    const open = await openUnified([{ version: 2, root: '/', mountPoint: folder, options: [] }], '0::/\n');
    for (const controller of ['memory', 'pids', 'cpu', 'cpuacct'] as const) {
      const place = await open(controller);
      assert.equal(place.version, 'none');
      assert.equal(place.why, `the kernel offers no controllers of cgroup v2 in ${folder}`);
    }
  });
});
