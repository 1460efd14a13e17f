import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { runCommand, type CommandResult } from '../../test/record/run-command.ts';
import { appendMany, tamper } from '../../test/record/temporary-record.ts';
import { TestCli } from '../../test/support/cli.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { BelljarError } from '../errors.ts';
import { openHomeRecord, type VerifyResult } from '../record/index.ts';
import { openDatabase } from '../storage/index.ts';
import { auditCheckpointCommand } from './audit-checkpoint.ts';
import { auditExportCommand } from './audit-export.ts';
import { auditVerifyCommand } from './audit-verify.ts';

interface TestHome {
  readonly folder: string;
  readonly home: string;
  readonly database: string;
  readonly verify: (...args: string[]) => Promise<CommandResult>;
}

async function makeHome(context: TestContext, entries = 20): Promise<TestHome> {
  const folder = await temporaryFolder(context);
  const home = join(folder, 'home');
  if (entries > 0) {
    await using opened = await openHomeRecord(home);
    await appendMany(opened.record, entries - 1);
  }
  const verify = (...args: string[]): Promise<CommandResult> => runCommand(auditVerifyCommand, args, { home });
  return { folder, home, database: join(home, 'belljar.sqlite'), verify };
}

const cutTail = (database: string): void =>
  tamper(database, (plain) => plain.exec('delete from record_entries where seq > 15'));

test('audit verify finds a whole record whole', async (context) => {
  const { verify } = await makeHome(context);
  const { code, stdout } = await verify();
  assert.equal(code, 0);
  assert.match(stdout, /^The record is whole: 20 entries/);
  assert.match(stdout, /signed {3}up to entry 1, signatures checked/);
  const result = JSON.parse((await verify('--json')).stdout) as VerifyResult;
  assert.deepEqual([result.ok, result.entries, result.head?.seq], [true, 20, 20]);
});

test('audit verify names the first bad entry, and says so by its exit code', async (context) => {
  const { verify, database } = await makeHome(context);
  tamper(database, (plain) => plain.exec("update record_entries set workspace = 'elsewhere' where seq in (7, 9)"));
  const { code, stdout } = await verify();
  assert.equal(code, 65);
  assert.match(stdout, /NOT whole: the column workspace of entry 7 was edited/);
  assert.match(stdout, /expected notebook-0\n {2}found {4}elsewhere\n/);
  const asJson = await verify('--json');
  assert.equal(asJson.code, 65);
  const { ok, bad } = JSON.parse(asJson.stdout) as VerifyResult;
  assert.deepEqual([ok, bad?.seq, bad?.problem], [false, 7, 'column-edited']);
});

test('audit verify shows tampered text without obeying it', async (context) => {
  const { verify, database } = await makeHome(context);
  tamper(database, (plain) => plain.prepare('update record_entries set workspace = ? where seq = 7').run('\u001b[2J'));
  assert.match((await verify()).stdout, /found {4}\\u001b\[2J/);
});

test('audit verify compares with checkpoints that were kept elsewhere', async (context) => {
  const { verify, folder, home, database } = await makeHome(context);
  const files = [join(folder, 'one.json'), join(folder, 'two.json')];
  for (const file of files) await runCommand(auditCheckpointCommand, ['--out', file], { home });
  const named = files.flatMap((file) => ['--checkpoint', file]);
  const control = await verify(...named);
  assert.equal(control.code, 0);
  assert.match(control.stdout, /agrees with all 2 checkpoints/);
  tamper(database, (plain) => plain.exec('delete from record_checkpoints where seq > 1'));
  cutTail(database);
  assert.equal((await verify()).code, 0, 'from inside it looks whole');
  const { code, stdout } = await verify(...named);
  assert.equal(code, 65);
  assert.match(stdout, /entries 16 to 20 are gone/);
  await rm(home, { recursive: true });
  const gone = await verify(...named);
  assert.equal(gone.code, 65);
  assert.match(gone.stdout, /the record is gone/);
});

test('audit verify checks an export, with the key of its home or one that is named', async (context) => {
  const { verify, folder, home } = await makeHome(context);
  const file = join(folder, 'record.jsonl');
  await runCommand(auditExportCommand, ['--out', file], { home });
  assert.match((await verify('--file', file)).stdout, /whole: 20 entries.*\n.*\n.*\n.*signatures checked/);
  const stranger = await makeHome(context, 0);
  const unchecked = await stranger.verify('--file', file);
  assert.equal(unchecked.code, 1);
  assert.match(unchecked.stdout, /^Signatures not checked: name the public key with --key\.\n/);
  assert.doesNotMatch(unchecked.stdout, /whole/);
  const { ok, signatures } = JSON.parse((await stranger.verify('--file', file, '--json')).stdout) as VerifyResult;
  assert.deepEqual([ok, signatures], [false, 'unchecked']);
  const chainAlone = await stranger.verify('--file', file, '--no-signatures');
  assert.equal(chainAlone.code, 0);
  assert.match(chainAlone.stdout, /^The chain alone, without its signatures, is whole: 20 entries/);
  const key = join(home, 'keys', 'record.pub');
  assert.match((await stranger.verify('--file', file, '--key', key)).stdout, /signatures checked/);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('user-1', 'user-9'));
  const edited = await verify('--file', file);
  assert.equal(edited.code, 65);
  assert.match(edited.stdout, /entry 3 was edited/);
  assert.equal((await stranger.verify('--file', file)).code, 65, 'also without a key');
  assert.equal((await stranger.verify('--file', file, '--no-signatures')).code, 65);
  await assert.rejects(stranger.verify('--no-signatures'), { code: 'USAGE' });
  await assert.rejects(stranger.verify('--file', file, '--key', key, '--no-signatures'), { code: 'USAGE' });
});

test('audit verify refuses a file without --file, and does not verify the home in its place', async (context) => {
  const { verify, folder, home } = await makeHome(context);
  const file = join(folder, 'export.jsonl');
  await runCommand(auditExportCommand, ['--out', file], { home });
  await assert.rejects(verify(file), (error: unknown) => {
    assert.ok(error instanceof BelljarError);
    assert.equal(error.exitCode, 2);
    assert.ok(error.hint.endsWith(`--file ${file}`), error.hint);
    return true;
  });
  assert.equal((await verify('--file', file)).code, 0);
});

test('the audit commands refuse words that they would ignore', async () => {
  using cli = new TestCli();
  for (const name of ['tail', 'verify', 'export', 'checkpoint']) {
    const { code, stdout } = await cli.run(['audit', name, 'export.jsonl']);
    assert.deepEqual([code, stdout], [2, ''], name);
  }
});

test('audit verify refuses files that are not what they should be', async (context) => {
  const { verify, folder } = await makeHome(context);
  const file = join(folder, 'nonsense');
  await assert.rejects(verify('--checkpoint', file), { code: 'INPUT_UNREADABLE' });
  await writeFile(file, 'nonsense');
  await assert.rejects(verify('--checkpoint', file), { code: 'RECORD_INVALID' });
  await assert.rejects(verify('--file', file), { code: 'RECORD_INVALID' });
  await assert.rejects(verify('--key', file), { code: 'KEY_UNUSABLE' });
});

test('audit verify has nothing to find before anything happened', async (context) => {
  const { verify } = await makeHome(context, 0);
  const { code, stdout } = await verify();
  assert.equal(code, 0);
  assert.match(stdout, /nothing on the record/);
});

test('audit verify finds that the record was removed where its key is still there', async (context) => {
  const { verify, home, database } = await makeHome(context);
  assert.equal((await verify()).code, 0);
  await rm(database);
  const { code, stdout } = await verify();
  assert.equal(code, 65);
  assert.match(stdout, /NOT whole: the record was removed/);
  await (await openDatabase({ path: database })).close();
  assert.equal((await verify()).code, 65, 'an empty database in its place changes nothing');
  await rm(join(home, 'keys'), { recursive: true });
  assert.equal((await verify()).code, 0, 'without a key there is nothing to tell it by');
});
