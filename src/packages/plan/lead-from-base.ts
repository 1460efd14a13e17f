import type { WishRequirement } from '../wish/index.ts';
import type { PlannedPackage } from './plan.ts';

/** Has the ways to packages begin at the base, where nobody but a base asked for the first of them. */
export function leadFromBase(
  packages: readonly PlannedPackage[],
  requirements: readonly WishRequirement[],
): readonly PlannedPackage[] {
  const bases = new Map(requirements.map(({ name, source }) => [name, source.base]));
  for (const { name, source } of requirements) if (source.base === undefined) bases.delete(name);
  if (bases.size === 0) return packages;
  const lead = (path: readonly string[]): readonly string[] => {
    const base = bases.get(path[0] ?? '');
    return base === undefined ? path : [`base ${base}`, ...path];
  };
  return packages.map((each) => ({
    ...each,
    path: lead(each.path),
    reasons: each.reasons.map((reason) => ({ ...reason, path: [...lead(reason.path)] })),
  }));
}
