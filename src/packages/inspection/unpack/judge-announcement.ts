import { createHash } from 'node:crypto';

import { type ArchiveLimits, checkCollisions, checkName, checkTotal } from '../archive/index.ts';
import { compareLists, namesOfRecord } from '../compare-lists.ts';
import { judgeWheel } from '../judge-wheel.ts';
import { landingOf } from '../landing.ts';
import { type WheelProblem, WheelRefusal } from '../problem.ts';
import { readRecord, type RecordRow } from '../record.ts';
import { findDistInfo } from '../text-files.ts';
import type { WheelName } from '../wheel-name.ts';
import type { AnnouncedFile, AnnouncedWheel } from './announced-wheel.ts';
import type { Announcement } from './announcement.ts';

export interface AnnouncementQuestion {
  readonly name: WheelName;
  readonly announcement: Announcement;
  /** Of the wheel itself. */
  readonly packedBytes: number;
  readonly limits: ArchiveLimits;
}

export type AnnouncementVerdict =
  | { readonly ok: true; readonly wheel: AnnouncedWheel }
  | { readonly ok: false; readonly problems: readonly WheelProblem[] };

/** Judges all but the content once more, on this side of the glass: whoever opened the wheel may have been taken over by it. */
export function judgeAnnouncement(question: AnnouncementQuestion): AnnouncementVerdict {
  try {
    return judge(question);
  } catch (error) {
    if (error instanceof WheelRefusal) return { ok: false, problems: [error.problem] };
    throw error;
  }
}

function judge({ name, announcement, packedBytes, limits }: AnnouncementQuestion): AnnouncementVerdict {
  const { recordText, files, folders = [], ...texts } = announcement;
  checkFiles(files, packedBytes, limits);
  const distInfo = findDistInfo([...files, ...folders.map((path) => ({ path }))]);
  const record = readRecord(recordText, `${distInfo}/RECORD`);
  const paths = files.map(({ path }) => path);
  const problems = [...compareLists(paths, record, distInfo), ...compareSizes(files, record)];
  if (problems.length > 0) return { ok: false, problems };
  checkTexts(texts, record, distInfo);
  const isNative = false; // for nothing that is asked here
  const reading = { problems: [], distInfo, folders, ...texts, files: files.map((file) => ({ ...file, isNative })) };
  const inspection = judgeWheel({ name, reading });
  if (inspection.verdict === 'refused') return { ok: false, problems: inspection.problems };
  const { version, entryPoints } = inspection;
  const placed = placeFiles(files, record, distInfo);
  checkCollisions(placed.map(({ landing }) => ({ path: `${landing.scheme}/${landing.path}`, isFolder: false })));
  return { ok: true, wheel: { name: name.name, version, distInfo, entryPoints, files: placed } };
}

function checkFiles(files: Announcement['files'], packedBytes: number, limits: ArchiveLimits): void {
  if (files.length > limits.maxFiles) {
    throw new WheelRefusal('archive.size', `it holds ${files.length} files; ${limits.maxFiles} are let in`);
  }
  for (const { path } of files) {
    checkName(path, limits.maxPathBytes);
    if (path.endsWith('/')) throw new WheelRefusal('archive.name', `${JSON.stringify(path)} is a folder`, path);
  }
  checkCollisions(files.map(({ path }) => ({ path, isFolder: false })));
  checkTotal(
    files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    packedBytes,
    limits,
  );
}

function compareSizes(files: Announcement['files'], record: ReadonlyMap<string, RecordRow>): WheelProblem[] {
  const wrong = files.filter(({ path, sizeBytes }) => (record.get(path)?.sizeBytes ?? sizeBytes) !== sizeBytes);
  return wrong.slice(0, 50).map(({ path }) => {
    return { rule: 'wheel.record', message: `${path} has another size in RECORD`, path };
  });
}

/** What was told of the wheel must be what will lie in its files. */
function checkTexts(
  { metadata, wheelFile, entryPoints }: Pick<Announcement, 'metadata' | 'wheelFile' | 'entryPoints'>,
  record: ReadonlyMap<string, RecordRow>,
  distInfo: string,
): void {
  const texts = [
    ['METADATA', Buffer.from(metadata, 'base64')],
    ['WHEEL', Buffer.from(wheelFile)],
    ['entry_points.txt', entryPoints === undefined ? undefined : Buffer.from(entryPoints)],
  ] as const;
  for (const [name, bytes] of texts) {
    const path = `${distInfo}/${name}`;
    const digest = record.get(path)?.digest;
    if (digest === undefined && (bytes === undefined || bytes.length === 0)) continue;
    const { algorithm, value } = digest ?? { algorithm: 'sha256', value: '' };
    const isSame = bytes !== undefined && createHash(algorithm).update(bytes).digest('base64url') === value;
    if (!isSame) {
      const message = `${path} is not the file that RECORD describes: its digest differs`;
      throw new WheelRefusal('wheel.record', message, path);
    }
  }
}

function placeFiles(
  files: Announcement['files'],
  record: ReadonlyMap<string, RecordRow>,
  distInfo: string,
): AnnouncedFile[] {
  const unlisted = namesOfRecord(distInfo);
  return files.flatMap(({ path, sizeBytes, isExecutable }, index) => {
    const landing = landingOf(path);
    const digest = record.get(path)?.digest;
    if (unlisted.includes(path) || landing === undefined || digest === undefined) return [];
    return [{ index, path, landing, sizeBytes, isExecutable, digest }];
  });
}
