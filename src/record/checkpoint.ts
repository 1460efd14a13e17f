import { sign, verify } from 'node:crypto';
import { z } from 'zod';

import { canonicalJson } from '../canonical-json.ts';
import { BelljarError } from '../errors.ts';
import { digestSchema, type Head, recordIdSchema, timeSchema } from './entry.ts';
import { type SigningKey, type VerifyingKey } from './signing-key.ts';

/** Entries between two checkpoints that the record makes by itself; the first entry has one too. */
const checkpointInterval = 1000;

const unsignedSchema = z.strictObject({
  v: z.literal(1),
  recordId: recordIdSchema,
  seq: z.int().positive(),
  /** The hash of the entry `seq`, and so of all before it. */
  hash: digestSchema,
  /** When it was signed. */
  time: timeSchema,
  keyId: digestSchema,
});

export const checkpointSchema = unsignedSchema.extend({
  /** Ed25519 over the canonical JSON of all the rest, in base64. */
  signature: z.base64(),
});

/** The record's word that up to `seq` it was as `hash` says. */
export type Checkpoint = z.output<typeof checkpointSchema>;

export function isCheckpointDue(seq: number): boolean {
  return seq === 1 || seq % checkpointInterval === 0;
}

export function signCheckpoint({ recordId, seq, hash }: Head, time: string, key: SigningKey): Checkpoint {
  const unsigned = { v: 1 as const, recordId, seq, hash, time, keyId: key.keyId };
  return { ...unsigned, signature: sign(null, signedBytes(unsigned), key.privateKey).toString('base64') };
}

/** What is wrong with its signature, or undefined. */
export function checkSignature(checkpoint: Checkpoint, key: VerifyingKey): string | undefined {
  const { signature, ...unsigned } = checkpoint;
  if (unsigned.keyId !== key.keyId) return `it was signed with another key, ${unsigned.keyId}, not with ${key.keyId}`;
  const fits = verify(null, signedBytes(unsigned), key.publicKey, Buffer.from(signature, 'base64'));
  return fits ? undefined : 'its signature does not fit what it says';
}

/**
 * Reads a checkpoint from untrusted text.
 *
 * @throws RECORD_INVALID
 */
export function parseCheckpoint(text: string, source: string): Checkpoint {
  try {
    return checkpointSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll('\n', ' ') : (cause as Error).message;
    throw new BelljarError('RECORD_INVALID', `${source} is no checkpoint: ${why}`, { cause });
  }
}

function signedBytes(unsigned: z.output<typeof unsignedSchema>): Buffer {
  return Buffer.from(canonicalJson(unsigned));
}
