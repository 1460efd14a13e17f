import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { removeTree } from '../../src/environments/assemble/index.ts';

/** A folder of the test's own in which folders may be sealed, gone after it. */
export async function temporaryTree(context: Pick<TestContext, 'after'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'belljar-test-'));
  context.after(() => removeTree(folder));
  return folder;
}
