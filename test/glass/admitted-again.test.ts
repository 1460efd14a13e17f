import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import type { Belljar } from '../../src/belljar.ts';
import { cacheFolder } from '../../src/storage/index.ts';
import { uvWheel } from '../packages/uv.ts';
import { openPackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { makeWheel } from '../support/wheels.ts';

const asker = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;
const other = { actor: { id: 'bob', kind: 'user' }, role: 'collaborator' } as const;

/** A wheel with code that every start of Python runs. */
function startingWheel() {
  const files = { 'dep/__init__.py': 'version = "1.0"\n', 'dep.pth': 'import dep\n' };
  return {
    file: makeWheel({ name: 'dep', files, headers: ['License-Expression: MIT'] }),
    uploadTime: '2020-01-01T00:00:00Z',
  };
}

async function lockOf(belljar: Belljar): Promise<string> {
  const { lock } = await belljar.packages.plan({ requirements: ['dep'], ...asker });
  assert.ok(lock !== undefined);
  return lock.digest;
}

describe('acquire() of what is there', needs(root, bubblewrap, python, uvWheel), () => {
  it('opens the wheels again where the newest plan does not know what is in them', async (context) => {
    const { belljar, home, index, setPolicy, openAnother } = await openPackageHome(context);
    index.setProject({ name: 'dep', files: [startingWheel()] });
    await setPolicy('  inspection: {startupFiles: allow}\n');
    const lock = await lockOf(belljar);
    (await belljar.environments.acquire({ lock, asker }))[Symbol.dispose]();
    const forget = (): Promise<void> =>
      rm(join(cacheFolder(home), 'packages', 'inspections'), { recursive: true, force: true });

    await forget();
    const allowing = await openAnother();
    const plan = await allowing.packages.plan({ requirements: ['dep'], ...other });
    assert.deepEqual([plan.packages[0]?.inspection, plan.lock?.digest], ['pending', lock]);
    using there = await allowing.environments.acquire({ lock, asker });
    assert.equal(there.isNew, false);

    await setPolicy('  inspection: {startupFiles: deny}\n');
    await forget();
    const denying = await openAnother();
    const { verdict } = await denying.packages.plan({ requirements: ['dep'], ...other });
    assert.equal(verdict, 'allow');
    for (const each of [denying, belljar]) {
      await assert.rejects(each.environments.acquire({ lock, asker }), { code: 'POLICY_DENIED' });
    }
  });
});
