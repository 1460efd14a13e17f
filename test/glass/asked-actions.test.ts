import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { importedVersion, openPackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const owner = { actor: { id: 'user-1', kind: 'user' }, role: 'owner' } as const;
const collaborator = { actor: { id: 'user-2', kind: 'user' }, role: 'collaborator' } as const;
const operator = { actor: { id: 'op', kind: 'user' }, role: 'operator' } as const;

const others = `\nroles:
  owner: {allow: [view, run, plan, install, manage-workspace]}
  operator: {allow: [approve]}
`;
const asking = `${others}  collaborator: {allow: [run, plan], ask: [install, view, manage-workspace]}\n`;
const allowing = `${others}  collaborator: {allow: [run, plan, install, view, manage-workspace]}\n`;

describe('What the policy wants asked in a workspace', needs(root, bubblewrap, python), () => {
  it('is refused where there is no plan that an approver could agree to, and is done under allow', async (context) => {
    const { belljar, offer, setPolicy } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const skill = belljar.workspaces.use('skill', owner);
    {
      await using session = await skill.openSession();
      await session.files.write('a.txt', 'a');
    }
    await skill.packages.install(['dep']);
    await skill.packages.uninstall(['dep']);
    await skill.packages.install(['dep']);
    const invited = belljar.workspaces.use('skill', collaborator);
    await setPolicy(asking);
    const refused = { code: 'POLICY_DENIED' };
    await assert.rejects(invited.packages.show(), refused);
    await assert.rejects(invited.packages.uninstall(['dep']), refused);
    await assert.rejects(invited.packages.rollback(2), refused);
    await assert.rejects(invited.remove({ files: true }), refused);
    assert.deepEqual((await skill.packages.show())?.requirements, ['dep']);
    assert.equal(await belljar.sessions.hasFiles('skill'), true);
    await setPolicy(allowing);
    assert.deepEqual((await invited.packages.show())?.requirements, ['dep']);
    assert.equal((await invited.packages.rollback(2)).isChanged, true);
    assert.equal((await invited.packages.rollback(1)).isChanged, true);
    assert.equal((await invited.packages.uninstall(['dep'])).isChanged, true);
    assert.deepEqual(await invited.remove({ files: true }), { isRemoved: true, hadFiles: true });
  });

  it('is installed once an approver agreed to the plan', async (context) => {
    const { belljar, offer, setPolicy } = await openPackageHome(context);
    offer('dep', ['1.0']);
    await setPolicy(asking);
    const { packages } = belljar.workspaces.use('skill', collaborator);
    await assert.rejects(packages.install(['dep']), { code: 'APPROVAL_NEEDED' });
    const plan = await belljar.packages.plan({ requirements: ['dep'], ...collaborator });
    const { approvals } = belljar.packages;
    const { id } = await approvals.ask({ plan, ...collaborator, because: 'a test' });
    await approvals.answer({ id, answer: 'approved', ...operator, reason: 'fine' });
    assert.equal((await packages.install(['dep'])).isChanged, true);
  });

  it('keeps nobody from running on the base interpreter, who is told what is missing', async (context) => {
    const { belljar, offer, setPolicy } = await openPackageHome(context);
    offer('dep', ['1.0']);
    await belljar.workspaces.use('skill', owner).packages.install(['dep']);
    const invited = belljar.workspaces.use('skill', collaborator);
    await setPolicy(asking);
    await using session = await invited.openSession();
    const told = await session.events().next();
    assert.ok(!told.done && told.value.type === 'environment');
    assert.match(told.value.text, /without .*dep.*agree/);
    assert.equal(await importedVersion(session, 'dep'), null);
    await setPolicy(allowing);
    await using allowed = await invited.openSession();
    assert.equal(await importedVersion(allowed, 'dep'), '1.0');
  });
});
