import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { lockedPackage } from '../../../test/packages/locked-package.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { openDatabase, sql } from '../../storage/index.ts';
import { type Lock, sealLock } from '../resolve/index.ts';
import { type KeptPlan, PlanStore } from './plan-store.ts';

const plan: KeptPlan = {
  ...{ id: '1', time: '2026-03-01T00:00:00.000Z', workspace: null, lock: 'abc', verdict: 'ask' },
  ...{ actor: { id: 'ada', kind: 'user' }, role: 'owner', policyHash: 'p' },
  requirements: [{ name: 'dep', specifier: '>=1' }],
  facts: {
    packages: [{ name: 'dep', version: '1.0', requested: true, dependants: [], advisories: [], inspection: 'pending' }],
    advisoryData: { asOf: '2026-02-28T00:00:00Z' },
  },
};

test('PlanStore gives plans back with their facts, from a moment on, and forgets those of long ago', async (context) => {
  const database = await openDatabase({ path: join(await temporaryFolder(context), 'test.sqlite') });
  context.after(() => database.close());
  const store = new PlanStore(database);
  const ids = async (since: string): Promise<string[]> =>
    (await Array.fromAsync(store.since(new Date(since)))).map(({ id }) => id);
  await store.keep(plan);
  await store.keep({ ...plan, id: '2', time: '2026-03-05T00:00:00.000Z', workspace: 'notebook' });
  assert.deepEqual(await Array.fromAsync(store.since(new Date('2026-02-01'))).then(([first]) => first), plan);
  assert.deepEqual(await ids('2026-01-01'), ['1', '2']);
  assert.deepEqual(await ids('2026-03-02'), ['2']);
  await store.keep({ ...plan, id: '3', time: '2026-06-02T00:00:00.000Z' });
  assert.deepEqual(await ids('2026-01-01'), ['2', '3']);
});

test('PlanStore finds each lock by its digest for as long as a plan of it is kept, or an answer to it', async (context) => {
  const database = await openDatabase({ path: join(await temporaryFolder(context), 'test.sqlite') });
  context.after(() => database.close());
  const store = new PlanStore(database);
  const [one, two, three] = ['1.0', '2.0', '3.0'].map((version) =>
    sealLock({ target: 'python 3.12', packages: [lockedPackage('dep', { version })] }),
  ) as [Lock, Lock, Lock];
  await store.keep({ ...plan, lock: one.digest }, one);
  await store.keep({ ...plan, id: '2', lock: two.digest }, two);
  assert.deepEqual(await store.findLock(one.digest), one);
  assert.deepEqual(await store.findLock(two.digest), two);
  assert.equal(await store.findLock(three.digest), undefined);
  await database.write(
    sql`insert into approvals (id, lock, state, asked, expires, body) values ('a', ${two.digest}, 'approved', '', '', '{}')`,
  );
  await store.keep({ ...plan, id: '3', time: '2026-08-02T00:00:00.000Z', lock: three.digest }, three);
  assert.equal(await store.findLock(one.digest), undefined);
  assert.deepEqual(await store.findLock(two.digest), two);
  assert.deepEqual([await store.newestOf(one.digest), (await store.newestOf(two.digest))?.id], [undefined, '2']);
  await database.write(sql`update planned_locks set digest = ${one.digest} where digest = ${two.digest}`);
  assert.equal(await store.findLock(one.digest), undefined, 'what lies there is another');
});

test('PlanStore keeps the newest plan of a lock that an environment is built from', async (context) => {
  const database = await openDatabase({ path: join(await temporaryFolder(context), 'test.sqlite') });
  context.after(() => database.close());
  const store = new PlanStore(database);
  await database.write(
    sql`insert into environments
      (key, lock, build, python, platform, installer, namespace, state, tree_digest, files, bytes, made, used, pinned)
      values ('k', 'used', '', '', '', '', '', 'whole', '', 0, 0, '', '', 0)`,
  );
  await store.keep({ ...plan, lock: 'used' });
  await store.keep({ ...plan, id: '2', time: '2026-03-02T00:00:00.000Z', lock: 'used' });
  await store.keep({ ...plan, id: '3', time: '2026-03-02T00:00:00.000Z', lock: 'unused' });
  await store.keep({ ...plan, id: '4', time: '2026-09-01T00:00:00.000Z', lock: 'new' });
  assert.deepEqual(
    (await Array.fromAsync(store.ofEachLock())).map(({ id }) => id),
    ['4', '2'],
  );
});

test('PlanStore gives the newest plan of each lock that was not denied, and the workspaces of a lock', async (context) => {
  const database = await openDatabase({ path: join(await temporaryFolder(context), 'test.sqlite') });
  context.after(() => database.close());
  const store = new PlanStore(database);
  await store.keep({ ...plan, lock: 'a', workspace: 'one' });
  await store.keep({ ...plan, id: '2', time: '2026-03-02T00:00:00.000Z', lock: 'a', workspace: 'two' });
  await store.keep({ ...plan, id: '3', time: '2026-03-03T00:00:00.000Z', lock: 'a', verdict: 'deny' });
  await store.keep({ ...plan, id: '4', time: '2026-03-04T00:00:00.000Z', lock: 'b', verdict: 'deny' });
  await store.keep({ ...plan, id: '5', time: '2026-03-05T00:00:00.000Z', lock: '' });
  await store.keep({ ...plan, id: '6', time: '2026-03-06T00:00:00.000Z', lock: 'c' });
  assert.deepEqual(
    (await Array.fromAsync(store.ofEachLock())).map(({ id }) => id),
    ['6', '2'],
  );
  assert.deepEqual(await store.workspacesOf('a'), ['one', 'two']);
});

test('PlanStore keeps what a workspace can go back to', async (context) => {
  const database = await openDatabase({ path: join(await temporaryFolder(context), 'test.sqlite') });
  context.after(() => database.close());
  const store = new PlanStore(database);
  const [kept, other] = ['1.0', '2.0'].map((version) =>
    sealLock({ target: 'python 3.12', packages: [lockedPackage('dep', { version })] }),
  ) as [Lock, Lock];
  await store.keep({ ...plan, lock: kept.digest }, kept);
  await store.keep({ ...plan, id: '2', lock: other.digest }, other);
  await database.write(
    sql`insert into workspace_history
      (workspace, number, time, kind, actor, python, requirements, wish, lock, environment)
      values ('skill', 1, '', 'install', '', '', '', '', ${kept.digest}, null),
        ('skill', 2, '', 'uninstall', '', '', '', '', null, null)`,
  );
  await store.keep({ ...plan, id: '3', time: '2026-08-02T00:00:00.000Z' });
  assert.deepEqual(await store.findLock(kept.digest), kept);
  assert.equal((await store.newestOf(kept.digest))?.id, '1');
  assert.equal(await store.findLock(other.digest), undefined);
});
