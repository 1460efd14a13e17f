import {
  compareVersions,
  containsVersion,
  type PackageFacts,
  parseSpecifiers,
  parseVersion,
  type Reason,
  type Version,
} from '../../policy/index.ts';
import { type Grounds, judgePage } from '../gate/index.ts';
import { bestWheel, mayFit, type TargetTraits } from '../resolve/index.ts';
import type { ProjectFile, ProjectPage } from '../upstream/index.ts';
import { describeCandidate, identifyVersion } from './package-facts.ts';

/** A newer version that the policy keeps away. */
export interface HeldBack {
  readonly version: string;
  readonly verdict: 'ask' | 'deny';
  readonly reasons: readonly Pick<Reason, 'rule' | 'message'>[];
}

export interface OtherVersion {
  readonly version: string;
  readonly parsed: Version;
  /** What would be taken of it. */
  readonly file: ProjectFile;
}

/** A page has thousands of files, and stays the same from plan to plan: its versions go when it goes. */
const listed = new WeakMap<readonly ProjectFile[], Map<string, readonly OtherVersion[]>>();

/** The versions of a project that a target can take, the oldest first, each with its wheel. */
export function listVersions(page: ProjectPage, traits: TargetTraits): readonly OtherVersion[] {
  const { pythonVersion, system, machine, isMusl } = traits;
  const key = `${page.name} ${pythonVersion} ${system} ${machine} ${isMusl}`;
  const known = listed.get(page.files) ?? new Map<string, readonly OtherVersion[]>();
  const versions = known.get(key) ?? sortVersions(page, traits);
  listed.set(page.files, known.set(key, versions));
  return versions;
}

function sortVersions(page: ProjectPage, traits: TargetTraits): readonly OtherVersion[] {
  const fitting = page.files.filter((file) => mayFit(file.filename, traits) && takesPython(file, traits));
  const byVersion = Map.groupBy(fitting, ({ filename }) => identifyVersion(filename, page.name));
  return [...byVersion]
    .flatMap(([version, files]) => {
      const parsed = version === undefined ? undefined : parseVersion(version);
      const file = bestWheel(files);
      return version === undefined || parsed === undefined || file === undefined ? [] : [{ version, parsed, file }];
    })
    .sort((one, other) => compareVersions(one.parsed, other.parsed));
}

/** A range that cannot be read keeps nobody away, as installers have it. */
function takesPython({ requiresPython }: ProjectFile, { pythonVersion }: TargetTraits): boolean {
  const specifiers = requiresPython === undefined ? undefined : parseSpecifiers(requiresPython);
  return specifiers === undefined || containsVersion(specifiers, pythonVersion);
}

const mostHeldBack = 5;

/** The newest of the versions above one that the policy keeps away, and why. */
export async function findHeldBack(page: ProjectPage, options: HeldBackOptions): Promise<HeldBack[]> {
  const { traits, grounds, version } = options;
  const own = parseVersion(version);
  if (own === undefined) return [];
  const newer = listVersions(page, traits).filter(
    ({ parsed, file }) => compareVersions(parsed, own) > 0 && !file.yanked,
  );
  if (newer.length === 0) return [];
  const { files } = await judgePage({ ...page, files: newer.map(({ file }) => file) }, grounds);
  const held = files.flatMap(({ version: found, verdict, reasons }) => {
    // What stands against the one that was taken as well is not why another was not.
    const against = reasons.filter(({ rule }) => rule !== 'packages.missing.advisories');
    if (verdict === 'allow' || found === undefined || against.length === 0) return [];
    return [{ version: found, verdict, reasons: against.map(({ rule, message }) => ({ rule, message })) }];
  });
  return held.reverse().slice(0, mostHeldBack);
}

interface HeldBackOptions {
  readonly traits: TargetTraits;
  readonly grounds: Grounds;
  /** The version that was taken. */
  readonly version: string;
}

const mostBelow = 20;
const mostAbove = 10;

/**
 * The versions around one that could be taken instead. What no page tells of them is thought to be as it is here: whoever
 * names one of them has to look first.
 */
export function describeCandidates(page: ProjectPage, options: CandidatesOptions): Candidates {
  const { traits, grounds, like } = options;
  const own = like.version === undefined ? undefined : parseVersion(like.version);
  const versions = listVersions(page, traits).filter(({ file }) => !file.yanked);
  const below = own === undefined ? [] : versions.filter(({ parsed }) => compareVersions(parsed, own) < 0);
  const above = own === undefined ? versions : versions.filter(({ parsed }) => compareVersions(parsed, own) > 0);
  const [wheel] = like.files ?? [];
  return [...below.slice(-mostBelow), ...above.slice(0, mostAbove)].map(({ version, file }) => {
    const sizeBytes = file.sizeBytes ?? wheel?.sizeBytes;
    return describeCandidate({ page, version, file: { ...file, sizeBytes }, licence: like.licence }, grounds);
  });
}

export type Candidates = NonNullable<PackageFacts['candidates']>;

interface CandidatesOptions {
  readonly traits: TargetTraits;
  readonly grounds: Grounds;
  /** The version that was taken. */
  readonly like: PackageFacts;
}
