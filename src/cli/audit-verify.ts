import { readFile } from 'node:fs/promises';

import { BelljarError } from '../errors.ts';
import {
  type BadEntry,
  loadSigningKey,
  parseCheckpoint,
  parsePublicKey,
  verifyExport,
  type VerifyingKey,
  type VerifyOptions,
  type VerifyResult,
  type WitnessedCheckpoint,
} from '../record/index.ts';
import { isHomeThere, keyFolder, resolveHome } from '../storage/index.ts';
import { describeNothing, withHomeRecord } from './audit-home.ts';
import { toVisible } from './terminal-text.ts';
import {
  type Command,
  type CommandIo,
  type Invocation,
  isFlagSet,
  printJson,
  printLine,
  stringOption,
} from './command.ts';
import { startProgress } from './progress.ts';

const badExitCode = 65;
const uncheckedExitCode = 1;

export const auditVerifyCommand: Command = {
  // One, so that it can be said how an export is named.
  positionals: 1,
  help: `
belljar audit verify [--checkpoint FILE]… [--file EXPORT] [--key PUBLIC-KEY | --no-signatures] [--json]

Walks the record from its first entry to its last, and names the first one that was edited, removed, inserted or moved.
A record whose end was cut off looks whole from inside: name a checkpoint that was kept somewhere else.

  --checkpoint FILE   a checkpoint from \`belljar audit checkpoint\`; may be given more than once
  --file EXPORT       check an export instead of the record in BELLJAR_HOME
  --key PUBLIC-KEY    the public key to trust (record.pub); default: the one in BELLJAR_HOME
  --no-signatures     with --file: check the chain alone; anybody could have written it

Exit code: 0 when all is as it was written, 65 when something is not, 1 when there is no key to check signatures with.

Example:
  belljar audit verify
  belljar audit verify --checkpoint /mnt/elsewhere/monday.json
  belljar audit verify --file record.jsonl --key record.pub
`,
  options: {
    checkpoint: { type: 'string', multiple: true },
    file: { type: 'string' },
    key: { type: 'string' },
    'no-signatures': { type: 'boolean' },
  },
  run: runVerify,
};

async function runVerify(invocation: Invocation): Promise<number> {
  const { values, positionals, io, signal } = invocation;
  refuseBareFile(positionals);
  refuseIdleFlag(values);
  const witnesses = await readWitnesses(values['checkpoint']);
  const key = await readKey(stringOption(values, 'key'));
  const file = stringOption(values, 'file');
  const progress = startProgress(io, 'verifying');
  const options: VerifyOptions = {
    witnesses,
    signal,
    onProgress: progress.update,
    ...(key === undefined ? {} : { key }),
  };
  try {
    const result =
      file === undefined ? await verifyHome(invocation, options) : await verifyFile(invocation, file, options);
    progress.end();
    report(invocation, result, witnesses);
    if (result.ok) return 0;
    return result.bad === undefined ? uncheckedExitCode : badExitCode;
  } finally {
    progress.end();
  }
}

/** Whoever names a file must not be told that all is well with something else. */
function refuseBareFile([file]: readonly string[]): void {
  if (file === undefined) return;
  throw new BelljarError('USAGE', `audit verify does not know what to do with “${file}”`, {
    hint: `To check an export: belljar audit verify --file ${file}`,
  });
}

/** A home’s own record is always checked with a key. */
function refuseIdleFlag(values: Invocation['values']): void {
  if (!isFlagSet(values, 'no-signatures')) return;
  if (values['file'] !== undefined && values['key'] === undefined) return;
  throw new BelljarError('USAGE', '--no-signatures goes with --file, and not with --key');
}

async function verifyHome(invocation: Invocation, options: VerifyOptions): Promise<VerifyResult> {
  return withHomeRecord(invocation, async (home) => {
    const result = home === undefined ? verifyNothing(options.witnesses ?? []) : await home.record.verify(options);
    if (!result.ok || result.head !== undefined) return result;
    return (await findKey(invocation)) === undefined ? result : { ...result, ok: false, bad: removed };
  });
}

/** The key is made with the first entry. */
const removed: BadEntry = {
  seq: 1,
  problem: 'cut',
  message: 'the record was removed: the key that signed it is there, and not one entry',
};

/** A record that is not there is whole, unless a checkpoint has seen it. */
function verifyNothing(witnesses: readonly WitnessedCheckpoint[]): VerifyResult {
  const nothing = { entries: 0, recordId: undefined, head: undefined, signedUpTo: 0, signatures: 'unchecked' } as const;
  const known = Math.max(0, ...witnesses.map(({ checkpoint }) => checkpoint.seq));
  if (known === 0) return { ok: true, ...nothing };
  const message = `the record is gone: a checkpoint has seen its entry ${known}`;
  return { ok: false, ...nothing, bad: { seq: 1, problem: 'cut', message, expected: known, found: 0 } };
}

async function verifyFile(invocation: Invocation, file: string, options: VerifyOptions): Promise<VerifyResult> {
  if (isFlagSet(invocation.values, 'no-signatures')) return verifyExport(file, undefined, options);
  const key = options.key ?? (await findKey(invocation));
  const result = await verifyExport(file, key, options);
  // Whole, but anybody could have written it: that is not what was asked.
  return key === undefined ? { ...result, ok: false } : result;
}

/** The key of the home, unless someone else prepared that. */
async function findKey({ io }: Invocation): Promise<VerifyingKey | undefined> {
  const home = resolveHome(io.env);
  return (await isHomeThere(home)) ? loadSigningKey(keyFolder(home)) : undefined;
}

async function readWitnesses(named: Invocation['values'][string]): Promise<WitnessedCheckpoint[]> {
  const files = Array.isArray(named) ? named.map(String) : [];
  return Promise.all(
    files.map(async (file) => ({
      checkpoint: parseCheckpoint(await readText(file), file),
      source: `the checkpoint in ${file}`,
    })),
  );
}

async function readKey(file: string | undefined): Promise<VerifyingKey | undefined> {
  return file === undefined ? undefined : parsePublicKey(await readText(file), file);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new BelljarError('INPUT_UNREADABLE', `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

function report(invocation: Invocation, result: VerifyResult, witnesses: readonly WitnessedCheckpoint[]): void {
  const { io, values } = invocation;
  if (isFlagSet(values, 'json')) printJson(io, result);
  else if (result.bad !== undefined) printBad(io, result);
  else if (!result.ok) printUnchecked(io, result);
  else if (result.head === undefined) printLine(io, describeNothing(invocation));
  else printWhole(io, result, witnesses.length);
}

function printWhole(
  io: CommandIo,
  { entries, recordId, head, signedUpTo, signatures }: VerifyResult,
  witnesses: number,
): void {
  const what = signatures === 'checked' ? 'The record' : 'The chain alone, without its signatures,';
  printLine(io, `${what} is whole: ${entries.toLocaleString('en')} entries, the newest of ${head?.time}.`);
  printLine(io, `  record   ${toVisible(recordId ?? '')}`);
  printLine(io, `  head     ${head?.hash}`);
  const word = signatures === 'checked' ? 'signatures checked' : 'SIGNATURES NOT CHECKED';
  printLine(io, `  signed   up to entry ${signedUpTo.toLocaleString('en')}, ${word}`);
  if (witnesses > 0)
    printLine(
      io,
      `  agrees with ${witnesses === 1 ? 'the checkpoint' : `all ${witnesses} checkpoints`} kept elsewhere`,
    );
}

function printUnchecked(io: CommandIo, { entries }: VerifyResult): void {
  printLine(io, 'Signatures not checked: name the public key with --key.');
  printLine(io, `  the ${entries.toLocaleString('en')} entries fit each other, as forged ones would too`);
}

function printBad(io: CommandIo, { bad, entries }: VerifyResult): void {
  if (bad === undefined) return;
  printLine(io, `The record is NOT whole: ${toVisible(bad.message)}.`);
  printLine(io, `  problem  ${bad.problem}, at entry ${bad.seq.toLocaleString('en')}`);
  if (bad.expected !== undefined) printLine(io, `  expected ${toVisible(String(bad.expected))}`);
  if (bad.found !== undefined) printLine(io, `  found    ${toVisible(String(bad.found))}`);
  printLine(io, `  before it, ${entries.toLocaleString('en')} entries are as they were written`);
}
