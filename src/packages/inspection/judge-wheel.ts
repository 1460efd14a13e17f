import { createHash } from 'node:crypto';

import { compareVersions, normalizeName, parseVersion } from '../../policy/index.ts';
import { type CoreMetadata, readCoreMetadata } from './core-metadata.ts';
import { readEntryPoints } from './entry-points.ts';
import { importNamesOf } from './import-names.ts';
import type { Inspection } from './inspection.ts';
import { judgeLanding } from './judge-landing.ts';
import type { WheelProblem } from './problem.ts';
import { findShadowedNames } from './shadowed-names.ts';
import { findStartupFiles } from './startup-files.ts';
import { findWheelFileProblem } from './wheel-file.ts';
import type { WheelName } from './wheel-name.ts';
import type { WheelReading } from './wheel-reading.ts';

export interface WheelQuestion {
  readonly name: WheelName;
  readonly reading: WheelReading;
}

/** Judges what was read from a wheel: whether file name, folders, METADATA and WHEEL tell of one thing. */
export function judgeWheel({ name, reading }: WheelQuestion): Inspection {
  if (reading.problems.length > 0) return { verdict: 'refused', problems: reading.problems };
  const metadataBytes = Buffer.from(reading.metadata, 'base64');
  const metadata = readCoreMetadata(metadataBytes);
  if (!metadata.ok) return refuse({ rule: 'wheel.metadata', message: `METADATA ${metadata.message}` });
  const paths = reading.files.map(({ path }) => path);
  const programs = readEntryPoints(reading.entryPoints ?? '', name.name);
  const problems = [
    ...judgeIdentity(name, reading.distInfo, metadata.metadata),
    ...judgeWheelFile(reading.wheelFile, name),
    ...judgeLanding({ paths, folders: reading.folders, distInfo: reading.distInfo, project: name.name }),
    ...programs.problems,
  ];
  if (problems.length > 0) return { verdict: 'refused', problems: problems.slice(0, maxProblems) };
  const { version, licence, licenceContradictions, requires, requiresPython } = metadata.metadata;
  const importNames = importNamesOf(paths);
  return {
    ...{ verdict: 'sound', name: name.name, version, licence, licenceContradictions, requires, requiresPython },
    installedBytes: reading.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    fileCount: reading.files.length,
    startupFiles: findStartupFiles(paths, name.name),
    hasNativeCode: reading.files.some(({ isNative }) => isNative),
    importNames,
    shadowedNames: findShadowedNames(importNames, name.name),
    entryPoints: programs.entryPoints,
    metadataSha256: createHash('sha256').update(metadataBytes).digest('hex'),
  };
}

const maxProblems = 50;

function refuse(problem: WheelProblem): Inspection {
  return { verdict: 'refused', problems: [problem] };
}

function judgeIdentity(name: WheelName, distInfo: string, metadata: CoreMetadata): WheelProblem[] {
  const problems: WheelProblem[] = [];
  const [folderName = '', folderVersion = '', ...more] = distInfo.slice(0, -'.dist-info'.length).split('-');
  const isOwn = more.length === 0 && isSame(name, folderName, folderVersion);
  if (!isOwn) {
    const message = `the folder ${distInfo} is not that of ${describe(name)}, which the file’s name says`;
    problems.push({ rule: 'wheel.folder', message, path: distInfo });
  }
  if (!isSame(name, metadata.name, metadata.version)) {
    const message = `METADATA is that of ${metadata.name} ${metadata.version}; the file’s name says ${describe(name)}`;
    problems.push({ rule: 'wheel.metadata', message });
  }
  return problems;
}

function isSame(name: WheelName, otherName: string, otherVersion: string): boolean {
  const version = parseVersion(otherVersion.replaceAll('_', '-'));
  return (
    normalizeName(otherName) === name.name && version !== undefined && compareVersions(version, name.version) === 0
  );
}

function describe({ name, version }: WheelName): string {
  return `${name} ${version.text}`;
}

function judgeWheelFile(text: string, name: WheelName): WheelProblem[] {
  const problem = findWheelFileProblem(text, name);
  return problem === undefined ? [] : [{ rule: 'wheel.file', message: `WHEEL ${problem}` }];
}
