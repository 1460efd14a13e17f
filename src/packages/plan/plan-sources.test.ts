import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { mit, summarize } from '../../../test/packages/plan-house.ts';
import { openSourceHouse, type SourceHouse } from '../../../test/packages/source-house.ts';
import { makeOwnSource } from '../../../test/packages/sources.ts';
import { uvWheel } from '../../../test/packages/uv.ts';
import { findInterpreter } from '../../environments/index.ts';
import { bubblewrap, needs, python, root } from '../../../test/support/prerequisite.ts';
import type { Plan } from './plan.ts';
import type { PlanOptions } from './planner-options.ts';

const ask = '{sourceDistributions: ask}';
/** What it needs is nowhere stated, and its code says that it ran. */
const vague = {
  headers: [...mit, 'Dynamic: Requires-Dist'],
  gives: 'write_wheel(folder, "dep", "1.0", needs=["other"])',
};

/** For the Python that builds. */
async function planHere(
  house: SourceHouse,
  wish: readonly string[],
  options: Partial<PlanOptions> = {},
): Promise<Plan> {
  const { version } = await findInterpreter();
  return house.plan(wish, { target: { pythonVersion: version }, ...options });
}

describe('Planner, of packages that have no wheel', needs(root, bubblewrap, python, uvWheel), () => {
  it('takes a source that says what it needs, asks for it, and runs nothing of it', async (context) => {
    const house = await openSourceHouse(context);
    const source = makeOwnSource({ name: 'dep', requires: ['other'], headers: mit, before: 'raise RuntimeError' });
    house.upstream.addFile('dep', source);
    house.upstream.addWheel({ name: 'other', headers: mit });
    house.setPolicy(ask);
    const plan = await house.plan(['dep']);
    assert.deepEqual(summarize(plan), ['dep 1.0 ask', 'other 1.0']);
    const [dep, other] = plan.packages;
    assert.deepEqual([dep?.from, dep?.filename, dep?.sha256], ['source', source.filename, source.sha256]);
    assert.deepEqual(
      dep?.reasons.filter(({ verdict }) => verdict === 'ask').map(({ rule }) => rule),
      ['packages.sourceDistributions'],
    );
    assert.deepEqual([other?.from, other?.requiredBy, other?.path], ['wheel', ['dep'], ['dep', 'other']]);
    const [locked] = plan.lock?.packages ?? [];
    assert.deepEqual([locked?.wheels, locked?.sdist?.sha256], [[], source.sha256]);
    assert.equal(dep.licence?.expression, 'MIT');
  });

  it('says that the policy keeps it away where it does, as it does by default', async (context) => {
    const house = await openSourceHouse(context);
    house.upstream.addFile('dep', makeOwnSource({ name: 'dep', headers: mit }));
    const denied = await house.plan(['dep']);
    assert.deepEqual([denied.verdict, denied.lock], ['deny', undefined]);
    const [denial] = denied.obstacle?.denials ?? [];
    assert.match(JSON.stringify(denial?.reasons), /packages\.sourceDistributions/);
    house.setPolicy(ask);
    assert.equal((await house.plan(['dep'])).verdict, 'ask');
  });

  it('prefers an older version that has a wheel', async (context) => {
    const house = await openSourceHouse(context);
    house.upstream.addWheel({ name: 'dep', version: '1.0', headers: mit });
    house.upstream.addFile('dep', makeOwnSource({ name: 'dep', version: '2.0', headers: mit }));
    house.setPolicy(ask);
    assert.deepEqual(summarize(await house.plan(['dep'])), ['dep 1.0']);
    assert.deepEqual(summarize(await house.plan(['dep>=2'])), ['dep 2.0 ask']);
    assert.deepEqual((await house.plan(['dep>=2'], { wheelsOnly: true })).lock, undefined);
  });

  it('runs nothing to find out what a source needs, unless the caller lets it be built', async (context) => {
    const house = await openSourceHouse(context);
    house.upstream.addFile('dep', makeOwnSource({ name: 'dep', ...vague }));
    house.upstream.addWheel({ name: 'other', headers: mit });
    house.setPolicy(ask);
    const unread = await planHere(house, ['dep']);
    assert.deepEqual([unread.verdict, unread.lock], ['deny', undefined]);
    assert.match(
      unread.obstacle?.message ?? '',
      /dep-1\.0\.tar\.gz: what it needs is known only once its own code has run/,
    );
    assert.deepEqual(
      unread.obstacle?.unread.map(({ name }) => name),
      ['dep'],
    );
    const built = await planHere(house, ['dep'], { mayBuild: true });
    assert.deepEqual(summarize(built), ['dep 1.0 ask', 'other 1.0']);
  });

  it('builds nothing that the policy denies, whatever the caller lets it', async (context) => {
    const house = await openSourceHouse(context);
    house.upstream.addFile('dep', makeOwnSource({ name: 'dep', ...vague, before: 'raise RuntimeError("it ran")' }));
    const denied = await planHere(house, ['dep'], { mayBuild: true });
    assert.match(denied.obstacle?.message ?? '', /the policy keeps it away, and what it needs is known only once/);
    house.setPolicy(ask);
    const tried = await planHere(house, ['dep'], { mayBuild: true });
    assert.match(tried.obstacle?.message ?? '', /dep 1\.0 cannot be built: its backend failed/);
  });

  it('builds nothing to plan for another machine or Python than it has', async (context) => {
    const house = await openSourceHouse(context);
    house.upstream.addFile('dep', makeOwnSource({ name: 'dep', ...vague }));
    house.upstream.addWheel({ name: 'other', headers: mit });
    house.setPolicy(ask);
    const target = { pythonVersion: '3.13', platform: 'aarch64-apple-darwin' };
    assert.match(
      (await house.plan(['dep'], { mayBuild: true, target })).obstacle?.message ?? '',
      /cannot be planned with/,
    );
    assert.equal((await planHere(house, ['dep'], { mayBuild: true })).verdict, 'ask');
  });

  it('refuses a source that lies about whose it is', async (context) => {
    const house = await openSourceHouse(context);
    house.upstream.addFile(
      'dep',
      makeOwnSource({ name: 'dep', metadata: 'Metadata-Version: 2.4\nName: numpy\nVersion: 1.0\n' }),
    );
    house.setPolicy(ask);
    assert.equal((await house.plan(['dep'])).lock, undefined);
    house.upstream.addFile('honest', makeOwnSource({ name: 'honest', headers: mit }));
    assert.equal((await house.plan(['honest'])).verdict, 'ask');
  });

  it('keeps apart what was planned with sources and what with wheels alone', async (context) => {
    const house = await openSourceHouse(context);
    house.upstream.addFile('dep', makeOwnSource({ name: 'dep', headers: mit }));
    house.setPolicy(ask);
    assert.equal((await house.plan(['dep'])).verdict, 'ask');
    assert.equal((await house.plan(['dep'], { wheelsOnly: true })).lock, undefined);
    assert.notEqual((await house.plan(['dep'])).lockedAt, undefined);
  });
});
