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
