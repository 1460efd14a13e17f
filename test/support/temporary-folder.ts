import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A folder of the test's own, gone after it. */
export async function temporaryFolder(context: Pick<TestContext, 'after'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'belljar-test-'));
  context.after(async () => {
    // Who is not root takes nothing out of a folder that was closed to writing.
    if (process.getuid?.() !== 0) spawnSync('chmod', ['-R', 'u+rwX', '--', folder]);
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}
