import { groupFiles, type PageVersion } from './page-version.ts';
import type { ProjectFile } from './project-page.ts';

type Row = readonly [
  filename: string,
  /** Without the file’s name where it ends in it. */
  url: string,
  sha256: string,
  sizeBytes: number | null,
  uploadTime: string,
  requiresPython: string,
  yanked: 0 | 1,
  yankedReason: string,
  coreMetadata: 0 | 1 | string,
];

/** The version, and how many bytes the rows of its files take; the files without one have an empty one. */
type Entry = readonly [version: string, bytes: number];

/** A line that tells where each version lies, then the versions: most of them nobody looks at. */
export function encodeFiles(files: readonly ProjectFile[], name: string): Buffer {
  const { versions, others } = groupFiles(files, name);
  const blocks = [{ version: '', files: others }, ...versions].map((each) => {
    return { version: each.version, bytes: Buffer.from(JSON.stringify(each.files.map(encodeFile))) };
  });
  const entries = blocks.map(({ version, bytes }): Entry => [version, bytes.length]);
  return Buffer.concat([Buffer.from(`${JSON.stringify(entries)}\n`), ...blocks.map(({ bytes }) => bytes)]);
}

/** The files of a page as they are kept, each version read when somebody looks at it. */
export class KeptFiles {
  readonly #bytes: Buffer;
  #parts: readonly PageVersion[] | undefined;
  #versions: readonly PageVersion[] | undefined;
  /** Most look at a few versions, and those who look at all keep what they made of them. */
  #all: WeakRef<readonly ProjectFile[]> | undefined;

  /** The bytes are vouched for: we wrote them. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The oldest first. */
  get versions(): readonly PageVersion[] {
    return (this.#versions ??= this.parts.slice(1));
  }

  /** The versions, and first the files that have none. */
  get parts(): readonly PageVersion[] {
    return (this.#parts ??= readBlocks(this.#bytes));
  }

  get all(): readonly ProjectFile[] {
    const known = this.#all?.deref();
    if (known !== undefined) return known;
    const files = this.parts.flatMap((part) => part.files);
    this.#all = new WeakRef(files);
    return files;
  }
}

class KeptVersion implements PageVersion {
  readonly version: string;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;

  constructor(version: string, bytes: Buffer, [start, end]: readonly [number, number]) {
    this.version = version;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  get files(): ProjectFile[] {
    return (JSON.parse(this.#bytes.toString('utf8', this.#start, this.#end)) as readonly Row[]).map(decodeFile);
  }
}

function readBlocks(bytes: Buffer): KeptVersion[] {
  const head = bytes.indexOf('\n');
  let start = head + 1;
  return (JSON.parse(bytes.toString('utf8', 0, head)) as readonly Entry[]).map(([version, length]) => {
    const block = new KeptVersion(version, bytes, [start, start + length]);
    start += length;
    return block;
  });
}

function encodeFile(file: ProjectFile): Row {
  const { filename, coreMetadata } = file;
  return [
    filename,
    encodeUrl(file.url, filename),
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
    url: decodeUrl(url, filename),
    sha256: sha256 || undefined,
    sizeBytes: sizeBytes ?? undefined,
    uploadTime: uploadTime || undefined,
    requiresPython: requiresPython || undefined,
    yanked: yanked === 1,
    yankedReason: yankedReason || undefined,
    coreMetadata: typeof mark === 'string' ? { sha256: mark || undefined } : mark === 0 ? 'none' : 'unknown',
  };
}

/** No address has a space at its end: it tells one that ends in a slash from one whose file’s name was left away. */
function encodeUrl(url: string, filename: string): string {
  if (url.endsWith(`/${filename}`)) return url.slice(0, -filename.length);
  return url.endsWith('/') ? `${url} ` : url;
}

function decodeUrl(url: string, filename: string): string {
  return url.endsWith('/') ? url + filename : url.trimEnd();
}
