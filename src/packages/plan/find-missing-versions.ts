import { containsVersion, parseSpecifiers } from '../../policy/index.ts';
import { describeTarget, pinsOf, requirementsFor, type Target, targetKey } from '../resolve/index.ts';
import type { Upstream } from '../upstream/index.ts';
import type { WishRequirement } from '../wish/index.ts';
import { identifyVersion } from './package-facts.ts';
import { fittingVersions } from './fitting-versions.ts';

export interface MissingVersionsOptions {
  readonly requirements: readonly WishRequirement[];
  readonly target: Target;
  readonly upstream: Pick<Upstream, 'findPage'>;
  readonly signal?: AbortSignal | undefined;
}

/** What is asked for in versions that no index has, or that have nothing for the target: each as a sentence. */
export async function findMissingVersions(options: MissingVersionsOptions): Promise<string[]> {
  const wanted = requirementsFor(options.requirements, options.target);
  const sentences = await Promise.all(wanted.map((requirement) => describe(requirement, options)));
  return [...new Set(sentences.filter((sentence) => sentence !== undefined))];
}

async function describe(
  { name, specifier, sha256s }: WishRequirement,
  { target, upstream, signal }: MissingVersionsOptions,
): Promise<string | undefined> {
  const page = await upstream.findPage(name, { signal });
  const specifiers = parseSpecifiers(specifier);
  if (page === undefined || specifiers === undefined) return undefined;
  const fits = (version: string | undefined): boolean => version !== undefined && containsVersion(specifiers, version);
  const usable = [...fittingVersions(page, describeTarget(target))];
  const newest = usable[0]?.version;
  const instead = newest === undefined ? 'nothing of it is a wheel for that' : `the newest there is is ${newest}`;
  if (!page.files.some(({ filename }) => fits(identifyVersion(filename, name)))) {
    return `there is no ${name}${specifier}: ${newest === undefined ? 'it has no version that can be taken' : instead}`;
  }
  if (!usable.some(({ version }) => fits(version))) {
    return `${name}${specifier} has no wheel for ${targetKey(target)}: ${instead}`;
  }
  const pins = pinsOf([{ name, sha256s }]).get(name);
  if (pins === undefined || page.files.some(({ sha256 }) => sha256 !== undefined && pins.has(sha256))) return undefined;
  return `no file of ${name}${specifier} has a hash that is asked for`;
}
