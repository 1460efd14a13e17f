import { randomUUID } from 'node:crypto';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import { decideAction, type Reason } from '../../policy/index.ts';
import type { Verdict } from '../../words.ts';
import type { Grounds } from '../gate/index.ts';
import {
  describeTarget,
  isSameMinor,
  type Lock,
  LockStore,
  type ReadSource,
  requirementsFor,
  type Resolution,
  Resolver,
  type Target,
  targetKey,
} from '../resolve/index.ts';
import { PlannedPackages } from '../learned/index.ts';
import { digestWish, type WishRequirement } from '../wish/index.ts';
import { adoptLock, type AdoptOptions } from './adopt-lock.ts';
import { compareLocks } from './changes.ts';
import { chooseTarget } from './choose-target.ts';
import { explainObstacle } from './explain-obstacle.ts';
import { findMissingVersions } from './find-missing-versions.ts';
import { type JudgedLock, judgeLock, type JudgeLockParts } from './judge-lock.ts';
import { leadFromBase } from './lead-from-base.ts';
import { WheelLearner } from './learn-wheel.ts';
import { KnownRefusals } from './known-refusals.ts';
import { keptBy, keyOf, versionsThere } from './lock-of-wish.ts';
import { identifyVersion } from './package-facts.ts';
import { PlanStore } from './plan-store.ts';
import type { PlannerOptions, PlanOptions, PlanPython } from './planner-options.ts';
import type { Obstacle, Plan } from './plan.ts';
import { policyView, type ViewScope } from './policy-view.ts';
import { addUp } from './totals.ts';
import { WheelFactStore } from './wheel-facts.ts';

interface Question extends PlanOptions {
  /** The whole wish, with what other targets need. */
  readonly asked: readonly WishRequirement[];
  readonly grounds: Grounds;
  readonly refusals: KnownRefusals;
  readonly target: Target;
  readonly python: PlanPython;
  /** What the index said before this moment is not good enough. */
  readonly checkedSinceMs: number | undefined;
}

interface Found {
  readonly lock: Lock;
  readonly lockedAt?: string;
  /** Where the wish has no lock. */
  readonly stuck?: Stuck;
}

interface Stuck extends Pick<Unsolvable, 'message' | 'absent' | 'unread'> {
  /** Whether there would be a solution without the policy. */
  readonly isPolicys: boolean;
  readonly noVersions: readonly string[];
}

type Unsolvable = Extract<Resolution, { kind: 'unsolvable' }>;

/** Turns a wish into a judged, locked plan; changes nothing. */
export class Planner {
  readonly #options: PlannerOptions;
  readonly #resolver: Resolver;
  readonly #locks: LockStore;
  readonly #plans: PlanStore;
  readonly #planned: PlannedPackages;
  readonly #parts: JudgeLockParts;
  readonly #now: () => Date;

  constructor(options: PlannerOptions) {
    const { upstream, database, findInspection, freshMs, folders, python, imports } = options;
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
    const store = new WheelFactStore(database);
    const learner = new WheelLearner({ upstream, store, imports });
    this.#parts = { upstream, learner, store, findInspection };
    this.#locks = new LockStore(database);
    this.#plans = new PlanStore(database);
    this.#planned = new PlannedPackages(database);
    this.#resolver = new Resolver({
      ...{ upstream, python, folders, freshMs, identify: identifyVersion },
      now: () => this.#now().getTime(),
      readMetadata: async (files, signal) => {
        await store.load(files.flatMap(({ sha256 }) => sha256 ?? []));
        return Promise.all(files.map((file) => learner.learn(file, signal)));
      },
    });
  }

  /**
   * Plans a wish: the tree that it comes to, judged.
   *
   * @throws POLICY_DENIED where the actor may not plan, USAGE, INDEX_UNAVAILABLE, UV_UNAVAILABLE, RESOLVE_FAILED,
   * CANCELLED, and what a launch or the database throws.
   */
  async plan(options: PlanOptions): Promise<Plan> {
    const asked = this.#ask(options);
    await this.#authorise(asked);
    refuseWhenCancelled(options.signal);
    const found = await this.#findLock(asked);
    const question = { ...asked, requirements: requirementsFor(asked.requirements, asked.target, found.lock) };
    const { onProgress } = options;
    const { packages: all, ...rest } = await judgeLock(this.#parts, {
      ...question,
      lock: found.lock,
      traits: describeTarget(question.target),
      onProgress: (done, total) => onProgress?.({ phase: 'judging', done, total }),
    });
    const judged = { ...rest, packages: leadFromBase(all, question.asked) };
    const { policy } = question.grounds;
    const obstacle = found.stuck && explainObstacle({ ...found.stuck, packages: judged.packages, policy });
    const plan = this.#describe(question, { ...judged, found, obstacle });
    await this.#keep(plan, question, judged);
    return plan;
  }

  /** A lock of somebody else's, as it is on this machine; see adoptLock(). */
  adoptLock(options: AdoptOptions): Promise<Lock> {
    return adoptLock(this.#parts, options);
  }

  #ask(options: PlanOptions): Question {
    const { currentAdvisories, currentPolicy } = this.#options;
    const { python = this.#options.python } = options;
    const { policy, hash } = currentPolicy();
    // Whoever names a Python wants this one and no other that a source would take.
    const named = options.python === undefined ? options.target : { pythonVersion: python.version, ...options.target };
    const target = chooseTarget({ own: python.version, asked: named, needs: options.pythonNeeds ?? [] });
    const refusals = new KnownRefusals(this.#parts);
    return {
      ...options,
      ...{ target, python, refusals },
      checkedSinceMs: options.upgrade === true ? Date.now() : undefined,
      asked: options.requirements,
      requirements: requirementsFor(options.requirements, target),
      grounds: {
        ...{ policy, policyHash: hash, advisories: currentAdvisories(), now: this.#now() },
        peekInspection: refusals.peek,
      },
    };
  }

  async #authorise({ actor, role, grounds, workspace, asked }: Question): Promise<void> {
    const { policy, policyHash } = grounds;
    const { verdict, reason } = decideAction({ policy, actor, role, action: 'plan' });
    if (verdict !== 'deny') return;
    await this.#options.record.append({
      action: 'packages.plan.refused',
      ...{ actor: { ...actor, role }, workspace: workspace ?? null, policyHash, verdict },
      subject: describeSubject(asked),
      details: { rule: reason.rule },
    });
    throw new BelljarError('POLICY_DENIED', reason.message, { details: { reasons: [reason] } });
  }

  /** The lock that the wish has, else the newest versions that the policy likes, else those that it would let be asked for. */
  async #findLock(question: Question): Promise<Found> {
    if (question.lock !== undefined) return { lock: requireFor(question.target, question.lock) };
    const key = keyOf(question, { takesSources: takesSources(question) });
    const kept = question.upgrade === true ? undefined : (keptBy(question) ?? (await this.#locks.find(key)));
    if (kept !== undefined) return { lock: kept.lock, lockedAt: kept.time };
    let last: Unsolvable | undefined;
    for (const scope of ['preferred', 'askable'] as const) {
      const resolution = await this.#resolveSoundly(question, scope);
      if (resolution.kind === 'locked') {
        const keeping = { time: question.grounds.now, replaces: question.upgrade === true };
        return { lock: await this.#locks.keep(key, resolution.lock, keeping) };
      }
      last = resolution;
      if (ownAbsent(question, resolution).length > 0) break;
    }
    if (last === undefined) throw new Error('nothing was tried');
    return this.#explainNoLock(question, last);
  }

  /** What would have been taken if there were no policy, to show what it denies; else what is wrong with the wish itself. */
  async #explainNoLock(question: Question, last: Unsolvable): Promise<Found> {
    const { requirements, target, signal } = question;
    const lock = emptyLock(targetKey(target));
    const stuck = { ...last, isPolicys: false, noVersions: [] };
    if (ownAbsent(question, last).length > 0 || last.unread.length > 0) return { lock, stuck };
    const free = await this.#resolveFreely(question);
    // What only versions lack that nobody wanted is not what stands in the way.
    if (free.kind === 'locked') return { lock: free.lock, stuck: { ...stuck, absent: [], isPolicys: true } };
    const noVersions = await findMissingVersions({ requirements, target, signal, upstream: this.#options.upstream });
    return { lock, stuck: { ...stuck, ...free, noVersions } };
  }

  /** What would be taken if there were no policy; of sources no more is read than what they state. */
  async #resolveFreely(question: Question): Promise<Resolution> {
    const wheels = await this.#resolve(question, 'all');
    const reader = this.#sourceReader({ ...question, mayBuild: false });
    if (wheels.kind === 'locked' || reader === undefined) return wheels;
    const all = await this.#resolve(question, 'all', reader);
    if (all.kind === 'locked' || all.unread.length === 0) return all;
    return {
      ...all,
      unread: all.unread.map((each) => ({ ...each, message: `the policy keeps it away, and ${each.message}` })),
    };
  }

  /** A build here tells of this machine and its Python alone. */
  #sourceReader(question: Question): ReadSource | undefined {
    const { readSource } = this.#options;
    const { actor, role, workspace, target, python, mayBuild = false } = question;
    if (readSource === undefined || !takesSources(question)) return undefined;
    const isOwn = target.platform === undefined && isSameMinor(target.pythonVersion, python.version);
    return async (source, signal) => {
      const asker = { actor, role, workspace };
      const reading = await readSource({ ...source, ...asker, python, signal, mayBuild: mayBuild && isOwn });
      if (reading.kind === 'read') this.#parts.learner.remember(source.file, reading.metadata);
      return reading;
    };
  }

  /** Chooses anew where a wheel was chosen that is known to be refused. */
  async #resolveSoundly(question: Question, scope: 'preferred' | 'askable'): Promise<Resolution> {
    const { refusals, signal } = question;
    for (let left = mostChoices; ; left -= 1) {
      const resolution = await this.#resolve(question, scope, this.#sourceReader(question));
      if (left === 0 || resolution.kind !== 'locked') return resolution;
      if (!(await refusals.areIn(resolution.lock, signal))) return resolution;
    }
  }

  #resolve(question: Question, scope: ViewScope, readSource?: ReadSource): Promise<Resolution> {
    const { requirements, target, onProgress, signal, checkedSinceMs } = question;
    let done = 0;
    return this.#resolver.resolve({
      ...{ requirements, target, signal, readSource, view: policyView(question, scope) },
      ...{ present: versionsThere(question), checkedSinceMs },
      onPage: () => onProgress?.({ phase: 'resolving', done: ++done }),
    });
  }

  #describe(question: Question, { judgement, packages, stale, found, obstacle }: Described): Plan {
    const { grounds, present, target, asked } = question;
    const reasons = obstacle === undefined ? judgement.reasons : [...judgement.reasons, obstacleReason(obstacle)];
    const lock = obstacle === undefined ? found.lock : undefined;
    const verdictOf = (verdict: Verdict): Verdict => (obstacle === undefined ? verdict : 'deny');
    return {
      ...{ id: randomUUID(), at: grounds.now.toISOString(), reasons, packages, stale, lock, obstacle },
      verdict: verdictOf(judgement.verdict),
      verdictOnKnownFacts: verdictOf(judgement.verdictOnKnownFacts),
      totals: addUp(packages),
      lockedAt: found.lockedAt,
      changes: present === undefined || lock === undefined ? undefined : compareLocks(present, lock),
      target: targetKey(target),
      policyHash: grounds.policyHash,
      advisoriesAsOf: grounds.advisories.asOf,
      wish: digestWish(asked),
    };
  }

  async #keep(
    plan: Plan,
    { actor, role, workspace, requirements, asked }: Question,
    { facts }: JudgedLock,
  ): Promise<void> {
    const { id, at, verdict, policyHash, lock, wish, totals, reasons, packages } = plan;
    const [lockDigest, subject] = [lock?.digest ?? '', describeSubject(asked)];
    const against = [...reasons, ...packages.flatMap((each) => each.reasons)].filter(
      (each) => each.verdict === verdict,
    );
    const rules = [...new Set(against.map(({ rule }) => rule))].slice(0, mostRules);
    await this.#options.record.append({
      action: 'packages.plan',
      ...{ actor: { ...actor, role }, workspace: workspace ?? null, policyHash, verdict, subject },
      details: { plan: id, wish, lock: lockDigest, packages: totals.packages, rules },
    });
    const short = requirements.map(({ name, specifier }) => ({ name, specifier }));
    await Promise.all([
      this.#parts.store.flush(),
      this.#plans.keep(
        {
          ...{ id, time: at, workspace: workspace ?? null, lock: lockDigest, verdict },
          ...{ actor, role, requirements: short, facts, policyHash },
        },
        lock,
      ),
      this.#planned.keep(
        id,
        packages.map(({ name }) => name),
      ),
    ]);
  }
}

interface Described extends JudgedLock {
  readonly found: Found;
  readonly obstacle: Obstacle | undefined;
}

/** The absent names that nothing can be had without; others may be needed by versions alone that need not be taken. */
function ownAbsent({ requirements }: Question, { absent }: Unsolvable): string[] {
  const own = new Set(requirements.map(({ name }) => name));
  return absent.filter((name) => own.has(name));
}

function takesSources({ wheelsOnly }: Question): boolean {
  return wheelsOnly !== true;
}

/** Each time one more is known to be refused: who refuses so many has other troubles. */
const mostChoices = 20;
const mostRules = 20;
const longestSubject = 1000;

function describeSubject(requirements: readonly WishRequirement[]): string {
  const text = requirements.map(({ name, specifier }) => `${name}${specifier}`).join(' ');
  if (text === '') return 'nothing';
  return text.length <= longestSubject ? text : `${text.slice(0, longestSubject)}…`;
}

function requireFor(target: Target, lock: Lock): Lock {
  const wanted = targetKey(target);
  if (lock.target === wanted) return lock;
  throw new BelljarError('USAGE', `the lock is for ${lock.target}, not for ${wanted}`);
}

function emptyLock(target: string): Lock {
  return { target, packages: [], digest: '' };
}

function obstacleReason({ message, absent }: Obstacle): Reason {
  const matched = absent.map(({ name }) => name).join(', ') || 'no solution';
  return { rule: 'packages.resolve', verdict: 'deny', matched, message, path: [] };
}
