import { BelljarError } from '../../errors.ts';
import { compareVersions, parseVersion } from '../../policy/index.ts';
import {
  describeTarget,
  environmentOf,
  findGaps,
  isSource,
  linkPackages,
  type Lock,
  lockFile,
  mayFit,
  sealLock,
  type Target,
  targetKey,
} from '../resolve/index.ts';
import { Turns } from '../turns.ts';
import { findFile, type ProjectFile, type ProjectPage, type Upstream } from '../upstream/index.ts';
import type { WishRequirement } from '../wish/index.ts';
import { findSurplus } from './find-surplus.ts';
import type { WheelLearner } from './learn-wheel.ts';
import { identifyVersion } from './package-facts.ts';

/** A package as somebody else's lock has it: which version, as which file. */
export interface ClaimedPackage {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly sha256: string;
}

export interface AdoptOptions {
  readonly claimed: readonly ClaimedPackage[];
  readonly requirements: readonly WishRequirement[];
  readonly target: Target;
  readonly signal?: AbortSignal | undefined;
}

interface AdoptParts {
  readonly upstream: Pick<Upstream, 'findPage'>;
  readonly learner: Pick<WheelLearner, 'learn'>;
}

interface Found {
  readonly claim: ClaimedPackage;
  readonly page: ProjectPage;
  readonly file: ProjectFile;
  readonly needs: readonly string[];
  readonly requiresPython?: string | undefined;
}

const mostPackages = 2000;
const atOnce = 16;
const mostTold = 5;

/**
 * A lock of somebody else's as it is here: its files are those that the indexes of here list under the same names and
 * hashes, and who needs whom is what these say themselves. Of the claim nothing is believed.
 *
 * @throws LOCK_UNUSABLE with all that does not fit, INDEX_UNAVAILABLE, CANCELLED.
 */
export async function adoptLock(parts: AdoptParts, options: AdoptOptions): Promise<Lock> {
  const { claimed, requirements, target, signal } = options;
  if (claimed.length > mostPackages) throw unusable([`it has more than ${mostPackages} packages`]);
  const turns = new Turns(atOnce);
  const found = await Promise.all(
    claimed.map(async (claim) => {
      using _turn = await turns.take(signal);
      return await find(parts, claim, options);
    }),
  );
  const sound = found.filter((each) => typeof each !== 'string');
  if (sound.length < found.length) throw unusable(found.filter((each) => typeof each === 'string'));
  const packages = sound.map(({ claim, page, ...says }) => ({ ...says, name: page.name, version: claim.version }));
  const links = { packages, requirements, environment: environmentOf(target) };
  const gaps = findGaps(links);
  if (gaps.length > 0) throw unusable(gaps);
  const lock = seal(sound, requirements, { links: linkPackages(links), target });
  const surplus = findSurplus(lock.packages);
  if (surplus.length > 0) throw unusable(surplus.map((name) => `nobody asks for ${name} or needs it`));
  return lock;
}

/** What is there of it, else why it cannot be had. */
async function find(
  { upstream, learner }: AdoptParts,
  claim: ClaimedPackage,
  { target, signal }: AdoptOptions,
): Promise<Found | string> {
  const { name, version, filename } = claim;
  const page = await upstream.findPage(name, { signal });
  const file = page && findFile(page, claim);
  if (page === undefined || file?.sha256 === undefined) return `no index of here has ${filename} with that hash`;
  if (!isVersion(identifyVersion(filename, page.name), version)) return `${filename} is not ${name} ${version}`;
  if (isSource(file)) return { claim, page, file, needs: [] }; // its build tells
  if (!mayFit(filename, describeTarget(target))) return `${filename} is not for this machine`;
  const { needs, requiresPython } = await learner.learn(file, signal);
  return { claim, page, file, needs, requiresPython };
}

function isVersion(one: string | undefined, other: string): boolean {
  const [first, second] = [parseVersion(one ?? ''), parseVersion(other)];
  return first !== undefined && second !== undefined && compareVersions(first, second) === 0;
}

interface Sealing {
  readonly links: ReturnType<typeof linkPackages>;
  readonly target: Target;
}

function seal(found: readonly Found[], requirements: AdoptOptions['requirements'], { links, target }: Sealing): Lock {
  return sealLock({
    target: targetKey(target),
    packages: found.map(({ claim: { version }, page: { name, index }, file }) => ({
      ...{ name, version, index, isRequested: requirements.some((each) => each.name === name) },
      requiredBy: [...(links.get(name)?.requiredBy ?? [])],
      extras: [...(links.get(name)?.extras ?? [])],
      ...(isSource(file) ? { wheels: [], sdist: lockFile(file) } : { wheels: [lockFile(file)] }),
    })),
  });
}

function unusable(why: readonly string[]): BelljarError {
  const more = why.length > mostTold ? ` (and ${why.length - mostTold} more)` : '';
  return new BelljarError('LOCK_UNUSABLE', `the lock cannot be had here: ${why.slice(0, mostTold).join('; ')}${more}`, {
    details: { why: why.slice(0, 100) },
  });
}
