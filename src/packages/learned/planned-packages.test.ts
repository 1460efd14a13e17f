import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { goodPackage } from '../../../test/policy/good-facts.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { type Database, openDatabase, sql } from '../../storage/index.ts';
import { PlanStore } from '../plan/index.ts';
import { PlannedPackages } from './planned-packages.ts';

async function open(
  context: TestContext,
): Promise<{ database: Database; plan: (id: string, time: string) => Promise<void> }> {
  const database = await openDatabase({ path: join(await temporaryFolder(context), 'test.sqlite') });
  context.after(() => database.close());
  const store = new PlanStore(database);
  const plan = (id: string, time: string): Promise<void> =>
    store.keep({
      ...{ id, time, workspace: null, lock: '', verdict: 'allow', actor: { id: 'ada', kind: 'user' }, role: 'owner' },
      ...{ requirements: [], policyHash: '' },
      facts: { packages: [goodPackage({ name: 'dep', version: id })], advisoryData: { asOf: time } },
    });
  return { database, plan };
}

describe('PlannedPackages', () => {
  it('finds what the last plan with a package knew of it', async (context) => {
    const { database, plan } = await open(context);
    const planned = new PlannedPackages(database);
    for (const [id, time] of [
      ['1.0', '2026-06-01T00:00:00.000Z'],
      ['2.0', '2026-06-02T00:00:00.000Z'],
    ] as const) {
      await plan(id, time);
      await planned.keep(id, ['dep', 'other']);
    }
    const found = await new PlannedPackages(database).find('dep');
    assert.equal(found?.facts.version, '2.0');
    assert.deepEqual([found.time, found.advisoryData?.asOf], ['2026-06-02T00:00:00.000Z', '2026-06-02T00:00:00.000Z']);
    assert.equal(await planned.find('never'), undefined);
    assert.equal(await planned.find('other'), undefined, 'a plan that says nothing of it');
  });

  it('finds nothing where the plan is gone, or has another form', async (context) => {
    const { database, plan } = await open(context);
    const planned = new PlannedPackages(database);
    await plan('1.0', '2026-06-01T00:00:00.000Z');
    await planned.keep('1.0', ['dep']);
    assert.notEqual(await planned.find('dep'), undefined);
    await database.write(sql`update plans set body = '{"facts":{}}'`);
    assert.equal(await planned.find('dep'), undefined);
    await database.write(sql`delete from plans`);
    assert.equal(await planned.find('dep'), undefined);
  });

  it('keeps any number of names at once', async (context) => {
    const { database, plan } = await open(context);
    const planned = new PlannedPackages(database);
    await plan('1.0', '2026-06-01T00:00:00.000Z');
    await planned.keep('1.0', [...Array.from({ length: 1500 }, (_, index) => `name-${index}`), 'dep']);
    assert.equal((await planned.find('dep'))?.facts.version, '1.0');
    await planned.keep('1.0', []);
  });
});
