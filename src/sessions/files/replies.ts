import { z } from 'zod';

import { BelljarError, type ErrorCode } from '../../errors.ts';
import { isPlainName, isWorkspacePath } from './workspace-path.ts';

const bytes = z.int().nonnegative();
const mediaType = z
  .string()
  .max(128)
  .regex(/^[a-z]+\/[\w.+-]+$/);
const entrySchema = z.object({
  name: z.string().refine((name) => isPlainName(name)),
  kind: z.enum(['file', 'folder', 'link', 'other']),
  bytes: bytes.optional(),
  modifiedMs: z.int(),
});
export type FileEntry = Readonly<z.infer<typeof entrySchema>>;

const artifactSchema = z.object({
  /** Below the workspace, with slashes. */
  path: z.string().refine((path) => isWorkspacePath(path)),
  change: z.enum(['new', 'changed', 'removed']),
  bytes: bytes.optional(),
  mediaType: mediaType.optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

/** A file that a run left, changed or removed, as it is described inside. */
export type Artifact = Readonly<z.infer<typeof artifactSchema>>;

/** What one request may be answered by, beside a refusal. */
export const replySchemas = {
  stat: entrySchema.extend({ name: z.string(), mediaType: mediaType.optional() }),
  list: z.object({
    entries: z.array(entrySchema).max(1000),
    following: z.string().max(255),
    unsayable: bytes,
    isPartial: z.boolean(),
  }),
  read: z.object({ bytes, version: z.string().max(200), data: z.base64() }),
  write: z.object({ bytes }),
  discard: z.object({}),
  makeFolder: z.object({}),
  remove: z.object({}),
  look: z.object({
    artifacts: z.array(artifactSchema).max(100),
    more: bytes,
    isPartial: z.boolean(),
    state: z.base64(),
  }),
} as const;

export type FileRequest = keyof typeof replySchemas;
export type FileReply<Kind extends FileRequest> = z.infer<(typeof replySchemas)[Kind]>;

const refusalSchema = z.object({ ok: z.literal(false), why: z.string().max(32), text: z.string().max(10_000) });

const codeOf: Readonly<Record<string, ErrorCode>> = { missing: 'FILE_NOT_FOUND', name: 'USAGE' };

/**
 * What came from inside in answer to a request.
 *
 * @throws FILE_NOT_FOUND and FILE_REFUSED where it is a refusal; RUNNER_REFUSED where it is nothing that the protocol knows.
 */
export function readReply<Kind extends FileRequest>(kind: Kind, value: unknown): FileReply<Kind> {
  const refusal = refusalSchema.safeParse(value);
  if (refusal.success) {
    const { why, text } = refusal.data;
    const code = Object.hasOwn(codeOf, why) ? codeOf[why] : undefined;
    throw new BelljarError(code ?? 'FILE_REFUSED', showText(text), { details: { why } });
  }
  const reply = replySchemas[kind].safeParse(value);
  if (reply.success) return reply.data as FileReply<Kind>;
  throw new BelljarError('RUNNER_REFUSED', `what came from the sandbox is no answer to “${kind}”`);
}

const maxShownCharacters = 300;

/** It holds names that code chose. */
function showText(text: string): string {
  return text.slice(0, maxShownCharacters).replace(/[\p{C}\u2028\u2029]/gu, '�');
}
