import { crc32 } from 'node:zlib';

import { z } from 'zod';

import type { ReadyBody } from './ready-body.ts';
import type { RefusalNote } from './refusal-book.ts';

/** All that sending a page takes. */
export interface ServedPage {
  readonly body: ReadyBody;
  /** What a person is told of what is hidden. */
  readonly notes: readonly RefusalNote[];
  /** Whether nothing is left of it. */
  readonly isEmpty: boolean;
  /** When a verdict changes by the passing of time alone. */
  readonly validUntilMs: number;
}

const noteSchema = z.object({
  version: z.string().optional(),
  filename: z.string().optional(),
  verdict: z.enum(['ask', 'deny']),
  reasons: z.array(z.object({ rule: z.string(), message: z.string() })),
});

const headSchema = z.object({
  /** What it was made of. */
  grounds: z.string(),
  etag: z.string(),
  headers: z.record(z.string(), z.union([z.string(), z.number()])),
  notes: z.array(noteSchema),
  isEmpty: z.boolean(),
  /** Left out where no time changes it. */
  validUntilMs: z.number().optional(),
  checksum: z.int(),
});

/** A line that says what it was made of and vouches for the rest, then the body. */
export function encodeServedPage({ body, validUntilMs, ...words }: ServedPage, grounds: string): Buffer {
  const { bytes, etag, headers } = body;
  const head = {
    ...{ grounds, etag, headers, ...words, checksum: crc32(bytes) },
    ...(Number.isFinite(validUntilMs) ? { validUntilMs } : {}),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes]);
}

/** Undefined where it is damaged, or was made of something else. */
export function decodeServedPage(kept: Buffer, grounds: string): ServedPage | undefined {
  const end = Math.max(kept.indexOf('\n'), 0);
  const head = readHead(kept.toString('utf8', 0, end));
  const bytes = kept.subarray(end + 1);
  if (head?.grounds !== grounds || head.checksum !== crc32(bytes)) return undefined;
  const { etag, headers, notes, isEmpty, validUntilMs = Number.POSITIVE_INFINITY } = head;
  return { body: { bytes, etag, headers }, notes, isEmpty, validUntilMs };
}

function readHead(line: string): z.infer<typeof headSchema> | undefined {
  try {
    return headSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
