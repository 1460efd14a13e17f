import { normalizeName } from '../../policy/index.ts';
import { famousImports } from '../famous-imports.ts';
import { standardModules } from '../standard-modules.ts';

/** The modules of a wheel that are called as Python's own are, or as a well-known project of another name. */
export function findShadowedNames(importNames: readonly string[], project: string): string[] {
  return importNames.filter((name) => {
    if (name.includes('.') || normalizeName(name) === project) return false;
    return standardModules.has(name) || famousImports.has(name);
  });
}
