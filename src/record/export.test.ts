import assert from 'node:assert/strict';
import { open, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { appendMany, openTemporaryRecord, type TemporaryRecord } from '../../test/record/temporary-record.ts';
import { verifyExport } from './export.ts';
import { ensureSigningKey, loadSigningKey, type SigningKey } from './signing-key.ts';

interface Exported extends TemporaryRecord {
  readonly file: string;
  readonly lines: string[];
  readonly key: SigningKey;
}

async function exported(context: TestContext, entries = 1200): Promise<Exported> {
  const temporary = await openTemporaryRecord(context);
  await appendMany(temporary.record, entries - 1);
  const file = join(temporary.folder, 'export.jsonl');
  let text = '';
  const summary = await temporary.record.exportTo((piece) => void (text += piece));
  assert.deepEqual([summary.entries, summary.filtered], [entries, false]);
  await writeFile(file, text);
  const key = await ensureSigningKey(temporary.keyFolder);
  const control = await verifyExport(file, key);
  assert.deepEqual(
    [control.ok, control.entries, control.signedUpTo, control.signatures],
    [true, entries, entries, 'checked'],
  );
  return { ...temporary, file, lines: text.trimEnd().split('\n'), key };
}

async function verifyLines({ file, key }: Exported, lines: readonly string[]) {
  await writeFile(file, `${lines.join('\n')}\n`);
  return verifyExport(file, key);
}

test('an export has a header, the text of every entry, and a checkpoint at its end', async (context) => {
  const { lines, record } = await exported(context, 5);
  assert.equal(lines.length, 7);
  const header = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  assert.deepEqual([header['belljarRecord'], header['filtered'], header['seq']], [1, false, 5]);
  const entries = await record.tail({ limit: 10 });
  const exportedEntries = lines.slice(1, -1).map((line) => JSON.parse(line) as { entry: object; hash: string });
  assert.deepEqual(
    exportedEntries.map(({ entry, hash }) => ({ ...entry, hash })),
    entries.map((entry) => ({ ...entry })),
  );
  const { checkpoint } = JSON.parse(lines.at(-1) ?? '') as { checkpoint: unknown };
  assert.deepEqual(checkpoint, await record.checkpoint());
});

test('an export holds what was there when it began', async (context) => {
  const { record, folder, keyFolder } = await exported(context, 700);
  const file = join(folder, 'second.jsonl');
  let text = '';
  let appended = false;
  await record.exportTo(async (piece) => {
    text += piece;
    if (!appended) await record.append({ action: 'a.later' });
    appended = true;
  });
  await writeFile(file, text);
  const result = await verifyExport(file, await loadSigningKey(keyFolder));
  assert.deepEqual([result.ok, result.entries], [true, 700], JSON.stringify(result.bad));
});

test('an edited line of an export is found', async (context) => {
  const all = await exported(context);
  const edited = all.lines.with(100, (all.lines[100] ?? '').replace('"owner"', '"viewer"'));
  const { bad } = await verifyLines(all, edited);
  assert.deepEqual([bad?.problem, bad?.seq], ['edited', 100]);
});

test('a removed, a repeated and a moved line of an export are found', async (context) => {
  const all = await exported(context);
  const { lines } = all;
  const removed = await verifyLines(all, lines.toSpliced(100, 1));
  assert.deepEqual([removed.bad?.problem, removed.bad?.seq], ['out-of-order', 100]);
  const repeated = await verifyLines(all, lines.toSpliced(100, 0, lines[100] ?? ''));
  assert.deepEqual([repeated.bad?.problem, repeated.bad?.seq], ['out-of-order', 101]);
  const moved = await verifyLines(all, lines.with(100, lines[101] ?? '').with(101, lines[100] ?? ''));
  assert.deepEqual([moved.bad?.problem, moved.bad?.seq], ['out-of-order', 100]);
});

test('an export whose last entries were taken out is found by the checkpoint at its end', async (context) => {
  const all = await exported(context);
  const { bad } = await verifyLines(all, all.lines.toSpliced(-11, 10));
  assert.deepEqual([bad?.problem, bad?.seq, bad?.expected], ['cut', 1191, 1200]);
});

test('an export that was put together from an older checkpoint and newer entries is found', async (context) => {
  const all = await exported(context, 20);
  const older = all.lines.at(-1) ?? '';
  await all.record.append({ action: 'a.later' });
  let text = '';
  await all.record.exportTo((piece) => void (text += piece));
  const { bad } = await verifyLines(all, text.trimEnd().split('\n').with(-1, older));
  assert.deepEqual([bad?.problem, bad?.seq], ['unsigned', 21]);
});

test('an export signed by somebody else is found, and without a key it is said that nothing was checked', async (context) => {
  const all = await exported(context, 20);
  const other = await exported(context, 20);
  const { bad } = await verifyExport(all.file, other.key);
  assert.equal(bad?.problem, 'checkpoint-forged');
  const unchecked = await verifyExport(all.file, undefined);
  assert.deepEqual([unchecked.ok, unchecked.signatures], [true, 'unchecked']);
  const mixed = await verifyLines({ ...all, key: other.key }, all.lines.with(-1, other.lines.at(-1) ?? ''));
  assert.equal(mixed.bad?.problem, 'foreign');
});

test('a checkpoint that was kept elsewhere is compared with an export, too', async (context) => {
  const all = await exported(context, 20);
  await all.record.append({ action: 'a.later' });
  const witnesses = [{ checkpoint: await all.record.checkpoint(), source: 'the file' }];
  const { bad } = await verifyExport(all.file, all.key, { witnesses });
  assert.deepEqual([bad?.problem, bad?.seq], ['cut', 21]);
});

test('a file that is cut, or no export at all, is refused with what is wrong', async (context) => {
  const all = await exported(context, 20);
  const { file, key, lines } = all;
  const whole = await readFile(file, 'utf8');
  const cases: [string, RegExp][] = [
    ['', /neither header/],
    ['nonsense', /neither header/],
    ['{"a":1}\n', /neither header/],
    [lines.slice(1).join('\n'), /neither header/],
    [lines.slice(0, -1).join('\n'), /ends after entry 20, without its checkpoint/],
    [lines.slice(0, 1).join('\n'), /ends after entry 0/],
    [whole.slice(0, 2000), /not whole|neither/],
    [`${whole}{"more":1}\n`, /follows the checkpoint/],
    [lines.with(5, '{"entry":{},"hash":"short"}').join('\n'), /line of entry 5 is not whole/],
    [lines.with(5, '\u001b[31mred').join('\n'), /neither/],
  ];
  for (const [text, message] of cases) {
    await writeFile(file, text);
    await assert.rejects(verifyExport(file, key), { code: 'RECORD_INVALID', message }, text.slice(0, 40));
  }
  await assert.rejects(verifyExport(join(all.folder, 'missing'), key), { code: 'INPUT_UNREADABLE' });
});

test('an export that is refused, at its first line or later, is not left open', async (context) => {
  const all = await exported(context, 5);
  const filtered = (all.lines[0] ?? '').replace('"filtered":false', '"filtered":true');
  // Longer than one read: what is left unread would keep the file open.
  const rest = Array.from({ length: 5000 }, () => all.lines[1] ?? '');
  await using held = await open(all.file);
  assert.equal(await countOpen(all.file), 1, 'what is open is found');
  await held.close();
  for (const lines of [
    ['{}', ...rest],
    [filtered, ...rest],
    [...all.lines.slice(0, 2), 'nonsense', ...rest],
  ]) {
    await assert.rejects(verifyLines(all, lines), { code: 'RECORD_INVALID' });
    assert.equal(await countOpen(all.file), 0);
  }
});

/** How often this process has the file open. */
async function countOpen(path: string): Promise<number> {
  const descriptors = await readdir('/proc/self/fd');
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(join('/proc/self/fd', descriptor)).catch(() => undefined)),
  );
  return targets.filter((target) => target === path).length;
}

test('a filtered export says so, and cannot be verified', async (context) => {
  const { record, file, key } = await exported(context, 20);
  let text = '';
  const filter = { action: 'run.start', since: new Date(0) };
  const summary = await record.exportTo((piece) => void (text += piece), { filter });
  assert.deepEqual([summary.entries, summary.filtered], [10, true]);
  const header = JSON.parse(text.split('\n')[0] ?? '') as Record<string, unknown>;
  assert.deepEqual(
    [header['filtered'], header['filter']],
    [true, { action: 'run.start', since: '1970-01-01T00:00:00.000Z' }],
  );
  await writeFile(file, text);
  await assert.rejects(verifyExport(file, key), { code: 'RECORD_INVALID', message: /filtered/ });
});

test('an export stops when its writer fails, or it is cancelled', async (context) => {
  const { record } = await exported(context, 700);
  const full = new Error('no space');
  const failing = record.exportTo(() => {
    throw full;
  });
  await assert.rejects(failing, full);
  await assert.rejects(
    record.exportTo(() => undefined, { signal: AbortSignal.abort() }),
    { code: 'CANCELLED' },
  );
  assert.equal((await record.exportTo(() => undefined)).entries, 700);
});

test('an empty record cannot be exported', async (context) => {
  const { record } = await openTemporaryRecord(context);
  await assert.rejects(
    record.exportTo(() => assert.fail('it must not write')),
    { code: 'RECORD_INVALID', message: /empty/ },
  );
});
