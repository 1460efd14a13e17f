import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type Belljar, BelljarError, type Session, type Workspace } from '../../src/belljar.ts';
import { uvWheel } from '../packages/uv.ts';
import { numpyVersions, numpyWheels, readNumpyWheels } from '../support/numpy-wheels.ts';
import { openPackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const owner = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;
const operator = { actor: { id: 'op', kind: 'user' }, role: 'operator' } as const;

/** The same in both; how a number is shown is what they differ in. */
const code = 'import numpy\n[numpy.__version__, repr(numpy.arange(4).sum()), float(numpy.linalg.norm([3, 4]))]';

describe('two workspaces', needs(root, bubblewrap, python, uvWheel, numpyWheels), () => {
  it('have a numpy 1 and a numpy 2 at once, and compute with them side by side', async (context) => {
    const { belljar, index } = await openPackageHome(context);
    const uploadTime = '2020-01-01T00:00:00Z';
    index.setProject({ name: 'numpy', files: readNumpyWheels().map((file) => ({ file, uploadTime })) });
    const workspaces = ['old-skill', 'new-skill'].map((name) => belljar.workspaces.use(name, owner));
    const wishes = ['numpy<2', 'numpy>=2'];
    await Promise.all(workspaces.map((workspace, number) => install(belljar, workspace, wishes[number] ?? '')));
    await using opened = new AsyncDisposableStack();
    const sessions: Session[] = [];
    for (const workspace of workspaces) sessions.push(opened.use(await workspace.openSession()));
    const told = await Promise.all(sessions.map((session) => session.call(code)));
    assert.deepEqual(told, [
      [numpyVersions[0], '6', 5],
      [numpyVersions[1], 'np.int64(6)', 5],
    ]);
  });
});

/** An approver agrees where the policy asks, as it does of bytecode that a wheel was found to bring. */
async function install(belljar: Belljar, { name, packages }: Workspace, wish: string): Promise<void> {
  const isDone = await packages.install([wish]).then(
    () => true,
    (error: unknown) => {
      assert.ok(error instanceof BelljarError);
      assert.equal(error.code, 'APPROVAL_NEEDED', error.message);
      return false;
    },
  );
  if (isDone) return;
  const plan = await packages.plan([wish]);
  const { approvals } = belljar.packages;
  const { id } = await approvals.ask({ plan, ...owner, workspace: name, because: 'a test' });
  await approvals.answer({ id, answer: 'approved', ...operator, reason: 'fine' });
  await packages.install([wish]);
}
