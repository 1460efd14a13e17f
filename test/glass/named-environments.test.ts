import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { openBelljar } from '../../src/belljar.ts';
import { uvWheel } from '../packages/uv.ts';
import { importedVersion, openPackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const ada = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;
const bob = { actor: { id: 'bob', kind: 'user' }, role: 'collaborator' } as const;
const argv = ['python', '-c', 'import dep; print(dep.version)'] as const;

describe('an environment that is named by its key', needs(root, bubblewrap, python, uvWheel), () => {
  it('is judged for who names it, in sessions and programs', async (context) => {
    const { belljar, offer, setPolicy } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { declaration } = await belljar.workspaces.use('paper', ada).packages.install(['dep']);
    const environment = declaration?.environment ?? '';
    const others = belljar.workspaces.use('others', bob);
    {
      await using session = await others.openSession({ environment });
      assert.equal(await importedVersion(session, 'dep'), '1.0');
      const { program } = await others.startProgram({ argv, environment });
      const { outcome } = await program.ended;
      assert.deepEqual([outcome.status, 'code' in outcome && outcome.code], ['exited', 0]);
    }
    await setPolicy('  deny: [dep]\n');
    await assert.rejects(others.openSession({ environment }), { code: 'POLICY_DENIED', message: /dep/ });
    await assert.rejects(others.startProgram({ argv, environment }), { code: 'POLICY_DENIED', message: /dep/ });
  });

  it('is there for nobody whom it is not shared with', async (context) => {
    const { home, offer, openAnother } = await openPackageHome(context);
    const settings = 'version: 1\ngate: {fresh: 0s}\nenvironments: {sharedBy: workspace}\n';
    await writeFile(join(home, 'belljar.settings.yaml'), settings, { mode: 0o600 });
    offer('dep', ['1.0']);
    const belljar = await openAnother();
    const { declaration } = await belljar.workspaces.use('secret', ada).packages.install(['dep']);
    const environment = declaration?.environment ?? '';
    {
      await using session = await belljar.workspaces.use('secret', bob).openSession({ environment });
      assert.equal(await importedVersion(session, 'dep'), '1.0');
    }
    for (const each of [bob, ada]) {
      const elsewhere = belljar.workspaces.use('elsewhere', each);
      await assert.rejects(elsewhere.openSession({ environment }), { code: 'ENVIRONMENT_MISSING' });
      await assert.rejects(elsewhere.startProgram({ argv, environment }), { code: 'ENVIRONMENT_MISSING' });
    }
  });

  it('is handed out by no warm session once it was found not whole, before and after it is built anew', async (context) => {
    const { belljar, offer, env } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { declaration } = await belljar.workspaces.use('paper', ada).packages.install(['dep']);
    const environment = declaration?.environment ?? '';
    const pool = { presets: [{ environment, keep: 1 }], minAvailableBytes: 0 };
    await using warm = await openBelljar({ env, sessions: { pool } });
    await warm.sessions.poolFilled();
    assert.equal(warm.sessions.pool?.warm, 1);

    const shelf = await belljar.environments.shelf();
    const { tag } = (await shelf.find(environment))?.python ?? { tag: '' };
    const version = tag.replace(/^cpython-(\d)(\d+)$/, 'python$1.$2');
    const module = join(shelf.folderOf(environment), 'lib', version, 'site-packages', 'dep', '__init__.py');
    await chmod(module, 0o644);
    await writeFile(module, 'version = "BAD"\n');
    assert.notDeepEqual((await shelf.verify(environment)).problems, []);
    await assert.rejects(warm.sessions.open({ ...ada, environment }), { code: 'ENVIRONMENT_MISSING' });

    await (await belljar.workspaces.use('paper', ada).openSession()).close();
    await using session = await warm.sessions.open({ ...ada, environment });
    assert.equal(await importedVersion(session, 'dep'), '1.0');
  });
});
