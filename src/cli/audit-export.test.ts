import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { runCommand } from '../../test/record/run-command.ts';
import { appendMany } from '../../test/record/temporary-record.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { openHomeRecord } from '../record/index.ts';
import { auditCheckpointCommand } from './audit-checkpoint.ts';
import { auditExportCommand } from './audit-export.ts';

async function makeHome(context: TestContext, entries: number): Promise<{ folder: string; home: string }> {
  const folder = await temporaryFolder(context);
  const home = join(folder, 'home');
  if (entries > 0) {
    await using opened = await openHomeRecord(home);
    await appendMany(opened.record, entries - 1);
  }
  return { folder, home };
}

test('audit export writes JSON lines to standard output, at the pace of its reader', async (context) => {
  const { home } = await makeHome(context, 1500);
  const { code, stdout, stderr } = await runCommand(auditExportCommand, [], { home });
  assert.deepEqual([code, stderr], [0, '']);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(lines.length, 1502);
  assert.deepEqual(Object.keys(lines[0] ?? {}), ['belljarRecord', 'exportedAt', 'filtered', 'recordId', 'seq']);
  assert.deepEqual(Object.keys(lines[1] ?? {}), ['entry', 'hash']);
  assert.deepEqual(Object.keys(lines.at(-1) ?? {}), ['checkpoint']);
});

test('audit export --out writes a whole private file, and tells what it wrote', async (context) => {
  const { folder, home } = await makeHome(context, 20);
  const out = join(folder, 'record.jsonl');
  await writeFile(out, 'older');
  const { stdout } = await runCommand(auditExportCommand, ['--out', out], { home });
  assert.equal(stdout, `Wrote 20 entries (all), signed up to entry 20 to ${out}.\n`);
  assert.equal((await readFile(out, 'utf8')).trimEnd().split('\n').length, 22);
  assert.equal((await stat(out)).mode & 0o777, 0o600);
  const summary = await runCommand(auditExportCommand, ['--out', out, '--action', 'run.end', '--json'], { home });
  const { file, entries, filtered } = JSON.parse(summary.stdout) as Record<string, unknown>;
  assert.deepEqual([file, entries, filtered], [out, 9, true]);
  assert.deepEqual((await readdir(folder)).sort(), ['home', 'record.jsonl'], 'nothing half-made is left');
});

test('audit export that fails leaves the file as it was', async (context) => {
  const { folder, home } = await makeHome(context, 20);
  const out = join(folder, 'record.jsonl');
  await writeFile(out, 'older');
  const cancelled = runCommand(auditExportCommand, ['--out', out], { home, signal: AbortSignal.abort() });
  await assert.rejects(cancelled, { code: 'CANCELLED' });
  assert.equal(await readFile(out, 'utf8'), 'older');
  await mkdir(join(folder, 'taken'));
  for (const target of [join(folder, 'missing', 'file'), join(folder, 'taken')]) {
    const failing = runCommand(auditExportCommand, ['--out', target], { home });
    await assert.rejects(failing, { code: 'OUTPUT_UNWRITABLE', message: new RegExp(target) });
  }
  assert.deepEqual((await readdir(folder)).sort(), ['home', 'record.jsonl', 'taken']);
});

test('audit export and audit checkpoint have nothing to write before anything happened', async (context) => {
  const { folder, home } = await makeHome(context, 0);
  const out = join(folder, 'file');
  for (const command of [auditExportCommand, auditCheckpointCommand]) {
    const { code, stdout, stderr } = await runCommand(command, ['--out', out], { home });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /nothing on the record/);
  }
  assert.deepEqual(await readdir(folder), []);
});

test('audit checkpoint prints a checkpoint, or writes it to a file', async (context) => {
  const { folder, home } = await makeHome(context, 20);
  const { stdout } = await runCommand(auditCheckpointCommand, [], { home });
  const checkpoint = JSON.parse(stdout) as Record<string, unknown>;
  assert.deepEqual(Object.keys(checkpoint), ['v', 'recordId', 'seq', 'hash', 'time', 'keyId', 'signature']);
  assert.equal(checkpoint['seq'], 20);
  const out = join(folder, 'checkpoint.json');
  const written = await runCommand(auditCheckpointCommand, ['--out', out], { home });
  assert.equal(written.stdout, `Signed entry 20; the checkpoint is in ${out}.\n`);
  assert.deepEqual(JSON.parse(await readFile(out, 'utf8')), checkpoint);
  const both = await runCommand(auditCheckpointCommand, ['--out', out, '--json'], { home });
  assert.deepEqual(JSON.parse(both.stdout), checkpoint);
});
