import { parseSpecifiers, parseVersion, pinnedVersion } from '../../policy/index.ts';
import type { WishProblem, WishRequirement } from './wish-requirement.ts';

/** Requirements that pin one version of one project under one condition to different files. */
export function findContradictions(requirements: readonly WishRequirement[]): readonly WishProblem[] {
  const seen = new Map<string, WishRequirement>();
  return requirements
    .filter(({ sha256s }) => sha256s.length > 0)
    .flatMap((requirement) => {
      const key = JSON.stringify([requirement.name, requirement.marker, versionKeyOf(requirement)]);
      const first = seen.get(key);
      if (first === undefined) seen.set(key, requirement);
      return first === undefined || hasSameHashes(first, requirement) ? [] : [describe(requirement, first)];
    });
}

/** The same for 1.0 and 1.0.0. */
function versionKeyOf({ specifier }: WishRequirement): string {
  const specifiers = parseSpecifiers(specifier);
  const version = parseVersion((specifiers && pinnedVersion(specifiers)) ?? '');
  if (version === undefined) return specifier;
  const { epoch, release, pre, post, dev, local } = version;
  const significant = release.slice(0, release.findLastIndex((part) => part !== 0) + 1);
  return [epoch, significant.join('.'), pre?.letter, pre?.number, post, dev, local?.join('.')].join('|');
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
