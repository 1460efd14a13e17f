import { normalizeName } from '../../policy/index.ts';
import { famousImports } from '../famous-imports.ts';
import { standardModules } from '../standard-modules.ts';

/**
 * The modules of a wheel that are called as Python's own are, or as a well-known project of another name, and what it puts into the
 * folder of such a project, where a file may be written over one of theirs.
 */
export function findShadowedNames(importNames: readonly string[], project: string): string[] {
  return importNames.filter((name) => {
    const [top = ''] = name.split('.', 1);
    if (normalizeName(top) === project) return false;
    return standardModules.has(name) || famousImports.has(top);
  });
}
