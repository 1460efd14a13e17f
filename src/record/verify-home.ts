import { isHomeThere, keyFolder } from '../storage/index.ts';
import { type BadEntry, type WitnessedCheckpoint } from './chain.ts';
import { findHomeRecord } from './open-home-record.ts';
import { loadSigningKey, type VerifyingKey } from './signing-key.ts';
import { type VerifyOptions, type VerifyResult } from './verify.ts';

/**
 * Walks the record of a home, and makes none: one that is not there is whole, unless a checkpoint or its key has seen it.
 *
 * @throws HOME_UNUSABLE, KEY_UNUSABLE and the codes of the database.
 */
export async function verifyHomeRecord(home: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  const { witnesses = [], signal } = options;
  await using opened = await findHomeRecord(home, signal === undefined ? {} : { signal });
  const result = opened === undefined ? verifyNothing(witnesses) : await opened.record.verify(options);
  if (!result.ok || result.head !== undefined) return result;
  return (await findHomeKey(home)) === undefined ? result : { ...result, ok: false, bad: removed };
}

/**
 * The key that a home's record is signed with, unless there is none yet.
 *
 * @throws HOME_UNUSABLE where someone else prepared the home, KEY_UNUSABLE.
 */
export async function findHomeKey(home: string): Promise<VerifyingKey | undefined> {
  return (await isHomeThere(home)) ? loadSigningKey(keyFolder(home)) : undefined;
}

/** The key is made with the first entry. */
const removed: BadEntry = {
  seq: 1,
  problem: 'cut',
  message: 'the record was removed: the key that signed it is there, and not one entry',
};

function verifyNothing(witnesses: readonly WitnessedCheckpoint[]): VerifyResult {
  const nothing = { entries: 0, recordId: undefined, head: undefined, signedUpTo: 0, signatures: 'unchecked' } as const;
  const known = Math.max(0, ...witnesses.map(({ checkpoint }) => checkpoint.seq));
  if (known === 0) return { ok: true, ...nothing };
  const message = `the record is gone: a checkpoint has seen its entry ${known}`;
  return { ok: false, ...nothing, bad: { seq: 1, problem: 'cut', message, expected: known, found: 0 } };
}
