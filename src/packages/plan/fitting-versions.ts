import { compareVersions, containsVersion, parseSpecifiers, parseVersion } from '../../policy/index.ts';
import { bestWheel, mayFit, type TargetTraits } from '../resolve/index.ts';
import { type PageVersion, type ProjectFile, type ProjectPage, versionsOf } from '../upstream/index.ts';

/** A version that a target can take. */
export interface FittingVersion {
  readonly version: string;
  /** What would be taken of it. */
  readonly file: ProjectFile;
}

export interface FittingOptions {
  readonly traits: TargetTraits;
  /** The version that was taken. */
  readonly version: string;
}

/** All versions, the newest first, each with its wheel. */
export function* fittingVersions(page: ProjectPage, traits: TargetTraits): Generator<FittingVersion, void> {
  for (const each of versionsOf(page).toReversed()) yield* fit(each, traits);
}

/** The versions above one, the newest first, each with its wheel. */
export function* fittingAbove(page: ProjectPage, { traits, version }: FittingOptions): Generator<FittingVersion, void> {
  const versions = versionsOf(page);
  for (const each of versions.slice(countUpTo(versions, version)).reverse()) yield* fit(each, traits);
}

/** The versions below one, the newest first, each with its wheel. */
export function* fittingBelow(page: ProjectPage, { traits, version }: FittingOptions): Generator<FittingVersion, void> {
  const own = parseVersion(version);
  const versions = versionsOf(page);
  for (const each of versions.slice(0, countUpTo(versions, version)).reverse()) {
    const parsed = parseVersion(each.version);
    if (parsed === undefined || own === undefined) return; // such come first, and nobody can say how old they are
    if (compareVersions(parsed, own) < 0) yield* fit(each, traits);
  }
}

/** How many of the versions, which are in their order, are not above one. */
function countUpTo(versions: readonly PageVersion[], version: string): number {
  const own = parseVersion(version);
  let [low, high] = [0, versions.length];
  while (own !== undefined && low < high) {
    const middle = (low + high) >> 1;
    const parsed = parseVersion(versions[middle]?.version ?? '');
    if (parsed !== undefined && compareVersions(parsed, own) > 0) high = middle;
    else low = middle + 1;
  }
  return high;
}

function* fit({ version, files }: PageVersion, traits: TargetTraits): Generator<FittingVersion, void> {
  const file = bestWheel(files.filter((each) => mayFit(each.filename, traits) && takesPython(each, traits)));
  if (file !== undefined) yield { version, file };
}

/** A range that cannot be read keeps nobody away, as installers have it. */
function takesPython({ requiresPython }: ProjectFile, { pythonVersion }: TargetTraits): boolean {
  const specifiers = requiresPython === undefined ? undefined : parseSpecifiers(requiresPython);
  return specifiers === undefined || containsVersion(specifiers, pythonVersion);
}
