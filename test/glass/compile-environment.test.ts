import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { type CompileEnvironment, type DeclaredFile, findDeclaredFile } from '../../src/belljar.ts';
import { uvWheel } from '../packages/uv.ts';
import { importedVersion, openPackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const owner = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;
const collaborator = { actor: { id: 'bob', kind: 'user' }, role: 'collaborator' } as const;
const viewer = { actor: { id: 'eve', kind: 'user' }, role: 'viewer' } as const;
const stranger = { actor: { id: 'link', kind: 'anonymous' }, role: 'owner' } as const;

function fileOf(...lines: string[]): DeclaredFile {
  return { name: 'requirements.txt', content: Buffer.from(lines.map((line) => `${line}\n`).join('')) };
}

function keyOf(compile: CompileEnvironment): string {
  assert.equal(compile.kind, 'environment', 'message' in compile ? compile.message : '');
  using lease = compile.lease;
  return lease.environment.key;
}

describe('WorkspacePackages.compileEnvironment()', needs(root, bubblewrap, python, uvWheel), () => {
  it('builds what the file declares at the first compile, and leases it at the next, a collaborator’s too', async (context) => {
    const { belljar, index, offer, actions } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const declared = fileOf('dep # for the figures');
    const first = await belljar.workspaces.use('paper', owner).packages.compileEnvironment({ declared });
    const key = keyOf(first);
    assert.equal(first.kind === 'environment' && first.isNew, true);
    const asked = index.requests.length;
    const invited = belljar.workspaces.use('paper', collaborator);
    const second = await invited.packages.compileEnvironment({ declared });
    assert.equal(keyOf(second), key);
    assert.equal(second.kind === 'environment' && second.isNew, false);
    assert.equal(index.requests.length, asked, 'no index was asked');
    assert.equal((await actions('environment.built')).length, 1);
    await using session = await invited.openSession();
    assert.equal(await importedVersion(session, 'dep'), '1.0');
  });

  it('builds once for many at once', async (context) => {
    const { belljar, offer, openAnother, actions } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const declared = fileOf('dep');
    const homes = [belljar, belljar, belljar, await openAnother()];
    const all = await Promise.all(
      homes.map((each) => each.workspaces.use('paper', owner).packages.compileEnvironment({ declared })),
    );
    assert.equal(new Set(all.map(keyOf)).size, 1);
    assert.equal((await actions('environment.built')).length, 1);
    assert.equal((await actions('workspace.packages.changed')).length, 1);
  });

  it('follows the file', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('dep', ['1.0']);
    offer('more', ['1.0']);
    const { packages } = belljar.workspaces.use('paper', owner);
    keyOf(await packages.compileEnvironment({ declared: fileOf('dep') }));
    keyOf(await packages.compileEnvironment({ declared: fileOf('more') }));
    assert.deepEqual((await packages.show())?.requirements, ['more']);
  });

  it('gives viewers and strangers the base interpreter, names what is missing, and builds nothing', async (context) => {
    const { belljar, index, offer, actions } = await openPackageHome(context);
    offer('dep', ['1.0']);
    for (const asker of [viewer, stranger]) {
      const { packages } = belljar.workspaces.use('paper', asker);
      const compile = await packages.compileEnvironment({ declared: fileOf('dep', 'six') });
      assert.ok(compile.kind === 'base');
      assert.deepEqual([compile.because, compile.missing], ['not-a-member', ['dep', 'six']]);
      assert.match(compile.message, /dep, six/);
    }
    assert.deepEqual(index.requests, []);
    assert.deepEqual(await actions('environment.', 'packages.', 'workspace.'), []);
    keyOf(await belljar.workspaces.use('paper', owner).packages.compileEnvironment({ declared: fileOf('dep') }));
    const still = await belljar.workspaces
      .use('paper', viewer)
      .packages.compileEnvironment({ declared: fileOf('dep') });
    assert.equal(still.kind, 'base', 'what is there is not for them either');
  });

  it('has opted in only where there is a file that declares something', async (context) => {
    const { belljar, index } = await openPackageHome(context);
    const { packages } = belljar.workspaces.use('paper', owner);
    for (const declared of [undefined, fileOf(), fileOf('# nothing yet')]) {
      const compile = await packages.compileEnvironment({ declared });
      assert.ok(compile.kind === 'base');
      assert.deepEqual([compile.because, compile.message], ['nothing-declared', '']);
    }
    assert.deepEqual(index.requests, []);
  });

  it('falls back where the policy says no or wants to be asked, and says which package', async (context) => {
    const { belljar, offer, setPolicy } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { packages } = belljar.workspaces.use('paper', owner);
    await setPolicy('  deny: [dep]\n');
    const denied = await packages.compileEnvironment({ declared: fileOf('dep') });
    assert.ok(denied.kind === 'base');
    assert.deepEqual([denied.because, denied.missing, denied.error?.code], ['refused', ['dep'], 'POLICY_DENIED']);
    await setPolicy('  ask: [dep]\n');
    const asked = await packages.compileEnvironment({ declared: fileOf('dep') });
    assert.ok(asked.kind === 'base');
    assert.deepEqual([asked.because, asked.error?.code], ['refused', 'APPROVAL_NEEDED']);
    await setPolicy('');
    keyOf(await packages.compileEnvironment({ declared: fileOf('dep') }));
  });

  it('falls back where the file cannot be read as requirements, or the index is gone', async (context) => {
    const { belljar, index, offer } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { packages } = belljar.workspaces.use('paper', owner);
    const wrong = await packages.compileEnvironment({ declared: fileOf('-e .') });
    assert.ok(wrong.kind === 'base');
    assert.deepEqual([wrong.because, wrong.error?.code], ['failed', 'WISH_INVALID']);
    assert.match(wrong.message, /requirements\.txt/);
    index.kill();
    const gone = await packages.compileEnvironment({ declared: fileOf('dep') });
    assert.ok(gone.kind === 'base');
    assert.deepEqual([gone.because, gone.missing], ['failed', ['dep']]);
  });

  it('goes on without the caller when the time is over, and is there for the next', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { packages } = belljar.workspaces.use('paper', owner);
    const late = await packages.compileEnvironment({ declared: fileOf('dep'), deadlineMs: 1 });
    assert.ok(late.kind === 'base');
    assert.deepEqual([late.because, late.missing], ['still-building', ['dep']]);
    keyOf(await packages.compileEnvironment({ declared: fileOf('dep') }));
  });

  it('ends what goes on for nobody when Belljar is closed', async (context) => {
    const { offer, openAnother, belljar } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const other = await openAnother();
    const { packages } = other.workspaces.use('paper', owner);
    assert.equal((await packages.compileEnvironment({ declared: fileOf('dep'), deadlineMs: 1 })).kind, 'base');
    await other.close();
    assert.equal(await belljar.workspaces.use('paper', owner).packages.show(), undefined);
  });

  it('is given up where the caller does', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { packages } = belljar.workspaces.use('paper', owner);
    const signal = AbortSignal.abort();
    await assert.rejects(packages.compileEnvironment({ declared: fileOf('dep'), signal }), { code: 'CANCELLED' });
  });
});

describe('findDeclaredFile()', () => {
  it('finds the first of the files that declare, and nothing outside of the folder', async (context) => {
    const folder = await temporaryFolder(context);
    assert.equal(await findDeclaredFile(folder), undefined);
    await writeFile(join(folder, 'requirements.vrf'), 'one\n');
    assert.equal((await findDeclaredFile(folder))?.name, 'requirements.vrf');
    await writeFile(join(folder, 'requirements.txt'), 'two\n');
    const found = await findDeclaredFile(folder);
    assert.equal(Buffer.from(found?.content ?? []).toString(), 'two\n');
    assert.equal(await findDeclaredFile(join(folder, 'none'), ['../requirements.txt']), undefined);
  });

  it('says so where there is one that cannot be read', async (context) => {
    const folder = await temporaryFolder(context);
    await assert.rejects(findDeclaredFile(join(folder, '..'), [folder.split('/').at(-1) ?? '']), {
      code: 'INPUT_UNREADABLE',
    });
  });
});
