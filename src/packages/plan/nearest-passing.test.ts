import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { MemoryUpstream } from '../../../test/packages/memory-upstream.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { type PackageFacts, parsePolicy } from '../../policy/index.ts';
import { openDatabase } from '../../storage/index.ts';
import type { Grounds } from '../gate/index.ts';
import { describeTarget } from '../resolve/index.ts';
import { WheelLearner } from './learn-wheel.ts';
import { findNearest } from './nearest-passing.ts';
import { describePackage, type FindInspection } from './package-facts.ts';
import { WheelFactStore } from './wheel-facts.ts';

const traits = describeTarget({ pythonVersion: '3.12', platform: 'x86_64-unknown-linux-gnu' });
const [mit, gpl] = ['License-Expression: MIT', 'License-Expression: GPL-3.0-only'];

const refusal = { verdict: 'refused' as const, problems: [{ rule: 'wheel.record', message: 'RECORD lies' }] };

function groundsOf(packages: string): Grounds {
  const reading = parsePolicy(`version: 1\npackages: ${packages}\n`, 'test.yaml');
  if (!reading.ok) assert.fail(JSON.stringify(reading.problems));
  const now = new Date('2026-06-15T12:00:00Z');
  const advisories = { asOf: '2026-06-15T00:00:00Z', find: () => [] };
  return { policy: reading.policy, policyHash: reading.hash, now, advisories };
}

/** Of a project whose versions have these licences: the nearest to one of them that passes, and what was read for it. */
async function findFor(
  context: TestContext,
  versions: Readonly<Record<string, string>>,
  { taken, packages, refused = [] }: { taken: string; packages: string; refused?: readonly string[] },
): Promise<{ nearest: string | null | undefined; read: string[] }> {
  const upstream = new MemoryUpstream();
  const database = await openDatabase({ path: join(await temporaryFolder(context), 'test.sqlite') });
  context.after(async () => {
    await database.close();
    await upstream[Symbol.asyncDispose]();
  });
  for (const [version, licence] of Object.entries(versions)) {
    upstream.addWheel({ name: 'dep', version, headers: [licence] });
  }
  const page = await upstream.findPage('dep');
  const file = page?.files.find(({ filename }) => filename.startsWith(`dep-${taken}-`));
  assert.ok(page !== undefined && file?.sha256 !== undefined);
  const learner = new WheelLearner({ upstream, store: new WheelFactStore(database) });
  const grounds = groundsOf(packages);
  const { filename, url, sha256 } = file;
  const wheels = [{ filename, url, sha256 }];
  const locked = { name: 'dep', version: taken, isRequested: true, requiredBy: [], extras: [], wheels };
  const wheel = await learner.learn(file);
  const facts: PackageFacts = describePackage({ locked, page, wheel, sizeBytes: 1, inspection: undefined }, grounds);
  upstream.asked.length = 0;
  const findInspection: FindInspection = (listed) =>
    Promise.resolve(refused.some((version) => listed.filename.startsWith(`dep-${version}-`)) ? refusal : undefined);
  const isRefused = refused.includes(taken);
  const question = { facts, page, grounds, traits, learner, findInspection, isRefused, signal: undefined };
  const nearest = await findNearest(question);
  return { nearest, read: upstream.asked.filter((what) => what.startsWith('metadata')) };
}

test('findNearest() names the highest version below that passes, else the lowest above', async (context) => {
  const versions = { '1.0': mit, '1.5': mit, '2.0': mit, '3.0': mit, '4.0': mit };
  const below = await findFor(context, versions, { taken: '2.0', packages: '{deny: ["dep>=2,<3"]}' });
  assert.equal(below.nearest, '1.5');
  const above = await findFor(context, versions, { taken: '2.0', packages: '{deny: [dep<3]}' });
  assert.equal(above.nearest, '3.0');
});

test('findNearest() names no version whose own licence was not read', async (context) => {
  const versions = { '1.0': mit, '1.5': gpl, '2.0': mit };
  const { nearest, read } = await findFor(context, versions, {
    ...{ taken: '2.0', packages: '{deny: [dep>=2], licences: {deny: [GPL-*]}}' },
  });
  assert.equal(nearest, '1.0');
  assert.equal(read.length, 2);
});

test('findNearest() finds none where none passes, and asks nothing for that', async (context) => {
  const versions = { '1.0': mit, '2.0': mit };
  const { nearest, read } = await findFor(context, versions, { taken: '2.0', packages: '{deny: [dep]}' });
  assert.equal(nearest, null);
  assert.deepEqual(read, []);
});

test('findNearest() gives up where too many would have to be read', async (context) => {
  const versions = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`1.${index}`, gpl]));
  const { nearest, read } = await findFor(
    context,
    { ...versions, '2.0': mit },
    {
      ...{ taken: '2.0', packages: '{deny: [dep>=2], licences: {deny: [GPL-*]}}' },
    },
  );
  assert.equal(nearest, undefined);
  assert.equal(read.length, 4);
});

test('findNearest() names another version of one that was refused, and none that was refused itself', async (context) => {
  const versions = { '1.0': mit, '1.5': mit, '2.0': mit, '3.0': mit };
  const around = { taken: '2.0', packages: '{}' };
  assert.equal((await findFor(context, versions, { ...around, refused: ['2.0'] })).nearest, '1.5');
  assert.equal((await findFor(context, versions, { ...around, refused: ['2.0', '1.5'] })).nearest, '1.0');
  assert.equal((await findFor(context, versions, { ...around, refused: ['2.0', '1.5', '1.0'] })).nearest, '3.0');
  assert.equal((await findFor(context, versions, { ...around, refused: Object.keys(versions) })).nearest, null);
  const denied = { taken: '2.0', packages: '{deny: [dep<2]}', refused: ['2.0'] };
  assert.equal((await findFor(context, versions, denied)).nearest, '3.0');
  const listed = { taken: '2.0', packages: '{deny: [dep==2.0]}', refused: ['1.5'] };
  assert.equal((await findFor(context, versions, listed)).nearest, '1.0');
});
