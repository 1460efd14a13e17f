import type { PackageFacts } from './facts.ts';

/**
 * The shortest path from a requested package to each package, over who needs whom. Among paths of equal length the first by
 * name is taken, so that the same facts in another order give the same path.
 */
export function dependencyPaths(packages: readonly PackageFacts[]): ReadonlyMap<string, readonly string[]> {
  const needs = new Map<string, Set<string>>();
  for (const { name, dependants } of packages) {
    for (const dependant of dependants) needs.set(dependant, (needs.get(dependant) ?? new Set()).add(name));
  }
  const requested = packages.filter((facts) => facts.requested).map(({ name }) => name);
  const paths = new Map<string, readonly string[]>();
  let frontier = [...new Set(requested)].sort().map((name) => [name] as readonly string[]);
  while (frontier.length > 0) {
    const fresh = frontier.filter((path) => {
      const name = path.at(-1) ?? '';
      if (paths.has(name)) return false;
      paths.set(name, path);
      return true;
    });
    frontier = fresh.flatMap((path) => [...(needs.get(path.at(-1) ?? '') ?? [])].sort().map((name) => [...path, name]));
  }
  return paths;
}
