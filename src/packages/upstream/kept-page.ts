import { createHash } from 'node:crypto';

import { z } from 'zod';

import { type ProjectFile, type ProjectPage, projectStatuses } from './project-page.ts';

/** What upstream said of a name, and what to ask it with whether it still does. */
export interface KeptPage {
  /** Undefined where it has no such project. */
  readonly page: Omit<ProjectPage, 'fetchedAt' | 'isStale'> | undefined;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** About how much memory it takes. */
  readonly sizeBytes: number;
}

/** Raised with the form below, and with what the readers of pages take: what an older Belljar kept is fetched again. */
const form = 1;

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
  rowsDigest: z.string(),
});

type Row = readonly [
  filename: string,
  url: string,
  sha256: string,
  sizeBytes: number | null,
  uploadTime: string,
  requiresPython: string,
  yanked: 0 | 1,
  yankedReason: string,
  coreMetadata: 0 | 1 | string,
];

/** A line that says what it is and vouches for the rest, then the files as rows: several times quicker to read than the page. */
export function encodeKeptPage(kept: KeptPage, name: string, index: string): string {
  const rows = JSON.stringify((kept.page?.files ?? []).map(encodeFile));
  const { page, etag, lastModified } = kept;
  const head: z.infer<typeof headSchema> = {
    form,
    name,
    index,
    isMissing: page === undefined,
    digest: page?.digest ?? '',
    status: page?.status ?? 'active',
    statusReason: page?.statusReason,
    etag,
    lastModified,
    rowsDigest: digestOf(rows),
  };
  return `${JSON.stringify(head)}\n${rows}`;
}

/** Undefined where it is damaged, of another form or of something else. */
export function decodeKeptPage(text: string, wanted: { name: string; index: string }): KeptPage | undefined {
  const end = text.indexOf('\n');
  const rows = text.slice(end + 1);
  const head = readHead(text.slice(0, Math.max(end, 0)));
  if (head === undefined || head.name !== wanted.name || head.index !== wanted.index) return undefined;
  if (head.rowsDigest !== digestOf(rows)) return undefined;
  const { name, index, digest, status, statusReason, etag, lastModified } = head;
  const validators = { etag, lastModified, sizeBytes: text.length * 3 };
  if (head.isMissing) return { page: undefined, ...validators };
  const files = (JSON.parse(rows) as readonly Row[]).map(decodeFile); // the digest says that we wrote them
  return { page: { name, index, digest, status, statusReason, files }, ...validators };
}

function readHead(line: string): z.infer<typeof headSchema> | undefined {
  try {
    return headSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function encodeFile(file: ProjectFile): Row {
  const { filename, coreMetadata } = file;
  return [
    filename,
    file.url.endsWith(`/${filename}`) ? file.url.slice(0, -filename.length) : file.url,
    file.sha256 ?? '',
    file.sizeBytes ?? null,
    file.uploadTime ?? '',
    file.requiresPython ?? '',
    file.yanked ? 1 : 0,
    file.yankedReason ?? '',
    typeof coreMetadata === 'object' ? (coreMetadata.sha256 ?? '') : coreMetadata === 'none' ? 0 : 1,
  ];
}

function decodeFile(row: Row): ProjectFile {
  const [filename, url, sha256, sizeBytes, uploadTime, requiresPython, yanked, yankedReason, mark] = row;
  return {
    filename,
    url: url.endsWith('/') ? url + filename : url,
    sha256: sha256 || undefined,
    sizeBytes: sizeBytes ?? undefined,
    uploadTime: uploadTime || undefined,
    requiresPython: requiresPython || undefined,
    yanked: yanked === 1,
    yankedReason: yankedReason || undefined,
    coreMetadata: typeof mark === 'string' ? { sha256: mark || undefined } : mark === 0 ? 'none' : 'unknown',
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
