import { join } from 'node:path';

import { BelljarError } from '../errors.ts';
import { lastWords } from '../visible.ts';
import { decideAction } from '../policy/index.ts';
import { openListed, type WheelToInspect } from './gate/index.ts';
import { handlingTerms } from './handling/index.ts';
import { LearnedImports } from './learned/index.ts';
import { type OpenedSources, PackageSources } from './package-sources.ts';
import type { PackagesOptions, PlanRequest } from './packages-options.ts';
import { bringLock, type BringOptions, type BroughtWheel } from './bring-lock.ts';
import {
  type AdoptOptions,
  type AnsweredPlan,
  Approvals,
  type KeptPlan,
  type PlanPython,
  Planner,
  PlanStore,
  reconsider,
  type JudgedLock,
} from './plan/index.ts';
import { isSameMinor, type Lock, parseTargetKey, type Target, targetKey } from './resolve/index.ts';
import { type BuildRequest, type BuildResult, SourceBuilder } from './source-build/index.ts';
import {
  findContradictions,
  formatWishProblem,
  readWanted,
  type WishReading,
  type WishRequirement,
} from './wish/index.ts';

interface Tools {
  readonly planner: Planner;
  readonly builder: SourceBuilder;
}

export type LockAsker = BringOptions['asker'];

export interface BringLockOptions extends Pick<BringOptions, 'asker' | 'signal' | 'onProgress'> {
  /** The one that the lock is for, which sources are built with; Belljar's own where left out. */
  readonly python?: PlanPython | undefined;
}

export interface BroughtLock {
  readonly lock: Lock;
  readonly wheels: readonly BroughtWheel[];
}

/** Somebody else's lock, and what it is to be a lock of. */
export interface AdoptRequest extends Pick<AdoptOptions, 'claimed' | 'signal'>, Pick<PlanRequest, 'requirements'> {
  /** The target of the lock, as its text. */
  readonly target: string;
  /** The Python that it is to be built for; Belljar's own where left out. */
  readonly python?: PlanPython | undefined;
}

const belljarItself = { actor: { id: 'belljar', kind: 'service' }, role: 'operator' } as const;

/** All that planning and building need, loaded with the first plan and opened together. */
export class Planning implements AsyncDisposable {
  readonly #options: PackagesOptions;
  readonly #sources: PackageSources;
  readonly #approvals: Approvals;
  readonly #plans: PlanStore;
  #tools: Tools | undefined;

  constructor(options: PackagesOptions) {
    this.#options = options;
    this.#sources = new PackageSources({ ...options, python: options.python.executable });
    this.#approvals = new Approvals(options);
    this.#plans = new PlanStore(options.database);
  }

  async plan({ requirements, ...options }: PlanRequest): Promise<AnsweredPlan> {
    const wish = requireSound(readWanted(requirements));
    const sources = await this.#sources.open(options.signal);
    await sources.advisories.reload(options.signal);
    const plan = await this.#toolsFor(sources).planner.plan({ ...options, requirements: wish });
    const approval = plan.verdict === 'ask' ? await this.#approvals.find(plan) : undefined;
    return approval === undefined ? plan : { ...plan, approval };
  }

  async buildSource(request: BuildRequest): Promise<BuildResult> {
    const { builder } = this.#toolsFor(await this.#sources.open(request.signal));
    const result = await builder.build(request);
    const { name, version, sdist, asker } = request;
    const outcome =
      result.kind === 'built'
        ? { wheel: result.wheel.sha256, isNew: result.isNew }
        : { wheel: null, ...describeFailure(result) };
    await this.#options.record.append({
      action: result.kind === 'built' ? 'packages.source.built' : 'packages.source.failed',
      ...(asker === undefined ? {} : { actor: { ...asker.actor, role: asker.role } }),
      ...{ workspace: asker?.workspace ?? null, policyHash: this.#options.currentPolicy().hash },
      subject: `${name} ${version}`,
      details: { source: sdist.sha256, ...outcome },
    });
    return result;
  }

  /** What is said today of a lock that was planned: by the newest plan that came to it, the policy and the advisories of now. */
  async reconsider(digest: string, { actor, role }: LockAsker): Promise<JudgedLock> {
    const { advisories } = await this.#sources.open();
    await advisories.reload();
    const plan = await this.#requirePlan(digest);
    const { policy, hash: policyHash } = this.#options.currentPolicy();
    const [approvals, now] = [this.#approvals, new Date()];
    const question = { plan, actor, role, policy, advisories: advisories.current, approvals, now };
    return { ...(await reconsider(question)), policyHash };
  }

  async bring(
    digest: string,
    { asker, python = this.#options.python, ...rest }: BringLockOptions,
  ): Promise<BroughtLock> {
    const sources = await this.#sources.open(rest.signal);
    const [lock, { requirements }] = await Promise.all([this.findLock(digest), this.#requirePlan(digest)]);
    const target = requireTarget(lock, python);
    const buildSource = (request: Omit<BuildRequest, 'python'>): Promise<BuildResult> => {
      return this.buildSource({ ...request, python });
    };
    const wheels = await bringLock({ sources, buildSource }, { lock, asker, ...rest });
    const wish = requirements.map((each) => ({ ...each, extras: [], sha256s: [], source: { from: 'lock' } }));
    await this.#toolsFor(sources).planner.plan({
      ...{ ...asker, requirements: wish, lock, target, python },
      signal: rest.signal,
    });
    return { lock, wheels };
  }

  async adoptLock({ requirements, target: key, python = this.#options.python, ...rest }: AdoptRequest): Promise<Lock> {
    const wish = requireSound(readWanted(requirements));
    const target = requireTargetHere(key, python);
    return this.#toolsFor(await this.#sources.open()).planner.adoptLock({ ...rest, target, requirements: wish });
  }

  async #requirePlan(digest: string): Promise<KeptPlan> {
    const plan = await this.#plans.newestOf(digest);
    if (plan === undefined) throw unplanned(digest);
    return plan;
  }

  async findLock(digest: string): Promise<Lock> {
    const lock = await this.#plans.findLock(digest);
    if (lock === undefined) throw unplanned(digest);
    return lock;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tools?.builder.close();
    await this.#sources[Symbol.asyncDispose]();
  }

  #toolsFor(sources: OpenedSources): Tools {
    if (this.#tools !== undefined) return this.#tools;
    const builder = this.#openBuilder(sources);
    return (this.#tools = { builder, planner: this.#openPlanner(sources, builder) });
  }

  #openPlanner({ upstream, advisories, inspections, freshMs }: OpenedSources, builder: SourceBuilder): Planner {
    const { cacheFolder, database, record, python: own, currentPolicy } = this.#options;
    return new Planner({
      ...{ upstream, database, record, python: own, currentPolicy, freshMs },
      folders: { uv: cacheFolder, volumes: join(cacheFolder, 'resolver'), cache: cacheFolder },
      currentAdvisories: () => advisories.current,
      findInspection: (wheel) => inspections.find(wheel),
      imports: new LearnedImports(database),
      readSource: ({ file, name, version, actor, role, workspace, python, mayBuild, signal }) => {
        const { policy } = currentPolicy();
        const acceptsAsked = decideAction({ policy, actor, role, action: 'approve' }).verdict === 'allow';
        const sdist = { filename: file.filename, url: file.url, sha256: file.sha256 ?? '' };
        const asker = { actor, role, workspace };
        return builder.describe({ ...{ sdist, name, version, python, asker, mayBuild, acceptsAsked, signal } });
      },
    });
  }

  #openBuilder({ folder, upstream, inspections, inspector }: OpenedSources): SourceBuilder {
    const { cacheFolder, currentPolicy } = this.#options;
    const inspect = (wheel: WheelToInspect, signal: AbortSignal): Promise<unknown> => {
      return inspector.inspect({ ...wheel, signal });
    };
    return new SourceBuilder({
      ...{ folder: join(folder, 'built'), cacheFolder, upstream },
      terms: () => handlingTerms(currentPolicy().policy),
      planTools: ({ requirements, pythonVersion, asker, signal }) => {
        return this.plan({
          ...(asker ?? belljarItself),
          requirements,
          target: { pythonVersion },
          wheelsOnly: true,
          signal,
        });
      },
      inspect: (wheel, signal) => openListed({ upstream, inspections, inspect }, wheel, signal),
      inspectBuilt: (wheel, signal) => inspector.inspect({ ...wheel, signal }),
    });
  }
}

/** Somebody else's machine has to be one like this. */
function requireTargetHere(key: string, python: PlanPython): Target {
  const target = parseTargetKey(key);
  const isHere = target !== undefined && target.platform === undefined && key === targetKey(target);
  if (isHere && isSameMinor(target.pythonVersion, python.version)) return target;
  throw new BelljarError('LOCK_UNUSABLE', `the lock is for ${key}, not for Python ${python.version} on this machine`);
}

/** What is locked for one minor version fits all of its patches, and nothing else. */
function requireTarget({ target: key }: Lock, { version }: PlanPython): Target {
  const target = parseTargetKey(key);
  if (target !== undefined && target.platform === undefined && isSameMinor(target.pythonVersion, version))
    return target;
  throw new BelljarError('USAGE', `the lock is for ${key}, not for Python ${version} on this machine`);
}

/** For the record: enough to see what went wrong, and what a build says can be long. */
function describeFailure({ message, said, limit }: Extract<BuildResult, { kind: 'failed' }>) {
  const words = lastWords(said, { maxLines: 10, maxCharacters: 1000 });
  return { message: message.slice(0, 500), said: words, ...(limit === undefined ? {} : { limit }) };
}

function unplanned(digest: string): BelljarError {
  return new BelljarError('LOCK_UNKNOWN', `no plan came to a lock ${digest.slice(0, 12)}`, {
    details: { lock: digest },
  });
}

/**
 * The requirements of a wish, where all of it was understood.
 *
 * @throws WISH_INVALID with all problems.
 */
export function requireSound(reading: WishReading): readonly WishRequirement[] {
  const { requirements } = reading;
  // Each source was read by itself: only together can they contradict each other.
  const problems = reading.problems.length > 0 ? reading.problems : findContradictions(requirements);
  const [first] = problems;
  if (first === undefined) return requirements;
  const lines = problems.map(formatWishProblem);
  const message = lines.length === 1 ? (lines[0] ?? '') : `the wish cannot be read:\n  ${lines.join('\n  ')}`;
  throw new BelljarError('WISH_INVALID', message, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: { problems },
  });
}
