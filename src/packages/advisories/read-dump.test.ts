import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { osvRecord, realAdvisories, realDump, writeDump, zipOf } from '../../../test/advisories/dumps.ts';
import { makeZip, type ZipPart } from '../../../test/advisories/zip-file.ts';
import { needs } from '../../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { readDump } from './read-dump.ts';

const text = (id: string): string => JSON.stringify(osvRecord(id));
const good: ZipPart = { name: 'A-1.json', content: text('A-1') };

async function write(context: TestContext, content: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(context), 'dump.zip');
  await writeFile(path, content);
  return path;
}

test('readDump() reads the real advisories whole', needs(realAdvisories), async () => {
  const steps: [number, number][] = [];
  const { snapshot, counts } = await readDump(realDump, { onProgress: (...step) => steps.push(step) });
  const { problems, ...figures } = counts;
  const expected = { records: 2661, advisories: 2651, withdrawn: 10, elsewhere: 0, refused: 0, repeated: 0 };
  assert.deepEqual(figures, expected);
  assert.equal(problems.length, 3);
  assert.equal(snapshot.asOf, '2024-10-10T17:22:00.587Z');
  assert.deepEqual(steps.at(-1), [2661, 2661]);
});

test('readDump() finds in a folder what it finds in a ZIP file', async (context) => {
  const folder = await temporaryFolder(context);
  const records = [osvRecord('A-1'), osvRecord('A-2', { aliases: ['CVE-1'] })];
  await mkdir(join(folder, 'deep'));
  await writeFile(join(folder, 'A-1.json'), JSON.stringify(records[0]));
  await writeFile(join(folder, 'deep', 'A-2.json'), JSON.stringify(records[1]));
  await writeFile(join(folder, 'README.md'), 'no record');
  const { snapshot } = await readDump(folder);
  assert.equal(snapshot.lines.size, 2);
  assert.equal(snapshot.digest, (await readDump(await writeDump(context, records))).snapshot.digest);
});

test('readDump() follows no link of a folder, and waits for no pipe', async (context) => {
  const folder = await temporaryFolder(context);
  const outside = join(await temporaryFolder(context), 'secret.json');
  await writeFile(outside, text('SECRET-1'));
  await symlink(outside, join(folder, 'link.json'));
  execFileSync('mkfifo', [join(folder, 'pipe.json')]);
  await writeFile(join(folder, 'A-1.json'), text('A-1'));
  assert.deepEqual([...(await readDump(folder)).snapshot.lines.keys()], ['A-1']);
});

test('readDump() goes on behind records that are wrong, counts them and tells of them', async (context) => {
  const parts: ZipPart[] = [
    { name: '../../etc/cron.d/x.json', content: 'no json' },
    { name: '/absolute.json', content: Buffer.from([0xff, 0xfe, 0x7b]) },
    { name: 'claims-more.json', content: text('B-1'), claims: { bytes: 1_000_000 } },
    { name: 'claims-less.json', content: text('B-2'), claims: { bytes: 5 } },
    { name: 'other-sum.json', content: text('B-3'), claims: { crc: 7 } },
    { name: 'encrypted.json', content: text('B-4'), claims: { flags: 1 } },
    { name: 'odd-method.json', content: text('B-5'), claims: { method: 14 } },
    { name: 'huge.json', content: Buffer.alloc(3 << 20) },
    { name: 'deep.json', content: '['.repeat(500_000) },
    { name: 'copy.json', content: text('A-1') },
    { name: 'notes.txt', content: 'not asked' },
    good,
  ];
  const { counts, snapshot } = await readDump(await write(context, makeZip(parts)));
  assert.deepEqual([...snapshot.lines.keys()], ['A-1']);
  const { problems, ...figures } = counts;
  assert.deepEqual(figures, { records: 11, advisories: 1, withdrawn: 0, elsewhere: 0, refused: 9, repeated: 1 });
  assert.equal(problems.length, 9);
  for (const reason of [/not JSON/, /not UTF-8/, /damaged/, /encrypted/, /packed in a way/, /larger than/]) {
    assert.ok(
      problems.some((problem) => reason.test(problem)),
      String(reason),
    );
  }
});

test('readDump() tells the first problems only', async (context) => {
  const bad = Array.from({ length: 100 }, (_, index) => ({ name: `${index}.json`, content: '{}' }));
  const { counts } = await readDump(await write(context, makeZip([...bad, good])));
  assert.equal(counts.refused, 100);
  assert.equal(counts.problems.length, 50);
});

test('readDump() refuses what is no dump at all', async (context) => {
  const whole = makeZip([good]);
  const others: [Uint8Array, RegExp][] = [
    [Buffer.alloc(0), /no ZIP file/],
    [Buffer.from('<html>log in first</html>'), /no ZIP file/],
    [whole.subarray(0, -30), /no ZIP file/],
    [whole.subarray(20), /not where it says|damaged/],
    [makeZip([]), /no JSON file/],
    [makeZip([{ name: 'a.json', content: '{}' }]), /none of 1 records.*first problem/],
    [makeZip([{ name: 'a.txt', content: text('A-1') }]), /no JSON file/],
  ];
  for (const [content, message] of others) {
    await assert.rejects(readDump(await write(context, content)), { code: 'ADVISORIES_UNUSABLE', message });
  }
  await assert.rejects(readDump('/nowhere/dump.zip'), { code: 'INPUT_UNREADABLE' });
  await assert.rejects(readDump('/dev/null'), { code: 'ADVISORIES_UNUSABLE', message: /neither/ });
  assert.equal((await readDump(await write(context, whole))).counts.advisories, 1);
});

test('readDump() refuses entries that lie on each other', async (context) => {
  const content = JSON.stringify(osvRecord('A-1', { details: 'x'.repeat(1_000_000) }));
  const copies = Array.from({ length: 500 }, (_, index) => ({
    name: `${index}.json`,
    content,
    sharesFirst: index > 0,
  }));
  await assert.rejects(readDump(await write(context, makeZip(copies))), {
    code: 'ADVISORIES_UNUSABLE',
    message: /lie on each other/,
  });
  const single = makeZip(copies.slice(0, 1));
  assert.equal((await readDump(await write(context, single))).counts.advisories, 1);
});

test('readDump() reads files with a comment, and those of more entries than two bytes count', async (context) => {
  const bytes = [makeZip([good], { comment: 'PK\u0005\u0006 and more' }), makeZip([good], { big: true })];
  for (const each of bytes) assert.equal((await readDump(await write(context, each))).counts.advisories, 1);
});

test('readDump() ends where its caller wants', async (context) => {
  const path = await write(context, zipOf(Array.from({ length: 3000 }, (_, index) => osvRecord(`A-${index}`))));
  const controller = new AbortController();
  const reading = readDump(path, { signal: controller.signal, onProgress: () => controller.abort() });
  await assert.rejects(reading, { code: 'CANCELLED' });
});

test('readDump() lets others work meanwhile', async (context) => {
  const path = await write(context, zipOf(Array.from({ length: 3000 }, (_, index) => osvRecord(`A-${index}`))));
  let turns = 0;
  const count = setInterval(() => turns++, 1);
  try {
    await readDump(path);
  } finally {
    clearInterval(count);
  }
  assert.ok(turns > 1, `${turns} turns`);
});
