import type { Grounds, KeptInspection, ListedWheel } from '../gate/index.ts';
import type { PackageFacts } from '../../policy/index.ts';
import type { Lookalike } from '../names/index.ts';
import type { LockedFile, LockedPackage } from '../resolve/index.ts';
import { findFile, identifyFile, type ProjectFile, type ProjectPage } from '../upstream/index.ts';
import type { WheelFacts } from './wheel-facts.ts';

/** What was found in a wheel that was opened before. */
export type FindInspection = (wheel: ListedWheel) => Promise<KeptInspection | undefined>;

/** All that is known of one package of a lock. */
export interface KnownPackage {
  readonly locked: LockedPackage;
  /** Undefined where the index no longer has the project. */
  readonly page: ProjectPage | undefined;
  readonly wheel: WheelFacts | undefined;
  readonly sizeBytes: number | undefined;
  readonly inspection: KeptInspection | undefined;
  /** The project that its name is easily taken for. */
  readonly lookalike?: Lookalike | undefined;
}

/** The facts that a package is judged by: what is not known is left out. */
export function describePackage(known: KnownPackage, grounds: Grounds): PackageFacts {
  const { locked, page, wheel, lookalike, ...rest } = known;
  const { name, version, isRequested, requiredBy } = locked;
  return {
    ...{ name, version, requested: isRequested, dependants: [...requiredBy] },
    files: filesOf(locked).map(({ filename, sha256, uploadTime, sizeBytes }) => {
      const listed = page === undefined ? undefined : findFile(page, { filename, sha256 });
      return describeFile({
        filename,
        sha256,
        uploadTime: listed?.uploadTime ?? uploadTime,
        sizeBytes: rest.sizeBytes ?? sizeBytes,
        // A file that went away since is as good as one that was taken back.
        yanked: page !== undefined && (listed === undefined || listed.yanked),
      });
    }),
    ...(lookalike === undefined ? {} : { lookalike: { ...lookalike } }),
    ...(wheel?.licence === undefined ? {} : { licence: wheel.licence }),
    ...(page === undefined ? {} : { index: page.index, status: page.status }),
    advisories: [...grounds.advisories.find(name, version)],
    inspection: describeInspection(rest.inspection),
  };
}

/** The files that would be used of a package: its wheels, else its source. */
export function filesOf({ wheels, sdist }: Pick<LockedPackage, 'wheels' | 'sdist'>): readonly LockedFile[] {
  return wheels.length > 0 || sdist === undefined ? wheels : [sdist];
}

/** What was refused stands apart from all rules: see judgeLock(). */
function describeInspection(inspection: KeptInspection | undefined): PackageFacts['inspection'] {
  if (inspection?.verdict !== 'sound') return 'pending';
  const { installedBytes, startupFiles, hasNativeCode } = inspection;
  return { installedBytes, hasNativeCode, hasStartupFiles: startupFiles.length > 0 };
}

/** Another version of a project, as far as its page tells of it. */
export function describeCandidate(
  { page, version, file, licence }: CandidateOptions,
  grounds: Grounds,
): NonNullable<PackageFacts['candidates']>[number] {
  return {
    version,
    files: [describeFile(file)],
    ...(licence === undefined ? {} : { licence }),
    index: page.index,
    status: page.status,
    advisories: [...grounds.advisories.find(page.name, version)],
    inspection: 'pending',
  };
}

export interface CandidateOptions {
  readonly page: ProjectPage;
  readonly version: string;
  readonly file: ProjectFile;
  readonly licence: PackageFacts['licence'];
}

type FileFacts = NonNullable<PackageFacts['files']>[number];

function describeFile(file: Omit<ProjectFile, 'url' | 'coreMetadata'>): FileFacts {
  const { filename, sha256, sizeBytes, uploadTime, yanked } = file;
  return {
    name: filename,
    yanked,
    isWheel: filename.endsWith('.whl'),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(uploadTime === undefined ? {} : { uploadTime }),
  };
}

/** Which version of a project a file is; undefined where its name tells none. */
export function identifyVersion(filename: string, project: string): string | undefined {
  return identifyFile(filename, project)?.version;
}
