import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { soundInspection } from '../../../test/gate/test-gate.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { Inspections } from './inspections.ts';

const sha256 = 'ab'.repeat(32);

test('Inspections looks once at a wheel, however many ask, and remembers it across restarts', async (context) => {
  const folder = join(await temporaryFolder(context), 'inspections');
  let looks = 0;
  const look = async (): Promise<unknown> => {
    looks += 1;
    return { ...soundInspection, importNames: ['acme'] };
  };
  const first = new Inspections({ folder, inspector: '1' });
  assert.equal(await first.find(sha256), undefined);
  const found = await Promise.all([first.findOr(sha256, look), first.findOr(sha256, look)]);
  assert.deepEqual(found[0], { ...soundInspection, importNames: ['acme'] }, 'what the gate does not need is kept too');
  const second = new Inspections({ folder, inspector: '1' });
  assert.equal(second.peek(sha256), undefined);
  assert.deepEqual(await second.findOr(sha256, look), found[0]);
  assert.deepEqual(second.peek(sha256), found[0]);
  assert.equal(looks, 1);
  assert.deepEqual(await readdir(join(folder, 'ab')), [`${sha256}.json`], 'nothing half-made is left');
  await new Inspections({ folder, inspector: '2' }).findOr(sha256, look);
  assert.equal(looks, 2, 'another inspector looks again');
});

test('Inspections looks again where what was kept is damaged', async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, 'ab', `${sha256}.json`);
  await new Inspections({ folder, inspector: '1' }).findOr(sha256, async () => soundInspection);
  const whole = await readFile(path, 'utf8');
  for (const damaged of ['', '{', whole.slice(0, -10), '{"inspector":"1","inspection":{"verdict":"sound"}}']) {
    await writeFile(path, damaged);
    const problems = [{ rule: 'zip', message: 'no ZIP' }];
    const again = new Inspections({ folder, inspector: '1' });
    const found = await again.findOr(sha256, async () => ({ verdict: 'refused', problems }));
    assert.deepEqual(found, { verdict: 'refused', problems }, damaged);
  }
});

test('Inspections keeps nothing where looking failed', async (context) => {
  const folder = await temporaryFolder(context);
  const inspections = new Inspections({ folder, inspector: '1' });
  const failing = inspections.findOr(sha256, () => Promise.reject(new Error('the disk is gone')));
  await assert.rejects(failing, /the disk is gone/);
  await assert.rejects(inspections.findOr(sha256, async () => ({ verdict: 'perhaps' })));
  assert.equal((await inspections.findOr(sha256, async () => soundInspection)).verdict, 'sound');
});

test('Inspections looks again in the next process where this one failed over the wheel', async (context) => {
  const folder = await temporaryFolder(context);
  const refused = { verdict: 'refused', problems: [{ rule: 'inspection.time', message: 'it took too long' }] } as const;
  const first = new Inspections({ folder, inspector: '1' });
  assert.deepEqual(await first.findOr(sha256, async () => refused), refused);
  assert.deepEqual(await first.findOr(sha256, async () => soundInspection), refused, 'not with each request');
  const second = new Inspections({ folder, inspector: '1' });
  assert.equal((await second.findOr(sha256, async () => soundInspection)).verdict, 'sound');
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
    return (await inspections.findOr(sha256, look)).verdict;
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
  assert.notEqual(inspections.peek(sha256), undefined);
  nowMs = inspections.dueMs(sha256) ?? 0;
  assert.equal(inspections.peek(sha256), undefined, 'pages list it again');
  assert.equal(await askAt(42 * 1440, soundInspection), 'sound');
  assert.equal(await askAt(90 * 1440), 'sound', 'what was found is found for good');
  assert.equal(inspections.peek(sha256)?.verdict, 'sound');
  assert.equal(inspections.dueMs(sha256), undefined);
});

test('Inspections looks once at a wheel that is due, however many ask', async (context) => {
  const folder = await temporaryFolder(context);
  let [nowMs, looks] = [0, 0];
  const inspections = new Inspections({ folder, inspector: '1', now: () => nowMs });
  const look = async (): Promise<unknown> => {
    looks += 1;
    return { verdict: 'refused', problems: [{ rule: 'inspection.time', message: 'it took too long' }] };
  };
  await inspections.findOr(sha256, look);
  nowMs = 60_000;
  await Promise.all(Array.from({ length: 20 }, () => inspections.findOr(sha256, look)));
  assert.equal(looks, 2);
});

test('Inspections tells what was found of each wheel that was opened, and not of those that are known', async (context) => {
  const folder = await temporaryFolder(context);
  const told: unknown[] = [];
  const options = { folder, inspector: '1', onFound: (found: unknown) => told.push(found) };
  await new Inspections(options).findOr(sha256, async () => soundInspection);
  await new Inspections(options).findOr(sha256, async () => soundInspection);
  assert.deepEqual(told, [soundInspection]);
});
