import { type Glob, isGlob, matchesGlob, parseGlob } from './glob.ts';
import { isProjectName, normalizeName } from './names.ts';
import { parseSpecifiers, type SpecifierSet } from './specifiers.ts';

/** What a rule names: a project or a glob over projects, and versions. */
export interface PackagePattern {
  readonly text: string;
  readonly name: Glob;
  /** Undefined where the rule holds for every version. */
  readonly specifiers: SpecifierSet | undefined;
}

type PackagePatternReading =
  { readonly ok: true; readonly pattern: PackagePattern } | { readonly ok: false; readonly message: string };

const shape = /^(?<name>[^\s<>=!~(),;@]+)[ \t]*(?<specifier>[<>=!~].*)?$/;

/** Reads `numpy`, `acme-*`, `pandas>=2,<3`. */
export function readPackagePattern(text: string): PackagePatternReading {
  const groups = shape.exec(text.trim())?.groups;
  const name = groups?.['name'] ?? '';
  if (groups === undefined || text.length > 2000) {
    return { ok: false, message: `“${text.slice(0, 80)}” is not a name or glob with versions, as in “pandas>=2,<3”` };
  }
  // `lib[abc]` would be a set of three characters too; nobody means that, and as a denial it would deny nothing.
  const [, project] = /^([A-Za-z0-9._-]+)\[[A-Za-z][A-Za-z0-9_.]{2,}(?:-[A-Za-z0-9_.]+)*\]$/.exec(name) ?? [];
  if (project !== undefined) {
    const message = `“${name}” names extras, which a rule cannot: write “${project}” for all of the project`;
    return { ok: false, message };
  }
  const glob = parseGlob(normalizePattern(name));
  if (!glob.ok) return glob;
  if (!isGlob(name) && !isProjectName(name)) return { ok: false, message: `“${name}” is not a project's name` };
  if (/[^A-Za-z0-9._\-*?[\]!]/.test(name))
    return { ok: false, message: `the glob “${name}” matches no project's name` };
  const specifiers = groups['specifier'] === undefined ? undefined : parseSpecifiers(groups['specifier']);
  if (groups['specifier'] !== undefined && specifiers === undefined) {
    return { ok: false, message: `“${groups['specifier'].trim()}” is not a version specifier` };
  }
  return { ok: true, pattern: { text: text.trim(), name: glob.glob, specifiers } };
}

export function namesPackage(pattern: PackagePattern, name: string): boolean {
  return matchesGlob(pattern.name, normalizeName(name));
}

const compiled = new Map<string, PackagePattern>();
const maxCompiled = 5000;

/** The pattern of a rule that the schema has already accepted. */
export function packagePattern(text: string): PackagePattern {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const reading = readPackagePattern(text);
  if (!reading.ok) throw new TypeError(reading.message);
  if (compiled.size >= maxCompiled) compiled.clear();
  compiled.set(text, reading.pattern);
  return reading.pattern;
}

/** Rules are compared with normalised names, so their fixed characters are normalised too; sets are left alone. */
function normalizePattern(name: string): string {
  return name
    .split(/(\[[^\]]*\])/)
    .map((piece, index) => (index % 2 === 1 ? piece.toLowerCase() : normalizeName(piece)))
    .join('');
}
