import { containsVersion, parseSpecifiers } from '../../policy/index.ts';
import { formatRequirement, type MarkerEnvironment, parseMarker, type WishRequirement } from '../wish/index.ts';
import { linkPackages } from './link-packages.ts';
import { isNeeded, type Need, readNeed } from './need.ts';

/** A package as a lock would have it, with what its METADATA says. */
export interface ProposedPackage {
  readonly name: string;
  readonly version: string;
  readonly needs: readonly string[];
  readonly requiresPython?: string | undefined;
}

export interface GapQuestion {
  readonly packages: readonly ProposedPackage[];
  readonly requirements: readonly WishRequirement[];
  readonly environment: MarkerEnvironment;
}

/** What a set of packages lacks of what is asked for, and of what they need themselves on the target: each as a sentence. */
export function findGaps({ packages, requirements, environment }: GapQuestion): string[] {
  const byName = new Map(packages.map((each) => [each.name, each]));
  const links = linkPackages({ packages, requirements, environment });
  const wished = requirements.flatMap((requirement) => {
    const need = { ...requirement, marker: readMarker(requirement.marker) };
    if (!isNeeded(need, environment, [])) return [];
    return describeGap('what is asked for', need, byName) ?? [];
  });
  const needed = packages.flatMap(({ name, version, needs }) => {
    return needs.flatMap((text) => {
      // The kernel's own version is the engine's to know.
      const need = /platform_(?:release|version)/.test(text) ? undefined : readNeed(text);
      if (need === undefined || !isNeeded(need, environment, links.get(name)?.extras ?? [])) return [];
      return describeGap(`${name} ${version}`, need, byName) ?? [];
    });
  });
  return [...wished, ...needed, ...packages.flatMap((each) => describePythonGap(each, environment) ?? [])];
}

function readMarker(text: string | undefined): Need['marker'] {
  const reading = text === undefined ? undefined : parseMarker(text);
  return reading?.ok === true ? reading.marker : undefined;
}

function describeGap(
  who: string,
  { name, extras, specifier }: Need,
  byName: ReadonlyMap<string, ProposedPackage>,
): string | undefined {
  const found = byName.get(name);
  const wanted = formatRequirement({ name, extras, specifier, sha256s: [], source: { from: '' } });
  if (found === undefined) return `${who} needs ${wanted}, which is not there`;
  const specifiers = parseSpecifiers(specifier);
  // What cannot be read was not understood by the resolver either, or in another way: nothing is said of it.
  if (specifiers === undefined || containsVersion(specifiers, found.version)) return undefined;
  return `${who} needs ${wanted}, and there is ${found.version}`;
}

function describePythonGap(
  { name, version, requiresPython }: ProposedPackage,
  { python_full_version: python }: MarkerEnvironment,
): string | undefined {
  const specifiers = requiresPython === undefined ? undefined : parseSpecifiers(requiresPython);
  if (specifiers === undefined || containsVersion(specifiers, python)) return undefined;
  return `${name} ${version} needs Python ${requiresPython}, and the target has ${python}`;
}
