import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { openHomeRecord } from '../../src/record/index.ts';
import { TestCli } from '../support/cli.ts';
import { needs, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('belljar env gc on a full disk', needs(root), () => {
  it('removes what can be fetched again before the database is asked, and says what to do where that is nothing', async (context) => {
    const home = join(await temporaryFolder(context), 'home');
    await mkdir(home);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=711', 'belljar-test', home]);
    try {
      await (await openHomeRecord(home))[Symbol.asyncDispose]();
      const cli = new TestCli();
      context.after(() => cli[Symbol.dispose]());
      const gc = () => cli.run(['env', 'gc', '--max-bytes', '0'], { env: { BELLJAR_HOME: home } });
      const sha256 = 'ab'.repeat(32);
      const folder = join(home, 'cache', 'packages', 'artifacts', 'ab');
      await mkdir(folder, { recursive: true });
      await chmod(join(home, 'cache'), 0o711);
      await writeFile(join(folder, sha256), Buffer.alloc(1_000_000));
      await fillUp(join(home, 'filling'));

      const fresh = await gc();
      assert.equal(fresh.code, 74);
      assert.match(fresh.stderr, /hint: Free about a megabyte/);
      assert.deepEqual(await readdir(folder), [sha256], 'what was used a moment ago stays');
      await utimes(join(folder, sha256), 0, 0);
      const { code, stdout, stderr } = await gc();
      assert.equal(code, 0, stderr);
      assert.match(stderr, /the disk is full: removed 1 of what was fetched/);
      assert.match(stdout, /^environments: removed nothing/);
      assert.deepEqual(await readdir(folder), []);
    } finally {
      execFileSync('umount', ['-l', home]);
    }
  });
});

async function fillUp(file: string): Promise<void> {
  for (const bytes of [65_536, 4096]) {
    try {
      for (;;) await writeFile(file, Buffer.alloc(bytes), { flag: 'a' });
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    }
  }
}
