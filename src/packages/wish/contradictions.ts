import { compareVersions, parseSpecifiers, parseVersion, pinnedVersion } from '../../policy/index.ts';
import type { WishProblem, WishRequirement } from './wish-requirement.ts';

/** Requirements that pin one version of one project under one condition to different files. */
export function findContradictions(requirements: readonly WishRequirement[]): readonly WishProblem[] {
  const seen = new Map<string, WishRequirement[]>();
  return requirements
    .filter(({ sha256s }) => sha256s.length > 0)
    .flatMap((requirement) => {
      const key = JSON.stringify([requirement.name, requirement.marker]);
      const earlier = seen.get(key) ?? [];
      seen.set(key, [...earlier, requirement]);
      const other = earlier.find((each) => isSameVersion(each, requirement) && !hasSameHashes(each, requirement));
      return other === undefined ? [] : [describe(requirement, other)];
    });
}

function isSameVersion(one: WishRequirement, other: WishRequirement): boolean {
  const [version, otherVersion] = [versionOf(one), versionOf(other)];
  return version !== undefined && otherVersion !== undefined && compareVersions(version, otherVersion) === 0;
}

function versionOf({ specifier }: WishRequirement): ReturnType<typeof parseVersion> {
  const specifiers = parseSpecifiers(specifier);
  return parseVersion((specifiers && pinnedVersion(specifiers)) ?? '');
}

function hasSameHashes(one: WishRequirement, other: WishRequirement): boolean {
  return one.sha256s.join() === other.sha256s.join();
}

function describe({ name, specifier, source }: WishRequirement, other: WishRequirement): WishProblem {
  const { from, line } = other.source;
  return {
    ...source,
    text: `${name}${specifier}`,
    message: `${name}${specifier} has other hashes than in ${from}${line === undefined ? '' : `, line ${line}`}`,
    hint: 'Keep the one that you trust.',
  };
}
