import type { PackageFacts } from './facts.ts';

/** A path that is longer is told by its ends: there can be as many paths as packages. */
const longestPath = 32;

/**
 * The shortest path from a requested package to each package, over who needs whom. Among paths of equal length the first by
 * name is taken, so that the same facts in another order give the same path.
 */
export function dependencyPaths(packages: readonly PackageFacts[]): ReadonlyMap<string, readonly string[]> {
  const parents = findParents(packages);
  return new Map([...parents.keys()].map((name) => [name, walkBack(name, parents)]));
}

/** Of each package the one before it on its path; undefined of those that were requested. In order of distance. */
function findParents(packages: readonly PackageFacts[]): ReadonlyMap<string, Parent | undefined> {
  const needs = new Map<string, Set<string>>();
  for (const { name, dependants } of packages) {
    for (const dependant of dependants) needs.set(dependant, (needs.get(dependant) ?? new Set()).add(name));
  }
  const requested = packages.filter((facts) => facts.requested).map(({ name }) => name);
  const parents = new Map<string, Parent | undefined>([...new Set(requested)].sort().map((name) => [name, undefined]));
  // A map is walked in the order in which it grows: who comes later is farther away.
  for (const [name, before] of parents) {
    const step = { name, first: before?.first ?? name, length: (before?.length ?? 0) + 1 };
    for (const needed of [...(needs.get(name) ?? [])].sort()) {
      if (!parents.has(needed)) parents.set(needed, step);
    }
  }
  return parents;
}

interface Parent {
  readonly name: string;
  /** Where the path to it begins, and how long it is. */
  readonly first: string;
  readonly length: number;
}

function walkBack(name: string, parents: ReadonlyMap<string, Parent | undefined>): readonly string[] {
  const path = [name];
  const last = parents.get(name);
  const isLong = last !== undefined && last.length >= longestPath;
  for (let step = last; step !== undefined; step = parents.get(step.name)) {
    if (isLong && path.length === longestPath - 2) return [last.first, '…', ...path.reverse()];
    path.push(step.name);
  }
  return path.reverse();
}
