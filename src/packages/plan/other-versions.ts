import type { PackageFacts, Reason } from '../../policy/index.ts';
import { type Grounds, judgePage } from '../gate/index.ts';
import type { TargetTraits } from '../resolve/index.ts';
import type { ProjectPage } from '../upstream/index.ts';
import { fittingAbove, fittingBelow, type FittingOptions, type FittingVersion } from './fitting-versions.ts';
import { describeCandidate } from './package-facts.ts';

/** A newer version that the policy keeps away. */
export interface HeldBack {
  readonly version: string;
  readonly verdict: 'ask' | 'deny';
  readonly reasons: readonly Pick<Reason, 'rule' | 'message'>[];
}

const mostHeldBack = 5;

/** The newest of the versions above one that the policy keeps away, and why. */
export async function findHeldBack(page: ProjectPage, options: HeldBackOptions): Promise<HeldBack[]> {
  const { traits, grounds, version } = options;
  const newer = [...fittingAbove(page, { traits, version })].map(({ file }) => file).filter(({ yanked }) => !yanked);
  if (newer.length === 0) return [];
  const { files } = await judgePage({ ...page, files: newer }, grounds);
  const held = files.flatMap(({ version: found, verdict, reasons }) => {
    // What stands against the one that was taken as well is not why another was not.
    const against = reasons.filter(({ rule }) => rule !== 'packages.missing.advisories');
    if (verdict === 'allow' || found === undefined || against.length === 0) return [];
    return [{ version: found, verdict, reasons: against.map(({ rule, message }) => ({ rule, message })) }];
  });
  return held.slice(0, mostHeldBack);
}

interface HeldBackOptions {
  readonly traits: TargetTraits;
  readonly grounds: Grounds;
  /** The version that was taken. */
  readonly version: string;
}

const mostBelow = 20;
const mostAbove = 10;

/** The versions around one that could be taken instead, in their order. */
export function listAround(page: ProjectPage, own: FittingOptions): readonly FittingVersion[] {
  const isThere = ({ file }: FittingVersion): boolean => !file.yanked;
  const below = fittingBelow(page, own).filter(isThere).take(mostBelow);
  const above = [...fittingAbove(page, own).filter(isThere)].slice(-mostAbove);
  return [...above, ...below].reverse();
}

/**
 * What other versions would be judged by. What no page tells of them is thought to be as it is here: whoever names one of
 * them has to look first.
 */
export function describeCandidates(page: ProjectPage, options: CandidatesOptions): Candidates {
  const { versions, grounds, like } = options;
  const [wheel] = like.files ?? [];
  return versions.map(({ version, file }) => {
    const sizeBytes = file.sizeBytes ?? wheel?.sizeBytes;
    return describeCandidate({ page, version, file: { ...file, sizeBytes }, licence: like.licence }, grounds);
  });
}

export type Candidates = NonNullable<PackageFacts['candidates']>;

interface CandidatesOptions {
  readonly versions: readonly FittingVersion[];
  readonly grounds: Grounds;
  /** The version that was taken. */
  readonly like: PackageFacts;
}
