import { createHash, type Hash } from 'node:crypto';

import { type ArchiveLimits, type ByteSource, openArchive, type PlacedEntry, readContent } from './archive/index.ts';
import { compareLists, maxProblems } from './compare-lists.ts';
import { isNativeCode } from './native-code.ts';
import { type WheelProblem, WheelRefusal } from './problem.ts';
import { readRecord, type RecordRow } from './record.ts';
import { findDistInfo, readTexts } from './text-files.ts';
import type { WheelReading } from './wheel-reading.ts';

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
  return { problems, files: [], folders: [], distInfo: '', metadata: '', wheelFile: '' };
}

async function readEntries(source: ByteSource, entries: readonly PlacedEntry[]): Promise<WheelReading> {
  const distInfo = findDistInfo(entries);
  const { recordText, ...texts } = await readTexts(source, entries, distInfo);
  const record = readRecord(recordText, `${distInfo}/RECORD`);
  const paths = entries.filter(({ isFolder }) => !isFolder).map(({ path }) => path);
  const problems = compareLists(paths, record, distInfo);
  const files: WheelReading['files'] = [];
  for (const entry of entries) {
    const row = entry.isFolder ? undefined : record.get(entry.path);
    const { problem, isNative } = await readEntry(source, entry, row);
    if (problem !== undefined && problems.length < maxProblems) problems.push(problem);
    const { path, isFolder, isExecutable, unpackedBytes: sizeBytes } = entry;
    if (!isFolder) files.push({ path, sizeBytes, isNative, isExecutable });
  }
  const folders = entries.filter(({ isFolder }) => isFolder).map(({ path }) => path);
  return { problems, files, folders, distInfo, ...texts };
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
