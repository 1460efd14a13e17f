import { BelljarError } from '../../errors.ts';
import { compareVersions, judgePackage, type PackageFacts, parseVersion } from '../../policy/index.ts';
import type { Grounds } from '../gate/index.ts';
import type { TargetTraits } from '../resolve/index.ts';
import type { ProjectFile, ProjectPage } from '../upstream/index.ts';
import type { WheelLearner } from './learn-wheel.ts';
import type { FindInspection } from './package-facts.ts';
import { type Candidates, describeCandidates, listAround } from './other-versions.ts';

interface NearestOptions {
  readonly facts: PackageFacts;
  readonly page: ProjectPage;
  readonly grounds: Grounds;
  readonly traits: TargetTraits;
  readonly learner: WheelLearner;
  readonly findInspection: FindInspection;
  /** Whether it was opened and refused, which no rule tells. */
  readonly isRefused: boolean;
  readonly signal: AbortSignal | undefined;
}

/** How many wheels are looked at before it is given up: each may be a question to the index. */
const mostLooks = 4;

/**
 * The nearest version of a package that the policy lets pass; null where none of those around it does. A version is
 * named only after its own METADATA was read; undefined where too many would have had to be, or one cannot be.
 */
export async function findNearest(options: NearestOptions): Promise<string | null | undefined> {
  const { facts, page, grounds, traits } = options;
  const versions = facts.version === undefined ? [] : listAround(page, { traits, version: facts.version });
  const thought = describeCandidates(page, { versions, grounds, like: facts });
  const seen = new Map<string, Seen>();
  for (;;) {
    const candidates = thought.flatMap((each) => withSeen(each, seen.get(each.version)) ?? []);
    const nearest = options.isRefused ? findPassing(options, candidates) : judgeWith(facts, candidates, grounds);
    const file = versions.find(({ version }) => version === nearest)?.file;
    if (nearest === undefined || nearest === null || file === undefined || seen.has(nearest)) return nearest;
    if (seen.size === mostLooks) return undefined;
    const found = await look(file, options).catch(forgoWhatIndexLacks);
    if (found === undefined) return undefined;
    seen.set(nearest, found);
  }
}

/** What was seen of a version; `refused` where it cannot be taken either. */
type Seen = 'refused' | Pick<PackageFacts, 'licence'>;

async function look(file: ProjectFile, { learner, findInspection, signal }: NearestOptions): Promise<Seen> {
  const { sha256 } = file;
  const inspection = sha256 === undefined ? undefined : await findInspection({ ...file, sha256 });
  if (inspection?.verdict === 'refused') return 'refused';
  const { licence } = await learner.learn(file, signal);
  return { ...(licence === undefined ? {} : { licence }) };
}

function withSeen(candidate: Candidates[number], seen: Seen | undefined): Candidates[number] | undefined {
  if (seen === undefined) return candidate;
  if (seen === 'refused') return undefined;
  const { licence: _thought, ...rest } = candidate;
  return { ...rest, ...seen };
}

/** As the policy looks for it, for one that the policy itself would let in. */
function findPassing({ facts, grounds }: NearestOptions, candidates: Candidates): string | null {
  const { policy, now } = grounds;
  const { candidates: _none, version: _own, ...rest } = facts;
  const passing = candidates.filter((candidate) => {
    const judged = judgePackage({ policy, facts: { ...rest, ...candidate }, now, path: [facts.name] });
    return judged.verdict === 'allow';
  });
  const own = parseVersion(facts.version ?? '');
  const isBelow = ({ version }: Candidates[number]): boolean => {
    const parsed = parseVersion(version);
    return parsed !== undefined && own !== undefined && compareVersions(parsed, own) < 0;
  };
  const nearest = passing.findLast(isBelow) ?? passing.find((each) => !isBelow(each));
  return nearest?.version ?? null;
}

/** To name another version is a courtesy: no plan fails because an index does not answer, or not what it promised. */
function forgoWhatIndexLacks(error: unknown): undefined {
  const { code } = error instanceof BelljarError ? error : {};
  if (code !== 'INDEX_UNAVAILABLE' && code !== 'ARTIFACT_MISMATCH') throw error;
}

function judgeWith(facts: PackageFacts, candidates: Candidates, { policy, now }: Grounds): string | null | undefined {
  const { reasons } = judgePackage({ policy, facts: { ...facts, candidates }, now, path: [facts.name] });
  return reasons.find(({ nearest }) => nearest !== undefined)?.nearest;
}
