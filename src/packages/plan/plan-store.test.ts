import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { openDatabase } from '../../storage/index.ts';
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
