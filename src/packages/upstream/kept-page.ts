import { crc32 } from 'node:zlib';

import { z } from 'zod';

import { type ProjectFile, type ProjectPage, projectStatuses } from './project-page.ts';

/** What upstream said of a name, and what to ask it with whether it still does. */
export interface KeptPage {
  /** Undefined where it has no such project. */
  readonly page: Omit<ProjectPage, 'fetchedAt' | 'isStale'> | undefined;
  /** Where its files lie. */
  readonly hosts: readonly string[];
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** About how much memory it takes. */
  readonly sizeBytes: number;
}

/** Raised with the form below, and with what the readers of pages take: what an older Belljar kept is fetched again. */
const form = 2;

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
export function encodeKeptPage(kept: KeptPage, name: string, index: string): Buffer {
  const rows = Buffer.from(JSON.stringify((kept.page?.files ?? []).map(encodeFile)));
  const { page, etag, lastModified, hosts } = kept;
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
    hosts: [...hosts],
    checksum: crc32(rows),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), rows]);
}

/** Undefined where it is damaged, of another form or of something else. */
export function decodeKeptPage(bytes: Buffer, wanted: { name: string; index: string }): KeptPage | undefined {
  const end = bytes.indexOf('\n');
  const rows = bytes.subarray(end + 1);
  const head = readHead(bytes.toString('utf8', 0, Math.max(end, 0)));
  if (head === undefined || head.name !== wanted.name || head.index !== wanted.index) return undefined;
  if (head.checksum !== crc32(rows)) return undefined;
  const { name, index, digest, status, statusReason, etag, lastModified, hosts } = head;
  const common = { hosts, etag, lastModified, sizeBytes: bytes.length * 3 };
  if (head.isMissing) return { page: undefined, ...common };
  const readFiles = readOnce(rows);
  const page = {
    name,
    index,
    digest,
    status,
    statusReason,
    get files() {
      return readFiles();
    },
  };
  return { page, ...common };
}

/** Most of the time goes into the files, and who knows the page’s digest need not look at them. */
function readOnce(bytes: Buffer): () => readonly ProjectFile[] {
  let rows: Buffer | undefined = bytes;
  let files: readonly ProjectFile[] = [];
  return () => {
    if (rows !== undefined) files = (JSON.parse(rows.toString('utf8')) as readonly Row[]).map(decodeFile); // the checksum says that we wrote them
    rows = undefined;
    return files;
  };
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
