import { BelljarError } from '../../errors.ts';
import { judgePackage, type PackageFacts } from '../../policy/index.ts';
import type { Grounds } from '../gate/index.ts';
import type { TargetTraits } from '../resolve/index.ts';
import type { ProjectPage } from '../upstream/index.ts';
import type { WheelLearner } from './learn-wheel.ts';
import { type Candidates, describeCandidates, listAround } from './other-versions.ts';

interface NearestOptions {
  readonly facts: PackageFacts;
  readonly page: ProjectPage;
  readonly grounds: Grounds;
  readonly traits: TargetTraits;
  readonly learner: WheelLearner;
  readonly signal: AbortSignal | undefined;
}

/** How many wheels are looked at before it is given up: each may be a question to the index. */
const mostLooks = 4;

/**
 * The nearest version of a package that the policy lets pass; null where none of those around it does. A version is
 * named only after its own METADATA was read; undefined where too many would have had to be, or one cannot be.
 */
export async function findNearest(options: NearestOptions): Promise<string | null | undefined> {
  const { facts, page, grounds, traits, learner, signal } = options;
  const versions = facts.version === undefined ? [] : listAround(page, { traits, version: facts.version });
  const thought = describeCandidates(page, { versions, grounds, like: facts });
  const seen = new Map<string, PackageFacts['licence']>();
  for (;;) {
    const candidates = thought.map((each) =>
      seen.has(each.version) ? withLicence(each, seen.get(each.version)) : each,
    );
    const nearest = judgeWith(facts, candidates, grounds);
    const file = versions.find(({ version }) => version === nearest)?.file;
    if (nearest === undefined || nearest === null || file === undefined || seen.has(nearest)) return nearest;
    if (seen.size === mostLooks) return undefined;
    const wheel = await learner.learn(file, signal).catch(forgoWhatIndexLacks);
    if (wheel === undefined) return undefined;
    seen.set(nearest, wheel.licence);
  }
}

/** To name another version is a courtesy: no plan fails because an index does not answer, or not what it promised. */
function forgoWhatIndexLacks(error: unknown): undefined {
  const { code } = error instanceof BelljarError ? error : {};
  if (code !== 'INDEX_UNAVAILABLE' && code !== 'ARTIFACT_MISMATCH') throw error;
}

function withLicence(
  { licence: _thought, ...rest }: Candidates[number],
  licence: PackageFacts['licence'],
): Candidates[number] {
  return licence === undefined ? rest : { ...rest, licence };
}

function judgeWith(facts: PackageFacts, candidates: Candidates, { policy, now }: Grounds): string | null | undefined {
  const { reasons } = judgePackage({ policy, facts: { ...facts, candidates }, now, path: [facts.name] });
  return reasons.find(({ nearest }) => nearest !== undefined)?.nearest;
}
