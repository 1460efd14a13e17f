import assert from 'node:assert/strict';

import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { runCommand } from '../../test/record/run-command.ts';
import { appendMany } from '../../test/record/temporary-record.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { type Draft, type Entry, openHomeRecord } from '../record/index.ts';
import { auditTailCommand } from './audit-tail.ts';

async function homeWith(context: TestContext, drafts: readonly Draft[]): Promise<string> {
  const home = join(await temporaryFolder(context), 'home');
  await using opened = await openHomeRecord(home);
  for (const draft of drafts) await opened.record.append(draft);
  return home;
}

const ann: Draft = {
  action: 'run.start',
  actor: { id: 'ann', kind: 'user', role: 'owner' },
  workspace: 'notebook-7',
  verdict: 'allow',
  subject: 'run 1',
};
const bob: Draft = { action: 'policy.changed', actor: { id: 'bob', kind: 'user', role: 'operator' } };

test('audit tail says so where there is no home yet, and makes none', async (context) => {
  const home = join(await temporaryFolder(context), 'home');
  const { code, stdout } = await runCommand(auditTailCommand, [], { home });
  assert.equal(code, 0);
  assert.match(stdout, /nothing on the record .* yet/);
  assert.deepEqual((await runCommand(auditTailCommand, ['--json'], { home })).stdout, '{\n  "entries": []\n}\n');
  await assert.rejects(stat(home), { code: 'ENOENT' });
});

test('audit tail prints a line for each entry, oldest first', async (context) => {
  const home = await homeWith(context, [ann, bob]);
  const { code, stdout } = await runCommand(auditTailCommand, [], { home });
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? '', /^1 .* record\.genesis/);
  assert.match(lines[1] ?? '', /^2 .* ann \(owner\) .* notebook-7 .* run\.start .* allow .* run 1$/);
  assert.equal(lines[1]?.indexOf('run.start'), lines[2]?.indexOf('policy.changed'), 'the columns are aligned');
});

test('audit tail filters and limits', async (context) => {
  const home = await homeWith(context, [ann, bob, ann, bob, ann]);
  const seqs = async (...args: string[]): Promise<number[]> => {
    const { stdout } = await runCommand(auditTailCommand, ['--json', ...args], { home });
    return (JSON.parse(stdout) as { entries: Entry[] }).entries.map(({ seq }) => seq);
  };
  assert.deepEqual(await seqs(), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(await seqs('-n', '2'), [5, 6]);
  assert.deepEqual(await seqs('--actor', 'bob'), [3, 5]);
  assert.deepEqual(await seqs('-w', 'notebook-7', '-n', '2'), [4, 6]);
  assert.deepEqual(await seqs('--action', 'policy'), [3, 5]);
  assert.deepEqual(await seqs('--action', '*.start'), [2, 4, 6]);
  assert.deepEqual(await seqs('--since', '1h'), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(await seqs('--until', '1h'), []);
  const { stdout } = await runCommand(auditTailCommand, ['--actor', 'nobody'], { home });
  assert.equal(stdout, 'No entry fits.\n');
});

test('audit tail refuses a limit that is none', async (context) => {
  const home = await homeWith(context, [ann]);
  for (const limit of ['0', '-1', 'many', '1.5', '10001', '']) {
    await assert.rejects(runCommand(auditTailCommand, [`--limit=${limit}`], { home }), { code: 'USAGE' });
  }
});

test('audit tail lets nothing through that a terminal would obey', async (context) => {
  const hostile = '\u001b[31mred\u001b]0;title\u0007\u009b5m\r\n\u202eleft\u200b\u2028';
  const home = await homeWith(context, [
    { action: 'run.start', actor: { id: hostile, kind: 'user', role: 'owner' }, workspace: hostile, subject: hostile },
  ]);
  for (const columns of [undefined, 200]) {
    const { stdout } = await runCommand(auditTailCommand, [], { home, ...(columns === undefined ? {} : { columns }) });
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\u2028]/);
    assert.match(stdout, /\\u001b\[31mred/);
    assert.equal(stdout.trimEnd().split('\n').length, columns === undefined ? 2 : 3);
  }
});

test('audit tail fits the width of the terminal, and keeps lines whole for a pipe', async (context) => {
  const home = await homeWith(context, [{ ...ann, subject: '漢字'.repeat(100), workspace: 'w'.repeat(300) }]);
  for (const columns of [40, 80, 120]) {
    const { stdout } = await runCommand(auditTailCommand, [], { home, columns });
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^SEQ {2}TIME/);
    for (const line of lines) {
      const width = Array.from(line).reduce((sum, character) => sum + (character > '\u2fff' ? 2 : 1), 0);
      assert.ok(width <= columns, `${width} > ${columns}: ${line}`);
    }
  }
  const { stdout } = await runCommand(auditTailCommand, [], { home });
  assert.ok(stdout.includes('漢字'.repeat(100)));
});

test('audit tail --follow prints what is added until it is interrupted', async (context) => {
  const home = await homeWith(context, [ann]);
  await using opened = await openHomeRecord(home);
  const controller = new AbortController();
  const onOutput = (text: string): void => {
    if (text.includes('"seq":2,')) void appendMany(opened.record, 50);
    if (text.includes('"seq":52,')) controller.abort();
  };
  const run = { home, signal: controller.signal, onOutput };
  const { code, stdout } = await runCommand(auditTailCommand, ['--follow', '--json'], run);
  assert.equal(code, 130);
  const seqs = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as Entry).seq);
  assert.deepEqual(
    seqs,
    Array.from({ length: 52 }, (_, index) => index + 1),
  );
});

test('audit tail --follow waits for a record to begin', async (context) => {
  const folder = await temporaryFolder(context);
  const home = join(folder, 'home');
  // Made aside and moved into place, so that the moment in which it begins is one moment.
  const aside = await homeWith(context, [bob]);
  const controller = new AbortController();
  const onOutput = (text: string): void => {
    if (text.includes('policy.changed')) controller.abort();
  };
  const following = runCommand(auditTailCommand, ['--follow'], { home, signal: controller.signal, onOutput });
  await rename(aside, home);
  const { code, stdout } = await following;
  assert.equal(code, 130);
  assert.match(stdout, /policy\.changed/);
});
