import { BelljarError } from '../../errors.ts';
import {
  type Actor,
  type Facts,
  judge,
  type Judgement,
  type PackageFacts,
  type PackageJudgement,
  type Requirement,
} from '../../policy/index.ts';
import type { Role } from '../../words.ts';
import type { Grounds } from '../gate/index.ts';
import type { Lock, TargetTraits } from '../resolve/index.ts';
import { type FindInspection, type KnownPackage, describePackage, filesOf } from './package-facts.ts';
import { findFile, type ProjectPage, type Upstream } from '../upstream/index.ts';
import type { WheelLearner } from './learn-wheel.ts';
import { findLookalikes } from './find-lookalikes.ts';
import { findHeldBack } from './other-versions.ts';
import { findNearest } from './nearest-passing.ts';
import type { PlannedPackage } from './plan.ts';
import type { WheelFactStore } from './wheel-facts.ts';

export interface JudgeLockOptions {
  readonly lock: Lock;
  readonly requirements: readonly Pick<Requirement, 'name' | 'specifier'>[];
  readonly actor: Actor;
  readonly role: Role;
  readonly grounds: Grounds;
  readonly traits: TargetTraits;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface JudgeLockParts {
  readonly upstream: Upstream;
  readonly learner: WheelLearner;
  readonly store: WheelFactStore;
  readonly findInspection: FindInspection;
}

export interface JudgedLock {
  readonly judgement: Judgement;
  readonly facts: Facts;
  readonly packages: readonly PlannedPackage[];
  readonly stale: readonly string[];
}

/** Judges a whole lock: brings together what is known of every package, and asks the policy. */
export async function judgeLock(parts: JudgeLockParts, options: JudgeLockOptions): Promise<JudgedLock> {
  const { lock, grounds, requirements, actor, role } = options;
  await parts.store.load(lock.packages.flatMap((locked) => filesOf(locked).map(({ sha256 }) => sha256)));
  const lookalikes = findLookalikes(lock.packages, grounds.policy);
  const known = (await gather(parts, options)).map((each) => ({
    ...each,
    lookalike: lookalikes.get(each.locked.name),
  }));
  const asOf = grounds.advisories.asOf;
  const facts: Facts = {
    packages: known.map((each) => describePackage(each, grounds)),
    ...(asOf === undefined ? {} : { advisoryData: { asOf } }),
  };
  const { policy, now } = grounds;
  const judgement = withRefusals(judge({ policy, actor, role, wish: { requirements }, facts, now }), known);
  const packages = await Promise.all(
    known.map((each, index) => {
      const [own, judged] = [facts.packages[index], judgement.packages[index]];
      if (own === undefined || judged === undefined) throw new Error('a package was not judged');
      return describe(each, { parts, options, facts: own, judged });
    }),
  );
  return { judgement, facts, packages, stale: known.flatMap(({ page }) => (page?.isStale === true ? page.name : [])) };
}

async function gather(parts: JudgeLockParts, { lock, onProgress, signal }: JudgeLockOptions): Promise<KnownPackage[]> {
  let done = 0;
  return Promise.all(
    lock.packages.map(async (locked) => {
      const page = await parts.upstream.findPage(locked.name, { signal });
      const known = { locked, page, ...(await learn(parts, { locked, page, signal })) };
      done += 1;
      onProgress?.(done, lock.packages.length);
      return known;
    }),
  );
}

interface LearnOptions {
  readonly locked: Lock['packages'][number];
  readonly page: ProjectPage | undefined;
  readonly signal: AbortSignal | undefined;
}

async function learn(
  { learner, findInspection }: JudgeLockParts,
  { locked, page, signal }: LearnOptions,
): Promise<Pick<KnownPackage, 'wheel' | 'sizeBytes' | 'inspection'>> {
  const [wanted] = filesOf(locked);
  if (wanted === undefined) return { wheel: undefined, sizeBytes: undefined, inspection: undefined };
  const listed = page === undefined ? undefined : findFile(page, wanted);
  const file = listed ?? { ...wanted, yanked: false, coreMetadata: 'unknown' as const };
  const wheel = await learner.learn(file, signal);
  const [sizeBytes, inspection] = await Promise.all([
    wanted.sizeBytes ?? learner.learnSize(file, signal).catch(leaveUnknown),
    findInspection({ ...file, sha256: wanted.sha256 }),
  ]);
  return { wheel, sizeBytes, inspection };
}

/** The policy says what comes of a size that nobody can tell now. */
function leaveUnknown(error: unknown): undefined {
  if (!(error instanceof BelljarError) || error.code !== 'INDEX_UNAVAILABLE') throw error;
}

const refusalRule = 'inspection';

/** A wheel that was opened and refused stays refused, whatever the policy says. */
function withRefusals(judgement: Judgement, known: readonly KnownPackage[]): Judgement {
  const refusals = known.map(refusalOf);
  if (refusals.every((message) => message === undefined)) return judgement;
  const packages = judgement.packages.map((judged, index): PackageJudgement => {
    const message = refusals[index];
    if (message === undefined) return judged;
    const path = judged.reasons[0]?.path ?? [judged.name];
    const reason = { rule: refusalRule, verdict: 'deny', matched: judged.name, message, path } as const;
    return { ...judged, verdict: 'deny', reasons: [...judged.reasons, reason], pending: [] };
  });
  return { ...judgement, packages, verdict: 'deny', verdictOnKnownFacts: 'deny' };
}

function refusalOf({ inspection, wheel }: KnownPackage): string | undefined {
  if (inspection === undefined) return undefined;
  if (inspection.verdict === 'refused') return describeProblems(inspection.problems);
  const { requires } = inspection;
  if (requires === undefined || wheel === undefined || areSame(requires, wheel.needs)) return undefined;
  return 'its wheel was opened and needs other packages than the index says';
}

function areSame(one: readonly string[], other: readonly string[]): boolean {
  return one.toSorted().join('\n') === other.toSorted().join('\n');
}

function describeProblems(problems: readonly { readonly message: string }[]): string {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `its wheel was opened and refused: ${first?.message ?? 'it is not sound'}${more}`;
}

interface DescribeOptions {
  readonly parts: JudgeLockParts;
  readonly options: JudgeLockOptions;
  readonly facts: PackageFacts;
  readonly judged: PackageJudgement;
}

async function describe(
  known: KnownPackage,
  { parts, options, facts, judged }: DescribeOptions,
): Promise<PlannedPackage> {
  const { locked, page, wheel, sizeBytes, inspection } = known;
  const { grounds, traits, signal } = options;
  const { name, version, isRequested, requiredBy, extras } = locked;
  const [file] = facts.files ?? [];
  const nearest =
    page === undefined || judged.verdict === 'allow'
      ? undefined
      : await findNearest({ ...parts, ...{ facts, page, grounds, traits, signal }, isRefused: isRefusedAlone(judged) });
  return {
    ...{ name, version, verdict: judged.verdict, reasons: withNearest(judged.reasons, nearest), isRequested },
    ...{ requiredBy, extras, path: judged.reasons[0]?.path ?? [name], nearest },
    ...{ index: facts.index, filename: file?.name, sha256: file?.sha256, sizeBytes, uploadTime: file?.uploadTime },
    ageMs: file?.uploadTime === undefined ? undefined : grounds.now.getTime() - Date.parse(file.uploadTime),
    licence: facts.licence,
    licenceContradictions: wheel?.licenceContradictions ?? [],
    advisories: facts.advisories.filter(({ withdrawn }) => !withdrawn).map(({ id, severity }) => ({ id, severity })),
    from: locked.wheels.length === 0 && locked.sdist !== undefined ? 'source' : 'wheel',
    inspection: inspection === undefined ? 'pending' : inspection.verdict === 'refused' ? 'refused' : 'done',
    heldBack: page === undefined ? [] : await findHeldBack(page, { traits, grounds, version }),
  };
}

/** Whether the policy itself would let it in. */
function isRefusedAlone({ reasons }: PackageJudgement): boolean {
  return reasons.every(({ rule, verdict }) => verdict === 'allow' || rule === refusalRule);
}

function withNearest(
  reasons: PackageJudgement['reasons'],
  nearest: string | null | undefined,
): PackageJudgement['reasons'] {
  if (nearest === undefined) return reasons;
  return reasons.map((reason) => (reason.verdict === 'allow' ? reason : { ...reason, nearest }));
}
