import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { uvWheel } from '../packages/uv.ts';
import { importedVersion, openPackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { makeWheel } from '../support/wheels.ts';

const owner = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;
const collaborator = { actor: { id: 'bob', kind: 'user' }, role: 'collaborator' } as const;
const viewer = { actor: { id: 'eve', kind: 'user' }, role: 'viewer' } as const;

describe('WorkspacePackages', needs(root, bubblewrap, python, uvWheel), () => {
  it('installs what is asked for, and the next session of the workspace has it', async (context) => {
    const { belljar, offer, actions } = await openPackageHome(context);
    offer('app', ['1.0'], ['dep']);
    offer('dep', ['2.0']);
    const workspace = belljar.workspaces.use('skill', owner);
    const { declaration, isChanged, plan } = await workspace.packages.install(['app']);
    assert.equal(isChanged, true);
    assert.deepEqual(declaration?.requirements, ['app']);
    assert.deepEqual(
      plan?.changes?.map(({ name, kind }) => [name, kind]),
      [
        ['app', 'added'],
        ['dep', 'added'],
      ],
    );
    await using session = await workspace.openSession();
    assert.equal(await importedVersion(session, 'dep'), '2.0');
    assert.deepEqual(await actions('workspace.', 'environment.'), [
      'environment.build',
      'environment.built',
      'workspace.packages.changed',
    ]);
  });

  it('plans the declared set as a whole, and says what changes', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('one', ['1.0']);
    offer('two', ['1.0']);
    const { packages } = belljar.workspaces.use('skill', owner);
    await packages.install(['one']);
    const plan = await packages.plan(['two']);
    assert.deepEqual(plan.changes, [{ name: 'two', kind: 'added', to: '1.0' }]);
    assert.deepEqual((await packages.show())?.requirements, ['one'], 'nothing was changed');
    const { declaration } = await packages.install(['two']);
    assert.deepEqual(declaration?.requirements, ['one', 'two']);
  });

  it('lets two workspaces have versions that exclude each other', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('dep', ['1.26', '2.1']);
    const [old, young] = ['old', 'young'].map((name) => belljar.workspaces.use(name, owner));
    assert.ok(old !== undefined && young !== undefined);
    await old.packages.install(['dep<2']);
    await young.packages.install(['dep>=2']);
    await using first = await old.openSession();
    await using second = await young.openSession();
    assert.deepEqual(await Promise.all([first, second].map((session) => importedVersion(session, 'dep'))), [
      '1.26',
      '2.1',
    ]);
  });

  it('shares one environment among workspaces that declare the same', async (context) => {
    const { belljar, offer, actions } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const [one, two] = await Promise.all(
      ['one', 'two'].map((name) => belljar.workspaces.use(name, owner).packages.install(['dep'])),
    );
    assert.equal(one?.declaration?.environment, two?.declaration?.environment);
    assert.equal((await actions('environment.built')).length, 1);
  });

  it('keeps its versions until somebody upgrades', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { packages } = belljar.workspaces.use('skill', owner);
    await packages.install(['dep']);
    offer('dep', ['1.0', '1.1']);
    assert.equal((await packages.install(['dep'])).isChanged, false);
    const { plan, isChanged } = await packages.upgrade();
    assert.equal(isChanged, true);
    assert.deepEqual(plan?.changes, [{ name: 'dep', kind: 'up', from: '1.0', to: '1.1' }]);
  });

  it('keeps what is there when more comes in, and moves it only for an upgrade, or where it no longer fits', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { packages } = belljar.workspaces.use('skill', owner);
    await packages.install(['dep']);
    offer('dep', ['1.0', '2.0']);
    offer('more', ['1.0'], ['dep']);
    offer('picky', ['1.0'], ['dep>=2']);
    const { plan } = await packages.install(['more']);
    assert.deepEqual(plan?.changes, [{ name: 'more', kind: 'added', to: '1.0' }]);
    const other = await belljar.workspaces.use('other', owner).packages.install(['dep', 'more']);
    assert.equal(other.plan?.packages.find(({ name }) => name === 'dep')?.version, '2.0', 'nothing was there');
    assert.equal((await packages.install(['more'])).isChanged, false);
    const moved = await packages.plan(['picky']);
    assert.deepEqual(moved.changes, [
      { name: 'dep', kind: 'up', from: '1.0', to: '2.0' },
      { name: 'picky', kind: 'added', to: '1.0' },
    ]);
    const upgraded = await packages.upgrade();
    assert.deepEqual(upgraded.plan?.changes, [{ name: 'dep', kind: 'up', from: '1.0', to: '2.0' }]);
  });

  it('asks the index anew for an upgrade, however fresh its pages are', async (context) => {
    const { belljar, home, index, offer, openAnother } = await openPackageHome(context);
    await writeFile(join(home, 'belljar.settings.yaml'), 'version: 1\ngate: {fresh: 1h}\n', { mode: 0o600 });
    offer('dep', ['1.0']);
    const { packages } = belljar.workspaces.use('skill', owner);
    await packages.install(['dep']);
    offer('dep', ['1.0', '2.0']);
    const { plan } = await packages.upgrade();
    assert.deepEqual(plan?.changes, [{ name: 'dep', kind: 'up', from: '1.0', to: '2.0' }]);
    const asked = index.countRequests('/simple/dep/');
    await (await openAnother()).workspaces.use('other', owner).packages.plan(['dep<9']);
    assert.equal(index.countRequests('/simple/dep/'), asked, 'else it is fresh for an hour');
  });

  it('shows what going back would change, and goes back only where the answer is yes', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('dep', ['1.0', '2.0']);
    const { packages } = belljar.workspaces.use('skill', owner);
    await packages.install(['dep<2']);
    await packages.install(['dep>=2']);
    const seen: unknown[] = [];
    const answer = (isYes: boolean) => (plan: { changes?: unknown }) => {
      seen.push(plan.changes);
      return isYes;
    };
    const declined = await packages.rollback(1, { review: answer(false) });
    assert.deepEqual([declined.wasDeclined, declined.declaration?.number], [true, 2]);
    const { declaration, plan } = await packages.rollback(1, { review: answer(true) });
    assert.deepEqual([declaration?.number, plan?.verdict], [3, 'allow']);
    const down = [{ name: 'dep', kind: 'down', from: '2.0', to: '1.0' }];
    assert.deepEqual(seen, [down, down]);
  });

  it('needs no index to go back where nobody wants to see what changes', async (context) => {
    const { belljar, index, offer } = await openPackageHome(context);
    offer('dep', ['1.0', '2.0']);
    const { packages } = belljar.workspaces.use('skill', owner);
    await packages.install(['dep<2']);
    await packages.install(['dep>=2']);
    const asked = index.requests.length;
    assert.equal((await packages.rollback(1)).isChanged, true);
    assert.equal(index.requests.length, asked);
  });

  it('uninstalls by name, down to the base interpreter', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('one', ['1.0']);
    offer('two', ['1.0']);
    const workspace = belljar.workspaces.use('skill', owner);
    await workspace.packages.install(['one', 'two']);
    const { declaration } = await workspace.packages.uninstall(['one']);
    assert.deepEqual(declaration?.requirements, ['two']);
    const empty = await workspace.packages.uninstall(['two']);
    assert.equal(empty.declaration?.environment, null);
    await using session = await workspace.openSession();
    assert.equal(await importedVersion(session, 'two'), null);
  });

  it('goes back to what it had, with the versions of that time', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('dep', ['1.0', '2.0']);
    const workspace = belljar.workspaces.use('skill', owner);
    await workspace.packages.install(['dep<2']);
    await workspace.packages.install(['dep']);
    await workspace.packages.sync([]);
    const { declaration } = await workspace.packages.rollback(1);
    assert.equal(declaration?.number, 4);
    await using session = await workspace.openSession();
    assert.equal(await importedVersion(session, 'dep'), '1.0');
    const history = await workspace.packages.history();
    assert.deepEqual(
      history.map(({ kind }) => kind),
      ['rollback', 'sync', 'install', 'install'],
    );
    await assert.rejects(workspace.packages.rollback(9), { code: 'USAGE' });
    await workspace.packages.rollback();
    assert.deepEqual((await workspace.packages.show())?.requirements, []);
  });

  it('goes back to nothing that the policy denies today', async (context) => {
    const { belljar, offer, setPolicy } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { packages } = belljar.workspaces.use('skill', owner);
    await packages.install(['dep']);
    await packages.uninstall(['dep']);
    await setPolicy('  deny: [dep]\n');
    await assert.rejects(packages.rollback(), { code: 'POLICY_DENIED' });
    assert.equal((await packages.show())?.lock, null);
  });

  it('opens no session with what the policy denies today', async (context) => {
    const { belljar, offer, setPolicy } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const workspace = belljar.workspaces.use('skill', owner);
    await workspace.packages.install(['dep']);
    await setPolicy('  deny: [dep]\n');
    await assert.rejects(workspace.openSession(), { code: 'POLICY_DENIED' });
    await using session = await workspace.openSession({ environment: null });
    assert.equal(await importedVersion(session, 'dep'), null);
  });

  it('keeps what was there where the new set cannot be built, or is denied', async (context) => {
    const { belljar, index, home, offer, setPolicy, actions } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { packages } = belljar.workspaces.use('skill', owner);
    const { declaration: before } = await packages.install(['dep']);
    const record = (correct: string): string => correct.replace('broken/__init__.py', 'broken/other.py');
    const file = makeWheel({ name: 'broken', record, headers: ['License-Expression: MIT'] });
    index.setProject({ name: 'broken', files: [{ file, uploadTime: '2020-01-01T00:00:00Z' }] });
    await assert.rejects(packages.install(['broken']), { code: 'POLICY_DENIED' });
    offer('evil', ['1.0']);
    await setPolicy('  deny: [evil]\n');
    await assert.rejects(packages.install(['evil']), { code: 'POLICY_DENIED', message: /evil/ });
    assert.deepEqual(await packages.show(), before);
    assert.equal((await readdir(join(home, 'environments', 'built'))).length, 1);
    assert.equal((await actions('workspace.packages.changed')).length, 1);
  });

  it('shows each plan before anything is fetched, and changes nothing where the answer is no', async (context) => {
    const { belljar, index, offer } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { packages } = belljar.workspaces.use('skill', owner);
    const seen: string[] = [];
    const review = ({ verdict }: { verdict: string }): boolean => {
      seen.push(verdict);
      return false;
    };
    const result = await packages.install(['dep'], { review });
    assert.deepEqual([result.isChanged, result.wasDeclined, seen], [false, true, ['allow']]);
    assert.equal(await packages.show(), undefined);
    assert.equal(index.countRequests('/files/dep-1.0-py3-none-any.whl', 'GET'), 0);
  });

  it('waits for an approver where the policy asks, and goes on once one agreed', async (context) => {
    const { belljar, offer, setPolicy } = await openPackageHome(context);
    offer('dep', ['1.0']);
    await setPolicy('  ask: [dep]\n');
    const { packages } = belljar.workspaces.use('skill', owner);
    await assert.rejects(packages.install(['dep']), { code: 'APPROVAL_NEEDED' });
    const plan = await packages.plan(['dep']);
    const { approvals } = belljar.packages;
    const { id } = await approvals.ask({ plan, ...owner, workspace: 'skill', because: 'a test' });
    const operator = { actor: { id: 'op', kind: 'user' }, role: 'operator' } as const;
    await approvals.answer({ id, answer: 'approved', ...operator, reason: 'fine' });
    assert.equal((await packages.install(['dep'])).isChanged, true);
  });

  it('lets nobody install who may not, and puts that on the record', async (context) => {
    const { belljar, offer, actions } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const { packages } = belljar.workspaces.use('skill', viewer);
    await assert.rejects(packages.install(['dep']), { code: 'POLICY_DENIED' });
    await assert.rejects(packages.rollback(), { code: 'POLICY_DENIED' });
    assert.deepEqual(await actions('workspace.', 'packages.', 'environment.'), [
      'workspace.refused',
      'workspace.refused',
    ]);
    const invited = belljar.workspaces.use('skill', collaborator).packages;
    assert.equal((await invited.install(['dep'])).isChanged, true);
  });

  it('has the slower of two begin again on what the faster one made', async (context) => {
    const { belljar, offer, openAnother } = await openPackageHome(context);
    offer('one', ['1.0']);
    offer('two', ['1.0']);
    const other = await openAnother();
    const faster = other.workspaces.use('skill', collaborator).packages;
    const slower = belljar.workspaces.use('skill', owner).packages;
    const reviewed: number[] = [];
    const { declaration } = await slower.install(['one'], {
      review: async ({ packages }) => {
        if (reviewed.push(packages.length) === 1) await faster.install(['two']);
        return true;
      },
    });
    assert.deepEqual(reviewed, [1, 2]);
    assert.deepEqual(declaration?.requirements, ['two', 'one']);
    assert.equal(declaration.number, 2);
  });

  it('tells running sessions that there is another environment, and leaves them theirs', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('dep', ['1.0', '2.0']);
    const workspace = belljar.workspaces.use('skill', owner);
    await workspace.packages.install(['dep<2']);
    await using session = await workspace.openSession();
    await using stranger = await belljar.workspaces.use('other', owner).openSession();
    const { declaration } = await workspace.packages.install(['dep>=2']);
    const told = await firstOf(session.events(), 'environment');
    assert.equal(told?.key, declaration?.environment);
    assert.equal(await importedVersion(session, 'dep'), '1.0');
    await stranger.close();
    assert.ok((await Array.fromAsync(stranger.events())).every(({ type }) => type !== 'environment'));
  });

  it('gives those who may not install the base interpreter, and says so', async (context) => {
    const { belljar, offer, setPolicy } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const member = 'allow: [view, run, plan, install]';
    await setPolicy(`\nroles:\n  owner: {${member}}\n  collaborator: {${member}}\n  viewer: {allow: [view, run]}\n`);
    const { declaration } = await belljar.workspaces.use('skill', owner).packages.install(['dep']);
    await using session = await belljar.workspaces.use('skill', viewer).openSession();
    const told = await firstOf(session.events(), 'environment');
    assert.equal(told?.key, null);
    assert.match(told.text, /dep/);
    assert.equal(await importedVersion(session, 'dep'), null);
    await session.close();
    await using invited = await belljar.workspaces.use('skill', collaborator).openSession();
    assert.equal(await importedVersion(invited, 'dep'), '1.0');
    assert.notEqual(declaration?.environment, null);
  });

  it('tells running sessions what another process made of their workspace', async (context) => {
    const { belljar, offer, openAnother } = await openPackageHome(context);
    offer('dep', ['1.0', '2.0']);
    const workspace = belljar.workspaces.use('skill', owner);
    await workspace.packages.install(['dep<2']);
    await using session = await workspace.openSession();
    const other = (await openAnother()).workspaces.use('skill', owner);
    const { declaration } = await other.packages.install(['dep>=2']);
    const told = await firstOf(session.events(), 'environment');
    assert.equal(told?.key, declaration?.environment);
    assert.equal(await importedVersion(session, 'dep'), '1.0');
  });

  it('lists what there is, with what its files take, and removes the files only where that is said', async (context) => {
    const { belljar, offer, actions } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const workspace = belljar.workspaces.use('skill', owner);
    await workspace.packages.install(['dep']);
    const drafts = belljar.workspaces.use('drafts', owner);
    const session = await drafts.openSession();
    await assert.rejects(drafts.remove({ files: true }), { code: 'WORKSPACE_UNUSABLE' });
    await session.close();
    const all = await belljar.workspaces.summarize();
    assert.deepEqual(
      all.map(({ name, declaration, filesBytes }) => [name, declaration?.requirements, typeof filesBytes]),
      [
        ['skill', ['dep'], 'object'],
        ['drafts', undefined, 'number'],
      ],
    );
    assert.deepEqual(await drafts.remove(), { isRemoved: false, hadFiles: false });
    assert.ok(((await drafts.filesBytes()) ?? 0) > 0, 'they stay');
    await assert.rejects(belljar.workspaces.use('drafts', viewer).remove({ files: true }), { code: 'POLICY_DENIED' });
    assert.deepEqual(await drafts.remove({ files: true }), { isRemoved: false, hadFiles: true });
    assert.equal(await drafts.filesBytes(), null);
    assert.deepEqual(await actions('workspace.files'), ['workspace.files.removed']);
    assert.deepEqual(
      (await belljar.workspaces.summarize()).map(({ name }) => name),
      ['skill'],
    );
  });

  it('refuses a name that no workspace can have, wherever one is named', async (context) => {
    const { belljar } = await openPackageHome(context);
    for (const name of ['', '../x', 'a\u001b[2J', 'x'.repeat(101)]) {
      assert.throws(() => belljar.workspaces.use(name, owner), { code: 'USAGE' });
      await assert.rejects(belljar.packages.plan({ requirements: ['dep'], ...owner, workspace: name }), {
        code: 'USAGE',
      });
      await assert.rejects(belljar.sessions.open({ ...owner, workspace: name }), { code: 'USAGE' });
    }
  });

  it('forgets what a workspace declared', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const workspace = belljar.workspaces.use('skill', owner);
    await workspace.packages.install(['dep']);
    assert.deepEqual(
      (await belljar.workspaces.list()).map(({ name }) => name),
      ['skill'],
    );
    await assert.rejects(belljar.workspaces.use('skill', viewer).remove(), { code: 'POLICY_DENIED' });
    assert.deepEqual(await workspace.remove(), { isRemoved: true, hadFiles: false });
    assert.deepEqual(await belljar.workspaces.list(), []);
  });
});

async function firstOf<T extends { readonly type: string }, K extends T['type']>(
  events: AsyncIterable<T>,
  type: K,
): Promise<Extract<T, { type: K }> | undefined> {
  for await (const event of events) if (event.type === type) return event as Extract<T, { type: K }>;
  return undefined;
}
