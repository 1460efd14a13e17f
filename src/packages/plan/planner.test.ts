import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { mit, now, openPlanHouse, summarize } from '../../../test/packages/plan-house.ts';
import { uvWheel } from '../../../test/packages/uv.ts';
import { policyOf } from '../../../test/policy/good-facts.ts';
import { bubblewrap, needs, python, root } from '../../../test/support/prerequisite.ts';
import { BelljarError } from '../../errors.ts';
import { KnownModules, PlannedPackages } from '../learned/index.ts';
import { PlanStore } from './plan-store.ts';

describe('Planner', needs(root, bubblewrap, python, uvWheel), () => {
  it('judges every package of the whole tree, and names the path to it', async (context) => {
    const { upstream, plan, setPolicy } = await openPlanHouse(context);
    upstream.addWheel({ name: 'app', requires: ['middle'], headers: mit });
    upstream.addWheel({ name: 'middle', requires: ['dep'], headers: mit });
    upstream.addWheel({ name: 'dep', headers: ['License-Expression: GPL-3.0-only'] });
    const allowed = await plan(['app']);
    assert.equal(allowed.verdict, 'allow');
    setPolicy('{licences: {deny: [GPL-*]}}');
    const denied = await plan(['app']);
    assert.deepEqual(summarize(denied), ['app 1.0', 'dep 1.0 deny', 'middle 1.0']);
    assert.equal(denied.verdict, 'deny');
    const dep = denied.packages.find(({ name }) => name === 'dep');
    assert.deepEqual(dep?.path, ['app', 'middle', 'dep']);
    assert.deepEqual(dep.requiredBy, ['middle']);
    assert.equal(dep.licence?.expression, 'GPL-3.0-only');
    assert.equal(dep.nearest, null);
    assert.match(dep.reasons.find(({ verdict }) => verdict === 'deny')?.rule ?? '', /^packages\.licences\.deny/);
  });

  it('plans and judges what the target needs of a wish, and keeps the wish whole', async (context) => {
    const { upstream, plan, setPolicy, database, entries } = await openPlanHouse(context);
    upstream.addWheel({ name: 'dep', headers: mit });
    upstream.addWheel({ name: 'elsewhere', headers: mit });
    setPolicy('{deny: [elsewhere]}');
    const found = await plan(['dep', 'elsewhere; sys_platform == "win32"']);
    assert.deepEqual([found.verdict, summarize(found)], ['allow', ['dep 1.0']]);
    assert.notEqual(found.wish, (await plan(['dep'])).wish);
    const kept = await new PlanStore(database).newestOf(found.lock?.digest ?? '');
    assert.deepEqual(kept?.requirements, [{ name: 'dep', specifier: '' }]);
    assert.deepEqual((await entries()).at(-2)?.subject, 'dep elsewhere');
    const here = await plan(['dep', 'elsewhere; sys_platform == "linux"']);
    assert.deepEqual(
      here.obstacle?.denials.map(({ name }) => name),
      ['elsewhere'],
    );
  });

  it('allows a wish of which the target needs nothing', async (context) => {
    const { upstream, plan } = await openPlanHouse(context);
    upstream.addWheel({ name: 'dep', headers: mit });
    const found = await plan(['dep; sys_platform == "win32"']);
    assert.deepEqual([found.verdict, found.packages], ['allow', []]);
  });

  it('takes the newest version that is allowed at once, and says what was held back and why', async (context) => {
    const { upstream, plan, setPolicy } = await openPlanHouse(context);
    for (const version of ['1.0', '1.9', '2.0', '2.1']) upstream.addWheel({ name: 'dep', version, headers: mit });
    setPolicy('{deny: [{package: dep>=2, because: reads our exports wrongly}]}');
    const found = await plan(['dep']);
    assert.deepEqual(summarize(found), ['dep 1.9']);
    assert.equal(found.verdict, 'allow');
    const [dep] = found.packages;
    assert.deepEqual(
      dep?.heldBack.map(({ version, verdict }) => [version, verdict]),
      [
        ['2.1', 'deny'],
        ['2.0', 'deny'],
      ],
    );
    assert.equal(dep.heldBack[0]?.reasons[0]?.rule, 'packages.deny[0]');
    assert.match(dep.heldBack[0].reasons[0].message, /reads our exports wrongly/);
  });

  it('waits with a release that is too new, and asks where nothing else will do', async (context) => {
    const { upstream, plan } = await openPlanHouse(context);
    upstream.addWheel({ name: 'dep', version: '1.0', headers: mit });
    upstream.addWheel({ name: 'dep', version: '2.0', headers: mit }, { uploadTime: '2026-06-14T00:00:00Z' });
    assert.deepEqual(summarize(await plan(['dep'])), ['dep 1.0']);
    const asked = await plan(['dep>=2']);
    assert.deepEqual(summarize(asked), ['dep 2.0 ask']);
    assert.equal(asked.packages[0]?.nearest, '1.0');
  });

  it('explains which denial leaves no solution', async (context) => {
    const { upstream, plan, setPolicy } = await openPlanHouse(context);
    upstream.addWheel({ name: 'app', requires: ['dep>=2'], headers: mit });
    upstream.addWheel({ name: 'dep', version: '2.0', headers: mit });
    upstream.addWheel({ name: 'dep', version: '1.0', headers: mit });
    setPolicy('{deny: [dep>=2]}');
    const found = await plan(['app']);
    assert.equal(found.verdict, 'deny');
    assert.equal(found.lock, undefined);
    const [denial] = found.obstacle?.denials ?? [];
    assert.deepEqual([denial?.name, denial?.version, denial?.path], ['dep', '2.0', ['app', 'dep']]);
    assert.equal(denial?.reasons.find(({ verdict }) => verdict === 'deny')?.rule, 'packages.deny[0]');
    assert.equal(found.obstacle?.message, 'the policy denies what it would need: dep 2.0 (packages.deny[0])');
    setPolicy('{}');
    assert.equal((await plan(['app'])).verdict, 'allow');
  });

  it('says which names are none, and which versions never were', async (context) => {
    const { upstream, plan } = await openPlanHouse(context);
    upstream.addWheel({ name: 'dep', headers: mit });
    const unknown = await plan(['no-such-thing', 'dep']);
    assert.deepEqual(
      unknown.obstacle?.absent.map(({ name }) => name),
      ['no-such-thing'],
    );
    assert.equal(unknown.verdict, 'deny');
    const tooNew = await plan(['dep>=9']);
    assert.deepEqual(
      [tooNew.obstacle?.kind, tooNew.obstacle?.message],
      ['no-version', 'there is no dep>=9: the newest there is is 1.0'],
    );
    assert.match(tooNew.obstacle?.resolver ?? '', /dep/);
    assert.deepEqual(tooNew.obstacle?.denials, []);
  });

  it('is not led astray by a name that only a version lacks which need not be taken', async (context) => {
    const { upstream, plan, setPolicy } = await openPlanHouse(context);
    upstream.addWheel({ name: 'dep', version: '1.0', headers: mit, requires: ['no-such-thing'] });
    upstream.addWheel({ name: 'dep', version: '2.0', headers: mit }, { uploadTime: '2026-06-14T00:00:00Z' });
    assert.deepEqual(summarize(await plan(['dep'])), ['dep 2.0 ask']);
    setPolicy('{deny: [dep>=2]}');
    const { obstacle } = await plan(['dep'], { upgrade: true });
    assert.deepEqual([obstacle?.kind, obstacle?.absent], ['policy', []]);
    assert.equal(obstacle?.message, 'the policy denies what it would need: dep 2.0 (packages.deny[0])');
    const old = await plan(['dep<2']);
    assert.deepEqual(
      [old.obstacle?.kind, old.obstacle?.absent.map(({ name }) => name)],
      ['absent', ['no-such-thing']],
      'where nothing else can be taken, that is what it lacks',
    );
  });

  it('names a version that would pass only where the index can be asked, and judges all the same', async (context) => {
    const { upstream, plan, setPolicy } = await openPlanHouse(context);
    for (const version of ['1.0', '2.0']) upstream.addWheel({ name: 'dep', version, headers: mit });
    assert.deepEqual(summarize(await plan(['dep'])), ['dep 2.0']);
    setPolicy('{deny: [dep==2.0]}');
    const fetchMetadata = upstream.fetchMetadata.bind(upstream);
    upstream.fetchMetadata = () => Promise.reject(new BelljarError('INDEX_UNAVAILABLE', 'down'));
    const [denied] = (await plan(['dep'])).packages;
    assert.deepEqual([denied?.verdict, denied?.nearest], ['deny', undefined]);
    upstream.fetchMetadata = () => Promise.reject(new Error('broken'));
    await assert.rejects(plan(['dep']), /broken/);
    upstream.fetchMetadata = fetchMetadata;
    assert.equal((await plan(['dep'])).packages[0]?.nearest, '1.0');
  });

  it('leaves a size unknown that cannot be told now, and lets the policy say what comes of it', async (context) => {
    const { upstream, plan, setPolicy } = await openPlanHouse(context);
    upstream.addWheel({ name: 'dep', headers: mit }, { sizeBytes: undefined });
    setPolicy('{missing: {size: deny}}');
    const findSize = upstream.findSize.bind(upstream);
    upstream.findSize = () => Promise.reject(new BelljarError('INDEX_UNAVAILABLE', 'down'));
    const [judged] = (await plan(['dep'])).packages;
    assert.deepEqual([judged?.verdict, judged?.sizeBytes], ['deny', undefined]);
    assert.equal(
      judged?.reasons.some(({ rule }) => rule === 'packages.missing.size'),
      true,
    );
    upstream.findSize = findSize;
    assert.equal((await plan(['dep'])).verdict, 'allow');
  });

  it('says what does not go together where no policy stands in the way', async (context) => {
    const { upstream, plan } = await openPlanHouse(context);
    upstream.addWheel({ name: 'app', requires: ['dep>=2'], headers: mit });
    for (const version of ['1.0', '2.0']) upstream.addWheel({ name: 'dep', version, headers: mit });
    const { obstacle } = await plan(['app', 'dep<2']);
    assert.equal(obstacle?.kind, 'conflict');
    assert.match(obstacle.resolver ?? '', /dep/);
    assert.equal((await plan(['app', 'dep<3'])).verdict, 'allow');
  });

  it('asks before a name comes in that is easily taken for a famous one', async (context) => {
    const { upstream, plan, setPolicy } = await openPlanHouse(context);
    upstream.addWheel({ name: 'acme-app', requires: ['reqeusts'], headers: mit });
    upstream.addWheel({ name: 'reqeusts', headers: mit });
    for (const wish of ['reqeusts', 'acme-app']) {
      const found = await plan([wish]);
      assert.equal(found.verdict, 'ask', wish);
      const own = found.packages.find(({ name }) => name === 'reqeusts');
      const reason = own?.reasons.find(({ verdict }) => verdict === 'ask');
      assert.equal(reason?.rule, 'packages.lookalikes');
      assert.match(reason.message, /reqeusts is easily taken for requests: it differs by one letter/);
      assert.equal(own?.nearest, null, 'no other version has another name');
    }
    setPolicy('{allow: [reqeusts]}');
    assert.equal((await plan(['acme-app'])).verdict, 'allow');
    setPolicy('{lookalikes: deny}');
    assert.equal((await plan(['acme-app'])).verdict, 'deny');
  });

  it('keeps the lock of a wish until someone upgrades, and judges it anew each time', async (context) => {
    const { upstream, plan, setPolicy } = await openPlanHouse(context);
    upstream.addWheel({ name: 'dep', version: '1.0', headers: mit });
    const first = await plan(['dep']);
    assert.equal(first.lockedAt, undefined);
    upstream.addWheel({ name: 'dep', version: '2.0', headers: mit });
    const second = await plan(['dep']);
    assert.deepEqual(summarize(second), ['dep 1.0']);
    assert.notEqual(second.lockedAt, undefined);
    setPolicy('{deny: [dep<2]}');
    assert.deepEqual(summarize(await plan(['dep'])), ['dep 1.0 deny']);
    const upgraded = await plan(['dep'], { upgrade: true });
    assert.deepEqual(summarize(upgraded), ['dep 2.0']);
    assert.deepEqual(summarize(await plan(['dep'])), ['dep 2.0']);
  });

  it('tells what changes against an environment that is there', async (context) => {
    const { upstream, plan } = await openPlanHouse(context);
    upstream.addWheel({ name: 'old', headers: mit });
    for (const version of ['1.0', '2.0']) upstream.addWheel({ name: 'dep', version, headers: mit });
    const before = await plan(['old', 'dep<2']);
    const after = await plan(['dep>=2'], { present: before.lock });
    assert.deepEqual(after.changes, [
      { name: 'dep', kind: 'up', from: '1.0', to: '2.0' },
      { name: 'old', kind: 'removed', from: '1.0' },
    ]);
  });

  it('tells advisories, and takes a version that has none', async (context) => {
    const { upstream, plan, advisories } = await openPlanHouse(context);
    for (const version of ['1.0', '2.0']) upstream.addWheel({ name: 'dep', version, headers: mit });
    advisories.set('dep 2.0', [{ id: 'PYSEC-1', aliases: [], severity: 'critical', withdrawn: false }]);
    assert.deepEqual(summarize(await plan(['dep'])), ['dep 1.0']);
    const pinned = await plan(['dep==2.0']);
    assert.deepEqual(pinned.obstacle?.denials[0]?.advisories, [{ id: 'PYSEC-1', severity: 'critical' }]);
  });

  it('takes what an opened wheel showed into account, and refuses one that was refused', async (context) => {
    const { upstream, plan, inspections } = await openPlanHouse(context);
    const { sha256 } = upstream.addWheel({ name: 'dep', headers: mit });
    assert.equal((await plan(['dep'])).packages[0]?.inspection, 'pending');
    const sound = { verdict: 'sound', installedBytes: 5, hasNativeCode: false, metadataSha256: '' } as const;
    inspections.set(sha256, { ...sound, startupFiles: [] });
    assert.deepEqual((await plan(['dep'])).totals.pending, 0);
    inspections.set(sha256, { ...sound, startupFiles: ['evil.pth'] });
    assert.equal((await plan(['dep'])).verdict, 'ask');
    inspections.set(sha256, { ...sound, startupFiles: [], requires: [] });
    assert.equal((await plan(['dep'])).verdict, 'allow');
    inspections.set(sha256, { ...sound, startupFiles: [], requires: ['hidden'] });
    assert.match(
      JSON.stringify((await plan(['dep'])).packages[0]?.reasons),
      /needs other packages than the index says/,
    );
    inspections.set(sha256, { verdict: 'refused', problems: [{ rule: 'record', message: 'RECORD lies' }] });
    const refused = await plan(['dep']);
    assert.equal(refused.verdict, 'deny');
    assert.match(JSON.stringify(refused.packages[0]?.reasons), /RECORD lies/);
  });

  it('takes no wheel that is known to be refused where there is another, and says so', async (context) => {
    const { upstream, plan, inspections } = await openPlanHouse(context);
    upstream.addWheel({ name: 'dep', version: '1.0', headers: mit });
    const { sha256 } = upstream.addWheel({ name: 'dep', version: '2.0', headers: mit });
    assert.deepEqual(summarize(await plan(['dep'])), ['dep 2.0']);
    inspections.set(sha256, { verdict: 'refused', problems: [{ rule: 'wheel.record', message: 'RECORD lies' }] });
    const kept = (await plan(['dep'])).packages[0];
    assert.deepEqual([kept?.version, kept?.verdict, kept?.nearest], ['2.0', 'deny', '1.0'], 'a lock stays');
    const found = await plan(['dep'], { upgrade: true });
    assert.deepEqual(summarize(found), ['dep 1.0']);
    assert.match(found.packages[0]?.heldBack[0]?.reasons[0]?.message ?? '', /RECORD lies/);
    const { obstacle } = await plan(['dep>=2']);
    assert.deepEqual([obstacle?.kind, obstacle?.denials[0]?.nearest], ['policy', '1.0']);
  });

  it('denies whoever may not plan, before anything is asked of an index', async (context) => {
    const { upstream, plan, entries } = await openPlanHouse(context);
    upstream.addWheel({ name: 'dep', headers: mit });
    const asked = upstream.asked.length;
    await assert.rejects(plan(['dep'], { role: 'viewer' }), { code: 'POLICY_DENIED' });
    assert.equal(upstream.asked.length, asked);
    const [entry] = (await entries()).slice(-1);
    assert.deepEqual([entry?.action, entry?.verdict], ['packages.plan.refused', 'deny']);
    assert.equal((await plan(['dep'], { role: 'collaborator' })).verdict, 'allow');
  });

  it('puts each plan on the record, with what names it', async (context) => {
    const { upstream, plan, entries } = await openPlanHouse(context);
    upstream.addWheel({ name: 'dep', headers: mit });
    const { id, lock, policyHash, wish } = await plan(['dep'], { workspace: 'notebook-1' });
    const [entry] = (await entries()).slice(-1);
    assert.deepEqual([entry?.action, entry?.workspace, entry?.policyHash], ['packages.plan', 'notebook-1', policyHash]);
    assert.deepEqual(entry?.details, {
      plan: id,
      wish,
      lock: lock?.digest,
      packages: 1,
      rules: entry?.details['rules'],
    });
  });

  it('keeps what was learned of a package: the modules that it says it brings, and the facts', async (context) => {
    const { upstream, plan, database, imports } = await openPlanHouse(context);
    const headers = [...mit, 'Import-Name: strange_module', 'Import-Namespace: shared'];
    upstream.addWheel({ name: 'dep', headers });
    const { at } = await plan(['dep']);
    assert.deepEqual(await imports.distributionsOf('strange_module'), ['dep']);
    assert.deepEqual(await imports.distributionsOf('shared'), ['dep']);
    const planned = new PlannedPackages(database);
    const modules = new KnownModules({
      imports,
      planned,
      currentPolicy: () => ({ policy: policyOf() }),
      now: () => now,
    });
    const judged = await modules.judge('dep');
    assert.deepEqual([judged.verdict, judged.by, judged.asOf], ['allow', 'facts', at]);
    assert.equal((await modules.judge('never-planned')).by, 'name');
  });

  it('asks for no METADATA of a wheel that it has read before', async (context) => {
    const { upstream, plan } = await openPlanHouse(context);
    upstream.addWheel({ name: 'dep', headers: mit });
    await plan(['dep']);
    const count = (): number => upstream.asked.filter((what) => what.startsWith('metadata dep')).length;
    const before = count();
    await plan(['dep'], { upgrade: true });
    assert.equal(count(), before);
  });
});
