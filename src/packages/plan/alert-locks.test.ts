import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { affectedBy, osvRecord, writeDump } from '../../../test/advisories/dumps.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { parsePolicy } from '../../policy/index.ts';
import { openHomeRecord } from '../../record/index.ts';
import { openAdvisories } from '../advisories/index.ts';
import { alertLocks } from './alert-locks.ts';
import { describeAlert } from './alert-store.ts';
import { type KeptPlan, PlanStore } from './plan-store.ts';

const now = new Date('2026-06-15T00:00:00Z');

/** A record on a package, of a severity that the policy denies, asks about, or lets in. */
function advisory(id: string, name: string, severity = 'CRITICAL') {
  return osvRecord(id, {
    modified: '2026-06-14T00:00:00Z',
    affected: [affectedBy(name, '2.0')],
    database_specific: { severity },
  });
}

function planOf(id: string, name: string, more: Partial<KeptPlan> = {}): KeptPlan {
  const file = {
    ...{ name: `${name}-1.0-py3-none-any.whl`, sha256: 'ab'.repeat(32), sizeBytes: 1, isWheel: true, yanked: false },
    uploadTime: '2024-01-01T00:00:00Z',
  };
  const known = { licence: { expression: 'MIT' }, index: 'default', status: 'active', inspection: 'pending' } as const;
  return {
    ...{ id, time: `2026-06-0${id}T00:00:00.000Z`, workspace: 'notebook', lock: `lock of ${name}`, verdict: 'allow' },
    ...{ actor: { id: 'ada', kind: 'user' }, role: 'owner', policyHash: 'p' },
    requirements: [{ name, specifier: '' }],
    facts: {
      packages: [
        { name, version: '1.0', requested: true, dependants: [], advisories: [], files: [file], ...known },
        {
          name: 'other',
          version: '1.0',
          requested: false,
          dependants: [name],
          advisories: [],
          files: [file],
          ...known,
        },
      ],
      advisoryData: { asOf: '2026-06-13T00:00:00Z' },
    },
    ...more,
  };
}

async function open(context: TestContext) {
  const home = await openHomeRecord(join(await temporaryFolder(context), 'home'));
  context.after(() => home[Symbol.asyncDispose]());
  const { database, record } = home;
  const advisories = await openAdvisories(database, { record });
  const reading = parsePolicy('version: 1\npackages: {advisories: {low: allow}}\n', 'test.yaml');
  if (!reading.ok) assert.fail(JSON.stringify(reading));
  const policy = { policy: reading.policy, hash: 'ab'.repeat(32) };
  return {
    plans: new PlanStore(database),
    advisories,
    record,
    take: async (...records: ReturnType<typeof advisory>[]) =>
      advisories.import(await writeDump(context, records), { force: true }),
    alert: (signal?: AbortSignal) =>
      alertLocks({ database, record, advisories, currentPolicy: () => policy, now, ...(signal && { signal }) }),
    alerts: async () => (await record.tail({ limit: 20, action: 'advisories.alert' })).map(({ details }) => details),
  };
}

describe('alertLocks()', () => {
  it('puts on the record what became known against a lock, with the ids, and says it once', async (context) => {
    const { plans, take, alert, record } = await open(context);
    await plans.keep(planOf('1', 'dep'));
    assert.deepEqual(await alert(), [], 'nothing was imported yet');
    await take(advisory('PYSEC-1', 'dep'), advisory('PYSEC-2', 'nobody'));
    const [told, ...others] = await alert();
    assert.deepEqual(others, []);
    const packages = [{ name: 'dep', version: '1.0', verdict: 'deny', advisories: ['PYSEC-1'] }];
    assert.deepEqual(told, {
      ...{ lock: 'lock of dep', plan: '1', workspaces: ['notebook'], before: 'allow', after: 'deny' },
      packages,
    });
    assert.match(describeAlert(told), /dep 1\.0 \(deny: PYSEC-1\); lock lock of dep is deny now/);
    const [entry] = await record.tail({ limit: 1 });
    assert.deepEqual([entry?.action, entry?.workspace, entry?.verdict], ['advisories.alert', 'notebook', 'deny']);
    assert.deepEqual([entry?.subject, entry?.details['packages']], ['dep 1.0', packages]);
    assert.deepEqual(await alert(), []);
    await take(advisory('PYSEC-1', 'dep'), advisory('PYSEC-3', 'nobody'));
    assert.deepEqual(await alert(), [], 'it was told before');
    await take(advisory('PYSEC-1', 'dep'), advisory('PYSEC-4', 'dep'));
    assert.deepEqual((await alert())[0]?.packages[0]?.advisories, ['PYSEC-4']);
  });

  it('says nothing of what the policy lets in all the same, of what was denied anyhow, and of what got better', async (context) => {
    const { plans, take, alert } = await open(context);
    await plans.keep(planOf('1', 'dep'));
    await plans.keep(planOf('2', 'denied', { verdict: 'deny' }));
    const known = planOf('3', 'better');
    const [first, ...rest] = known.facts.packages;
    assert.ok(first !== undefined);
    const advisories = [{ id: 'PYSEC-9', aliases: [], severity: 'critical' as const, withdrawn: false }];
    await plans.keep({ ...known, facts: { ...known.facts, packages: [{ ...first, advisories }, ...rest] } });
    await take(advisory('PYSEC-1', 'dep', 'LOW'), advisory('PYSEC-2', 'denied'), advisory('PYSEC-9', 'better', 'LOW'));
    assert.deepEqual(await alert(), []);
    await take(advisory('PYSEC-1', 'dep', 'HIGH'), advisory('PYSEC-2', 'denied'));
    assert.deepEqual(
      (await alert()).map(({ lock }) => lock),
      ['lock of dep'],
      'rated otherwise',
    );
  });

  it('tells of a known advisory that has become known as malware, by that name', async (context) => {
    const { plans, take, alert } = await open(context);
    const known = planOf('1', 'dep');
    const [first, ...rest] = known.facts.packages;
    assert.ok(first !== undefined);
    const advisories = [{ id: 'PYSEC-1', aliases: ['CVE-1'], severity: 'low' as const, withdrawn: false }];
    await plans.keep({ ...known, facts: { ...known.facts, packages: [{ ...first, advisories }, ...rest] } });
    await take({ ...advisory('PYSEC-1', 'dep', 'LOW'), aliases: ['CVE-1', 'CVE-2'] });
    assert.deepEqual(await alert(), [], 'one more name says nothing');
    await take({ ...advisory('PYSEC-1', 'dep', 'LOW'), aliases: ['CVE-1', 'MAL-2024-1'] });
    const [told] = await alert();
    assert.deepEqual([told?.before, told?.after], ['allow', 'deny']);
    assert.deepEqual(told?.packages[0]?.advisories, ['MAL-2024-1']);
  });

  it('judges each lock by its newest plan, and names all workspaces that it was planned for', async (context) => {
    const { plans, take, alert, alerts } = await open(context);
    await plans.keep(planOf('1', 'dep'));
    await plans.keep(planOf('2', 'dep', { workspace: 'report' }));
    await take(advisory('PYSEC-1', 'dep'));
    const [told] = await alert();
    assert.deepEqual([told?.plan, told?.workspaces], ['2', ['notebook', 'report']]);
    assert.deepEqual(
      (await alerts()).map(({ plan, workspaces }) => [plan, workspaces]),
      [['2', ['notebook', 'report']]],
    );
  });

  it('does later what was given up, and each alert once although two processes look', async (context) => {
    const { plans, take, alert, alerts } = await open(context);
    for (const id of ['1', '2', '3']) await plans.keep(planOf(id, `dep${id}`));
    await take(...['1', '2', '3'].map((id) => advisory(`PYSEC-${id}`, `dep${id}`)));
    await assert.rejects(alert(AbortSignal.abort()), { code: 'CANCELLED' });
    assert.deepEqual(await alerts(), []);
    const told = (await Promise.all([alert(), alert()])).flat();
    assert.deepEqual(told.map(({ plan }) => plan).sort(), ['1', '2', '3']);
    assert.equal((await alerts()).length, 3);
  });
});
