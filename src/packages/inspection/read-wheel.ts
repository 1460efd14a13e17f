import { createHash, type Hash } from 'node:crypto';

import { type ArchiveLimits, type ByteSource, openArchive, type PlacedEntry, readContent } from './archive/index.ts';
import { isNativeCode } from './native-code.ts';
import { type WheelProblem, WheelRefusal } from './problem.ts';
import { readRecord, type RecordRow } from './record.ts';
import type { WheelReading } from './wheel-reading.ts';

const maxProblems = 50;
const maxRecordBytes = 64 * 2 ** 20;
const maxMetadataBytes = 8 * 2 ** 20;
const maxTextBytes = 2 ** 20;

/** Opens a wheel: every byte of it is read, unpacked and held against RECORD. Never throws for what the wheel is. */
export async function readWheel(source: ByteSource, limits: ArchiveLimits): Promise<WheelReading> {
  try {
    return await readEntries(source, openArchive(source, limits));
  } catch (error) {
    if (error instanceof WheelRefusal) return refusedReading([error.problem]);
    throw error;
  }
}

export function refusedReading(problems: WheelProblem[]): WheelReading {
  return { problems, files: [], distInfo: '', metadata: '', wheelFile: '' };
}

async function readEntries(source: ByteSource, entries: readonly PlacedEntry[]): Promise<WheelReading> {
  const distInfo = findDistInfo(entries);
  const texts = new TextFiles(source, entries, distInfo);
  const record = readRecord(await texts.readText('RECORD', maxRecordBytes), `${distInfo}/RECORD`);
  const problems = compareLists(entries, record, distInfo);
  const files: WheelReading['files'] = [];
  for (const entry of entries) {
    const row = entry.isFolder ? undefined : record.get(entry.path);
    const { problem, isNative } = await readEntry(source, entry, row);
    if (problem !== undefined && problems.length < maxProblems) problems.push(problem);
    const { path, isFolder, isExecutable, unpackedBytes: sizeBytes } = entry;
    if (!isFolder) files.push({ path, sizeBytes, isNative, isExecutable });
  }
  return {
    problems,
    files,
    distInfo,
    metadata: (await texts.read('METADATA', maxMetadataBytes))?.toString('base64') ?? '',
    wheelFile: await texts.readText('WHEEL', maxTextBytes),
    entryPoints: texts.has('entry_points.txt') ? await texts.readText('entry_points.txt', maxTextBytes) : undefined,
  };
}

function findDistInfo(entries: readonly PlacedEntry[]): string {
  const tops = new Set(entries.map(({ path }) => path.split('/', 1)[0] ?? ''));
  const found = [...tops].filter((name) => name.toLowerCase().endsWith('.dist-info'));
  const [name] = found;
  if (name !== undefined && found.length === 1) return name;
  const why =
    name === undefined ? 'it has no .dist-info folder' : `it has several: ${found.sort().slice(0, 5).join(', ')}`;
  throw new WheelRefusal('wheel.folder', `a wheel has one .dist-info folder; ${why}`);
}

/** The small files that tell of the wheel itself. */
class TextFiles {
  readonly #source: ByteSource;
  readonly #distInfo: string;
  readonly #entries: ReadonlyMap<string, PlacedEntry>;

  constructor(source: ByteSource, entries: readonly PlacedEntry[], distInfo: string) {
    this.#source = source;
    this.#distInfo = distInfo;
    this.#entries = new Map(entries.filter(({ isFolder }) => !isFolder).map((entry) => [entry.path, entry]));
  }

  has(name: string): boolean {
    return this.#entries.has(`${this.#distInfo}/${name}`);
  }

  async read(name: string, maxBytes: number): Promise<Buffer | undefined> {
    const entry = this.#entries.get(`${this.#distInfo}/${name}`);
    if (entry === undefined) return undefined;
    if (entry.unpackedBytes > maxBytes) throw new WheelRefusal('archive.size', `${name} is too large`, entry.path);
    const pieces: Buffer[] = [];
    await readContent(this.#source, entry, (piece) => pieces.push(piece));
    return Buffer.concat(pieces);
  }

  async readText(name: 'RECORD' | 'WHEEL' | 'entry_points.txt', maxBytes: number): Promise<string> {
    const rule = ({ RECORD: 'wheel.record', WHEEL: 'wheel.file', 'entry_points.txt': 'wheel.script' } as const)[name];
    const bytes = await this.read(name, maxBytes);
    if (bytes === undefined) throw new WheelRefusal(rule, `the wheel has no ${name}`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new WheelRefusal(rule, `${name} is not written in UTF-8`, `${this.#distInfo}/${name}`);
    }
  }
}

/** Each file is in RECORD, and each line of RECORD has its file. */
function compareLists(
  entries: readonly PlacedEntry[],
  record: ReadonlyMap<string, RecordRow>,
  distInfo: string,
): WheelProblem[] {
  const paths = new Set(entries.filter(({ isFolder }) => !isFolder).map(({ path }) => path));
  const own = `${distInfo}/RECORD`;
  const signatures = [`${own}.jws`, `${own}.p7s`];
  const problems: WheelProblem[] = [];
  const tell = (path: string, what: string): void => {
    if (problems.length < maxProblems) problems.push({ rule: 'wheel.record', message: `${path} ${what}`, path });
  };
  for (const path of paths) {
    if (path === own || signatures.includes(path)) continue;
    const row = record.get(path);
    if (row === undefined) tell(path, 'is in the wheel, and RECORD does not list it');
    else if (row.digest === undefined) tell(path, 'has no digest in RECORD');
  }
  for (const path of record.keys()) {
    if (!paths.has(path)) tell(path, 'is in RECORD, and the wheel does not hold it');
  }
  return problems;
}

const headBytes = 4;

async function readEntry(
  source: ByteSource,
  entry: PlacedEntry,
  row: RecordRow | undefined,
): Promise<{ problem: WheelProblem | undefined; isNative: boolean }> {
  const { path, unpackedBytes } = entry;
  const hash: Hash | undefined = row?.digest && createHash(row.digest.algorithm);
  let head = Buffer.alloc(0);
  await readContent(source, entry, (piece) => {
    hash?.update(piece);
    if (head.length < headBytes) head = Buffer.concat([head, piece.subarray(0, headBytes - head.length)]);
  });
  const isNative = isNativeCode(path, head);
  const wrong = (what: string): WheelProblem => ({ rule: 'wheel.record', message: `${path} ${what}`, path });
  if (row?.sizeBytes !== undefined && row.sizeBytes !== unpackedBytes) {
    return { problem: wrong('has another size in RECORD'), isNative };
  }
  if (hash === undefined || hash.digest('base64url') === row?.digest?.value) return { problem: undefined, isNative };
  return { problem: wrong('is not the file that RECORD describes: its digest differs'), isNative };
}
