import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { soundInspection } from '../../../test/gate/test-gate.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { Inspections, type ListedWheel } from './inspections.ts';

const sha256 = 'ab'.repeat(32);
const wheel = { sha256, filename: 'acme-1.0-py3-none-any.whl', coreMetadata: 'unknown' } as const;
const keptName = `${sha256}.${hash('sha256', wheel.filename).slice(0, 32)}`;

test('Inspections looks once at a wheel, however many ask, and remembers it across restarts', async (context) => {
  const folder = join(await temporaryFolder(context), 'inspections');
  let looks = 0;
  const look = async (): Promise<unknown> => {
    looks += 1;
    return { ...soundInspection, importNames: ['acme'] };
  };
  const first = new Inspections({ folder, inspector: '1' });
  assert.equal(await first.find(wheel), undefined);
  const found = await Promise.all([first.findOr(wheel, look), first.findOr(wheel, look)]);
  assert.deepEqual(found[0], { ...soundInspection, importNames: ['acme'] }, 'what the gate does not need is kept too');
  const second = new Inspections({ folder, inspector: '1' });
  assert.equal(second.peek(wheel), undefined);
  assert.deepEqual(await second.findOr(wheel, look), found[0]);
  assert.deepEqual(second.peek(wheel), found[0]);
  assert.equal(looks, 1);
  assert.equal((await readdir(join(folder, 'acme'))).join(), `${keptName}.json`, 'nothing half-made is left');
  await new Inspections({ folder, inspector: '2' }).findOr(wheel, look);
  assert.equal(looks, 2, 'another inspector looks again');
});

test('Inspections takes in what is kept of a project, and tells one state of that from another', async (context) => {
  const folder = await temporaryFolder(context);
  const first = new Inspections({ folder, inspector: '1' });
  assert.equal(await first.load('acme'), '');
  await first.findOr(wheel, async () => soundInspection);
  const restarted = new Inspections({ folder, inspector: '1' });
  const state = await restarted.load('acme');
  assert.notEqual(state, '');
  assert.equal(restarted.peek(wheel)?.verdict, 'sound');
  assert.deepEqual([await first.load('acme'), await restarted.load('acme')], [state, state]);
  await first.findOr({ ...wheel, sha256: 'cd'.repeat(32) }, async () => soundInspection);
  assert.notEqual(await restarted.load('acme'), state);
  assert.deepEqual([await first.load('other'), await first.load('..')], ['', '']);
  const upgraded = new Inspections({ folder, inspector: '2' });
  assert.deepEqual([await upgraded.load('acme'), upgraded.peek(wheel)], ['', undefined]);
});

test('Inspections tells of a wheel by its name and by what its page promises', async (context) => {
  const inspections = new Inspections({ folder: await temporaryFolder(context), inspector: '1' });
  await inspections.findOr(wheel, async () => soundInspection);
  const other = { ...wheel, filename: 'other-1.0-py3-none-any.whl' };
  assert.deepEqual([inspections.peek(other), await inspections.find(other)], [undefined, undefined]);
  const promise = (promised: string): ListedWheel => ({ ...wheel, coreMetadata: { sha256: promised } });
  for (const [promised, verdict] of [
    [soundInspection.metadataSha256, 'sound'],
    ['1'.repeat(64), 'refused'],
  ] as const) {
    assert.equal(inspections.peek(promise(promised))?.verdict, verdict);
    assert.equal((await inspections.find(promise(promised)))?.verdict, verdict);
    const never = (): Promise<unknown> => Promise.reject(new Error('it is known'));
    assert.equal((await inspections.findOr(promise(promised), never)).verdict, verdict);
  }
});

test('Inspections goes on for those who still wait where another gives up, and not for nobody', async (context) => {
  const inspections = new Inspections({ folder: await temporaryFolder(context), inspector: '1' });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const started = Promise.withResolvers<AbortSignal>();
  const look = (signal: AbortSignal): Promise<unknown> => {
    started.resolve(signal);
    return promise;
  };
  const quitter = new AbortController();
  const first = inspections.findOr(wheel, look, quitter.signal);
  const looking = await started.promise;
  const second = inspections.findOr(wheel, look);
  const settled = assert.rejects(first, { code: 'CANCELLED' });
  await inspections.find(wheel);
  quitter.abort();
  await settled;
  assert.equal(looking.aborted, false);
  resolve(soundInspection);
  assert.equal((await second).verdict, 'sound');
});

test('Inspections looks again where what was kept is damaged', async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, 'acme', `${keptName}.json`);
  await new Inspections({ folder, inspector: '1' }).findOr(wheel, async () => soundInspection);
  const whole = await readFile(path, 'utf8');
  for (const damaged of ['', '{', whole.slice(0, -10), '{"inspector":"1","inspection":{"verdict":"sound"}}']) {
    await writeFile(path, damaged);
    const problems = [{ rule: 'zip', message: 'no ZIP' }];
    const again = new Inspections({ folder, inspector: '1' });
    const found = await again.findOr(wheel, async () => ({ verdict: 'refused', problems }));
    assert.deepEqual(found, { verdict: 'refused', problems }, damaged);
  }
});

test('Inspections keeps nothing where looking failed', async (context) => {
  const folder = await temporaryFolder(context);
  const inspections = new Inspections({ folder, inspector: '1' });
  const failing = inspections.findOr(wheel, () => Promise.reject(new Error('the disk is gone')));
  await assert.rejects(failing, /the disk is gone/);
  await assert.rejects(inspections.findOr(wheel, async () => ({ verdict: 'perhaps' })));
  assert.equal((await inspections.findOr(wheel, async () => soundInspection)).verdict, 'sound');
});

test('Inspections looks again in the next process where this one failed over the wheel', async (context) => {
  const folder = await temporaryFolder(context);
  const refused = { verdict: 'refused', problems: [{ rule: 'inspection.time', message: 'it took too long' }] } as const;
  const first = new Inspections({ folder, inspector: '1' });
  assert.deepEqual(await first.findOr(wheel, async () => refused), refused);
  assert.deepEqual(await first.findOr(wheel, async () => soundInspection), refused, 'not with each request');
  const second = new Inspections({ folder, inspector: '1' });
  assert.equal((await second.findOr(wheel, async () => soundInspection)).verdict, 'sound');
});

test('Inspections looks again after a while where this machine failed over a wheel, and ever less often', async (context) => {
  const folder = await temporaryFolder(context);
  let [nowMs, looks] = [0, 0];
  const inspections = new Inspections({ folder, inspector: '1', now: () => nowMs });
  const refused = { verdict: 'refused', problems: [{ rule: 'inspection.memory', message: 'too much' }] } as const;
  const askAt = async (minutes: number, found: unknown = refused): Promise<string> => {
    nowMs = minutes * 60_000;
    const look = async (): Promise<unknown> => {
      looks += 1;
      return found;
    };
    return (await inspections.findOr(wheel, look)).verdict;
  };
  const looksAfter: number[] = [];
  for (const minutes of [0, 0.9, 1, 2.9, 3, 6.9, 7]) {
    assert.equal(await askAt(minutes), 'refused');
    looksAfter.push(looks);
  }
  assert.deepEqual(looksAfter, [1, 1, 2, 2, 3, 3, 4]);
  for (let day = 1; day < 40; day++) await askAt(day * 1440);
  const before = looks;
  await askAt(40 * 1440 + 1);
  assert.equal(looks, before + 1, 'once a day in the end');
  assert.notEqual(inspections.peek(wheel), undefined);
  nowMs = inspections.dueMs(wheel) ?? 0;
  assert.equal(inspections.peek(wheel), undefined, 'pages list it again');
  assert.equal(await askAt(42 * 1440, soundInspection), 'sound');
  assert.equal(await askAt(90 * 1440), 'sound', 'what was found is found for good');
  assert.equal(inspections.peek(wheel)?.verdict, 'sound');
  assert.equal(inspections.dueMs(wheel), undefined);
});

test('Inspections looks once at a wheel that is due, however many ask', async (context) => {
  const folder = await temporaryFolder(context);
  let [nowMs, looks] = [0, 0];
  const inspections = new Inspections({ folder, inspector: '1', now: () => nowMs });
  const look = async (): Promise<unknown> => {
    looks += 1;
    return { verdict: 'refused', problems: [{ rule: 'inspection.time', message: 'it took too long' }] };
  };
  await inspections.findOr(wheel, look);
  nowMs = 60_000;
  await Promise.all(Array.from({ length: 20 }, () => inspections.findOr(wheel, look)));
  assert.equal(looks, 2);
});

test('Inspections tells what was found of each wheel that was opened, and not of those that are known', async (context) => {
  const folder = await temporaryFolder(context);
  const told: unknown[] = [];
  const options = { folder, inspector: '1', onFound: (found: unknown) => told.push(found) };
  await new Inspections(options).findOr(wheel, async () => soundInspection);
  await new Inspections(options).findOr(wheel, async () => soundInspection);
  assert.deepEqual(told, [soundInspection]);
});
