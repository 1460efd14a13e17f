import { normalizeName, parseVersion } from '../../policy/index.ts';

/** What the name of a file says; it is compared with the project whose page names it. */
export interface FileIdentity {
  readonly isWheel: boolean;
  readonly version: string;
}

const wheel =
  /^(?<name>[A-Za-z0-9](?:[A-Za-z0-9._]*[A-Za-z0-9])?)-(?<version>[^-]+)(?:-[0-9][^-]*)?-[^-]+-[^-]+-[^-]+\.whl$/;
const sourceEndings = ['.tar.gz', '.zip', '.tar.bz2', '.tgz'];

/** No separator, nothing that a shell, an address or a page would read in another way. */
const plain = /^[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}$/;

/** Reads the name of a file of a project; undefined where it is none that an installer takes, or one of another project. */
export function identifyFile(filename: string, project: string): FileIdentity | undefined {
  if (!plain.test(filename)) return undefined;
  const groups = wheel.exec(filename)?.groups;
  if (groups === undefined) return identifySource(filename, project);
  if (normalizeName(groups['name'] ?? '') !== project) return undefined;
  return { isWheel: true, version: (groups['version'] ?? '').replaceAll('_', '-') };
}

/** The projects that a file of this name can belong to: more than one only for old names of source distributions. */
export function projectsOf(filename: string): readonly string[] {
  if (!plain.test(filename)) return [];
  const name = wheel.exec(filename)?.groups?.['name'];
  if (name !== undefined) return [normalizeName(name)];
  return [...new Set(splitSource(filename).map(({ project }) => project))];
}

function identifySource(filename: string, project: string): FileIdentity | undefined {
  const split = splitSource(filename).find((each) => each.project === project);
  return split === undefined ? undefined : { isWheel: false, version: split.version };
}

function splitSource(filename: string): { readonly project: string; readonly version: string }[] {
  const ending = sourceEndings.find((each) => filename.endsWith(each));
  if (ending === undefined) return [];
  const stem = filename.slice(0, -ending.length);
  return [...stem.matchAll(/-/g)]
    .map(({ index }) => ({ project: normalizeName(stem.slice(0, index)), version: stem.slice(index + 1) }))
    .filter(({ version }) => parseVersion(version) !== undefined);
}
