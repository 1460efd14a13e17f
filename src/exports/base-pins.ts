import { type Lock, readWanted, requireSound } from '../packages/index.ts';

/** What a lock has that was asked for by the base of a workspace alone, which stays behind: at its very versions. */
export function basePins({ packages }: Pick<Lock, 'packages'>, declared: readonly string[]): string[] {
  const names = new Set(requireSound(readWanted(declared)).map(({ name }) => name));
  return packages
    .filter(({ name, isRequested, requiredBy }) => isRequested && requiredBy.length === 0 && !names.has(name))
    .map(({ name, version }) => `${name}==${version}`);
}
