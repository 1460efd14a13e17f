import { type Policy } from '../../policy/index.ts';
import { famousProjects, findLookalike, type Lookalike, trustedNames } from '../names/index.ts';
import type { LockedPackage } from '../resolve/index.ts';

type Linked = Pick<LockedPackage, 'name' | 'requiredBy'>;

/**
 * The packages of a lock whose names are easily taken for those of others. What a famous project, or one that the policy
 * names, needs itself is meant by it: that is nobody's slip of the fingers.
 */
export function findLookalikes(packages: readonly Linked[], policy: Policy): ReadonlyMap<string, Lookalike> {
  const vouched = vouchedFor(packages, policy);
  return new Map(
    packages.flatMap(({ name }) => {
      const lookalike = vouched.has(name) ? undefined : findLookalike(name, policy);
      return lookalike === undefined ? [] : [[name, lookalike] as const];
    }),
  );
}

/** All below those that are trusted, and these themselves. */
function vouchedFor(packages: readonly Linked[], policy: Policy): ReadonlySet<string> {
  const trusted = trustedNames(policy);
  const needs = new Map<string, string[]>();
  for (const { name, requiredBy } of packages) {
    for (const dependant of requiredBy) needs.set(dependant, [...(needs.get(dependant) ?? []), name]);
  }
  const vouched = new Set(
    packages.map(({ name }) => name).filter((name) => famousProjects.has(name) || trusted.has(name)),
  );
  // A set is walked in the order in which it grows.
  for (const name of vouched) for (const needed of needs.get(name) ?? []) vouched.add(needed);
  return vouched;
}
