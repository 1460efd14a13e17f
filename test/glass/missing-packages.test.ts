import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { openBelljar } from '../../src/belljar.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const asker = { actor: { id: 'user-1', kind: 'user' }, role: 'owner' } as const;

describe('code that misses a module', needs(root, bubblewrap, python), () => {
  it('is told which packages bring it, and what the policy of the installation says of each', async (test) => {
    const home = await temporaryFolder(test);
    const policyFile = join(home, 'policy.yaml');
    const rule = '{package: opencv-python, because: it needs a screen}';
    await writeFile(policyFile, `version: 1\npackages: {deny: [${rule}]}\n`, { mode: 0o600 });
    await using belljar = await openBelljar({ home, policyFile });
    await using session = await belljar.sessions.open(asker);
    const { events } = await session.evaluate('import cv2');
    const missing = events.find((event) => event.type === 'missing_package');
    assert.deepEqual(
      missing?.candidates.map(({ name, policy }) => [name, policy?.verdict, policy?.by]),
      [
        ['opencv-python-headless', 'allow', 'name'],
        ['opencv-python', 'deny', 'name'],
      ],
    );
    assert.match(missing.text, /opencv-python \(the policy denies it: .*it needs a screen\)/);
  });
});
