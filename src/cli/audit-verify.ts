import { BelljarError } from '../errors.ts';
import {
  findHomeKey,
  parseCheckpoint,
  parsePublicKey,
  verifyExport,
  verifyHomeRecord,
  type VerifyingKey,
  type VerifyOptions,
  type VerifyResult,
  type WitnessedCheckpoint,
} from '../record/index.ts';
import { resolveHome } from '../storage/index.ts';
import { describeNothing } from './audit-home.ts';
import {
  type Command,
  type CommandIo,
  type Invocation,
  isFlagSet,
  printJson,
  printLine,
  stringOption,
} from './command.ts';
import { readNamedFile } from './named-file.ts';
import { startProgress } from './progress.ts';
import { toVisible } from './terminal-text.ts';

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
      file === undefined
        ? await verifyHomeRecord(resolveHome(io.env), options)
        : await verifyFile(invocation, file, options);
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

async function verifyFile(invocation: Invocation, file: string, options: VerifyOptions): Promise<VerifyResult> {
  if (isFlagSet(invocation.values, 'no-signatures')) return verifyExport(file, undefined, options);
  const key = options.key ?? (await findHomeKey(resolveHome(invocation.io.env)));
  const result = await verifyExport(file, key, options);
  // Whole, but anybody could have written it: that is not what was asked.
  return key === undefined ? { ...result, ok: false } : result;
}

async function readWitnesses(named: Invocation['values'][string]): Promise<WitnessedCheckpoint[]> {
  const files = Array.isArray(named) ? named.map(String) : [];
  return Promise.all(
    files.map(async (file) => ({
      checkpoint: parseCheckpoint(await readNamedFile(file), file),
      source: `the checkpoint in ${file}`,
    })),
  );
}

async function readKey(file: string | undefined): Promise<VerifyingKey | undefined> {
  return file === undefined ? undefined : parsePublicKey(await readNamedFile(file), file);
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
