import { crc32 } from 'node:zlib';

import { z } from 'zod';

import { KeptFiles } from './kept-files.ts';
import { type ProjectPage, projectStatuses } from './project-page.ts';

/** What upstream said of a name, and what to ask it with whether it still does. */
export interface KeptPage {
  /** Undefined where it has no such project. */
  readonly page: Omit<ProjectPage, 'fetchedAt' | 'isStale' | 'files'> | undefined;
  readonly files: KeptFiles;
  /** Where its files lie. */
  readonly hosts: readonly string[];
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** The same, as it is kept. */
  readonly bytes: Buffer;
}

/** Raised with the form below, and with what the readers of pages take: what an older Belljar kept is fetched again. */
const form = 4;

const headSchema = z.object({
  form: z.literal(form),
  name: z.string(),
  index: z.string(),
  isMissing: z.boolean(),
  digest: z.string(),
  status: z.enum(projectStatuses),
  statusReason: z.string().optional(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  hosts: z.array(z.string()),
  checksum: z.int(),
});

/** What stands before the files. */
export type PageHead = Omit<z.infer<typeof headSchema>, 'form' | 'checksum'>;

/** A line that says what it is and vouches for the rest, then the files. */
export function encodeKeptPage(head: PageHead, files: Buffer): Buffer {
  const whole: z.infer<typeof headSchema> = { form, ...head, checksum: crc32(files) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(whole)}\n`), files]);
}

/** Undefined where it is damaged, of another form or of something else. */
export function decodeKeptPage(bytes: Buffer, wanted: { name: string; index: string }): KeptPage | undefined {
  const end = bytes.indexOf('\n');
  const rest = bytes.subarray(end + 1);
  const head = readHead(bytes.toString('utf8', 0, Math.max(end, 0)));
  if (head === undefined || head.name !== wanted.name || head.index !== wanted.index) return undefined;
  if (head.checksum !== crc32(rest)) return undefined;
  const { name, index, digest, status, statusReason, etag, lastModified, hosts, isMissing } = head;
  const page = isMissing ? undefined : { name, index, digest, status, statusReason };
  return { page, files: new KeptFiles(rest), hosts, etag, lastModified, bytes };
}

function readHead(line: string): z.infer<typeof headSchema> | undefined {
  try {
    return headSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
