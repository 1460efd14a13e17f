import type { LockedPackage } from '../resolve/index.ts';

type Linked = Pick<LockedPackage, 'name' | 'isRequested' | 'requiredBy' | 'sdist'>;

/** Those that nobody asks for or needs. Of a lock with sources nothing is told: only their builds say what they need. */
export function findSurplus(packages: readonly Linked[]): string[] {
  if (packages.some(({ sdist }) => sdist !== undefined)) return [];
  return packages
    .filter(({ isRequested, requiredBy }) => !isRequested && requiredBy.length === 0)
    .map(({ name }) => name);
}
