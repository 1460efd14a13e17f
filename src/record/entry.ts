import { hash } from 'node:crypto';
import { z } from 'zod';

import { canonicalJson, type JsonValue } from '../canonical-json.ts';
import { BelljarError } from '../errors.ts';
import { actorKinds, roleNames, verdicts } from '../words.ts';

export const maxDetailsBytes = 64 * 1024;
/** The `previous` of the first entry. */
export const noPrevious = '0'.repeat(64);
export const genesisAction = 'record.genesis';

/** A SHA-256 as the record writes it. */
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);
export const recordIdSchema = z.string().regex(/^[0-9a-f]{32}$/);
export const timeSchema = z.iso.datetime({ precision: 3 });

type JsonObject = { readonly [key: string]: JsonValue };
// What is inside is judged when it is written as canonical JSON, which knows a limit to nesting.
const detailsSchema = z.custom<JsonObject>((value) => isObject(value), 'details must be a JSON object');

const wellFormed = z
  .string()
  .min(1)
  .refine((text) => text.isWellFormed(), 'half of a surrogate pair is no text');
const shortText = wellFormed.max(512);

const actorSchema = z.strictObject({
  id: shortText,
  kind: z.enum(actorKinds),
  role: z.enum(roleNames),
});

/** What a caller says about something that happened; the record adds the rest. */
const draftSchema = z.strictObject({
  /** What happened, as a dotted verb: `run.start`, `policy.changed`. */
  action: z
    .string()
    .regex(/^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+$/)
    .max(100),
  /** Null where nobody asked: Belljar itself did it. */
  actor: actorSchema.nullable().default(null),
  workspace: shortText.nullable().default(null),
  /** Ties together all that one request caused. */
  correlationId: shortText.nullable().default(null),
  /** What it was done to: a package, a session, a plugin. */
  subject: wellFormed.max(2048).nullable().default(null),
  verdict: z.enum(verdicts).nullable().default(null),
  /** The policy that was in force. */
  policyHash: digestSchema.nullable().default(null),
  details: detailsSchema.default({}),
});

export const entrySchema = draftSchema.required().extend({
  v: z.literal(1),
  seq: z.int().positive(),
  /** When it was put on the chain, UTC; never before the entry before. */
  time: timeSchema,
  /** By how much the clock was behind the entry before, whose time was taken then. */
  clockBehindMs: z.int().nonnegative(),
  /** Which record: random, made with the first entry. */
  recordId: recordIdSchema,
  /** The hash of the entry before. */
  previous: digestSchema,
});

export type RecordedActor = z.output<typeof actorSchema>;
export type Draft = z.input<typeof draftSchema>;
type EntryContent = z.output<typeof entrySchema>;

/** An entry on the chain: what it says, and the hash of its canonical text. */
export type Entry = EntryContent & { readonly hash: string };

/** An entry with the text that is hashed and stored. */
export interface SealedEntry {
  readonly entry: Entry;
  readonly body: string;
}

export type CheckedDraft = Readonly<z.output<typeof draftSchema>>;

/** Where the chain ends: what the next entry must follow. */
export interface Head {
  readonly recordId: string;
  readonly seq: number;
  readonly time: string;
  readonly hash: string;
}

/**
 * Takes a copy of a draft that nobody can change any more.
 *
 * @throws RECORD_INVALID
 */
export function checkDraft(draft: Draft): CheckedDraft {
  const { success, data, error } = draftSchema.safeParse(draft);
  if (!success) {
    throw new BelljarError(
      'RECORD_INVALID',
      `this cannot be put on the record: ${z.prettifyError(error).replaceAll('\n', ' ')}`,
      {
        hint: 'The draft of an entry does not follow its schema.',
      },
    );
  }
  const details = writeDetails(data.details);
  const bytes = Buffer.byteLength(details);
  if (bytes > maxDetailsBytes) {
    throw new BelljarError(
      'RECORD_INVALID',
      `the details of an entry take ${bytes} bytes, at most ${maxDetailsBytes} fit`,
      {
        hint: 'Put digests on the record, not contents.',
        details: { action: data.action, bytes, maxDetailsBytes },
      },
    );
  }
  return { ...data, details: JSON.parse(details) as JsonObject };
}

function writeDetails(details: JsonObject): string {
  try {
    return canonicalJson(details);
  } catch (cause) {
    throw new BelljarError('RECORD_INVALID', `this cannot be put on the record: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Puts a draft behind the head. */
export function sealEntry(draft: CheckedDraft, head: Head, now: Date): SealedEntry {
  const clockBehindMs = Math.max(0, Date.parse(head.time) - now.getTime());
  const content: EntryContent = {
    ...draft,
    v: 1,
    seq: head.seq + 1,
    time: clockBehindMs > 0 ? head.time : now.toISOString(),
    clockBehindMs,
    recordId: head.recordId,
    previous: head.hash,
  };
  const body = canonicalJson(content);
  return { entry: { ...content, hash: hashBody(body) }, body };
}

export function hashBody(body: string): string {
  return hash('sha256', body);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
