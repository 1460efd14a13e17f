import { join } from 'node:path';

import { BelljarError } from '../errors.ts';
import { decideAction, type Policy } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import type { Database } from '../storage/index.ts';
import { type OpenedSources, type PackageSettings, PackageSources } from './package-sources.ts';
import { type AnsweredPlan, Approvals, type PlanOptions, Planner, PlanStore } from './plan/index.ts';
import type { ResolverPython } from './resolve/index.ts';
import { type BuildRequest, type BuildResult, SourceBuilder } from './source-build/index.ts';
import { formatWishProblem, readArguments, type WishReading, type WishRequirement } from './wish/index.ts';

export interface PackagesOptions {
  /** Where what can be made again is kept. */
  readonly cacheFolder: string;
  readonly database: Database;
  readonly record: AuditRecord;
  readonly python: ResolverPython & { readonly version: string };
  /** Asked at every plan. */
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
  /** Asked once, when packages are first wanted. */
  readonly readSettings: () => Promise<PackageSettings>;
  readonly env: NodeJS.ProcessEnv;
}

/** What is asked for: requirements as a person writes them, or as they were read from a file. */
export type PlanRequest = Omit<PlanOptions, 'requirements'> & {
  readonly requirements: readonly (string | WishRequirement)[];
};

interface Tools {
  readonly planner: Planner;
  readonly builder: SourceBuilder;
}

const belljarItself = { actor: { id: 'belljar', kind: 'service' }, role: 'operator' } as const;

/** What is done with packages, on an installation; nothing is opened before it is needed. */
export class Packages implements AsyncDisposable {
  /** What the policy wants an answer to. */
  readonly approvals: Approvals;
  /** The plans of the last months, with the facts that they were judged by. */
  readonly plans: PlanStore;
  readonly #options: PackagesOptions;
  readonly #sources: PackageSources;
  #tools: Tools | undefined;

  constructor(options: PackagesOptions) {
    this.#options = options;
    this.#sources = new PackageSources({ ...options, python: options.python.executable });
    this.approvals = new Approvals(options);
    this.plans = new PlanStore(options.database);
  }

  /**
   * Resolves a wish, judges all that it comes to, and changes nothing.
   *
   * @example
   * const plan = await belljar.packages.plan({ requirements: ['pandas>=2'], actor, role: 'owner' });
   * if (plan.verdict !== 'allow') console.log(plan.packages.filter(({ verdict }) => verdict !== 'allow'));
   * @throws WISH_INVALID, POLICY_DENIED where the actor may not plan, INDEX_UNAVAILABLE, UV_UNAVAILABLE, RESOLVE_FAILED,
   * CANCELLED, and what a launch throws.
   */
  async plan({ requirements, ...options }: PlanRequest): Promise<AnsweredPlan> {
    const read = requirements.map((each) => (typeof each === 'string' ? requireSound(readArguments([each])) : [each]));
    const sources = await this.#sources.open();
    await sources.advisories.reload(options.signal);
    const plan = await this.#toolsFor(sources).planner.plan({ ...options, requirements: read.flat() });
    const approval = plan.verdict === 'ask' ? await this.approvals.find(plan) : undefined;
    return approval === undefined ? plan : { ...plan, approval };
  }

  /**
   * The wheel of a source that a plan holds: built behind glass, or kept from before. Whoever calls has seen that the plan
   * may be carried out; what the build itself needs is planned and judged here.
   *
   * @throws what plan() throws but WISH_INVALID, and ARTIFACT_MISMATCH; never for what the source does.
   */
  async buildSource(request: BuildRequest): Promise<BuildResult> {
    const { builder } = this.#toolsFor(await this.#sources.open());
    const result = await builder.build(request);
    const { name, version, sdist, asker } = request;
    const outcome = result.kind === 'built' ? { wheel: result.wheel.sha256, isNew: result.isNew } : { wheel: null };
    await this.#options.record.append({
      action: result.kind === 'built' ? 'packages.source.built' : 'packages.source.failed',
      ...(asker === undefined ? {} : { actor: { ...asker.actor, role: asker.role } }),
      ...{ workspace: asker?.workspace ?? null, policyHash: this.#options.currentPolicy().hash },
      subject: `${name} ${version}`,
      details: { source: sdist.sha256, ...outcome },
    });
    return result;
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
    const { cacheFolder, database, record, python, currentPolicy } = this.#options;
    return new Planner({
      ...{ upstream, database, record, python, currentPolicy, freshMs },
      folders: { uv: cacheFolder, volumes: join(cacheFolder, 'resolver'), cache: cacheFolder },
      currentAdvisories: () => advisories.current,
      findInspection: (sha256) => inspections.find(sha256),
      readSource: ({ file, name, version, actor, role, workspace, mayBuild, signal }) => {
        const { policy } = currentPolicy();
        const acceptsAsked = decideAction({ policy, actor, role, action: 'approve' }).verdict === 'allow';
        const sdist = { filename: file.filename, url: file.url, sha256: file.sha256 ?? '' };
        const asker = { actor, role, workspace };
        return builder.describe({ ...{ sdist, name, version, python, asker, mayBuild, acceptsAsked, signal } });
      },
    });
  }

  #openBuilder({ folder, upstream, inspections, inspector }: OpenedSources): SourceBuilder {
    const { cacheFolder } = this.#options;
    return new SourceBuilder({
      ...{ folder: join(folder, 'built'), cacheFolder, upstream },
      planTools: ({ requirements, pythonVersion, asker, signal }) => {
        return this.plan({
          ...(asker ?? belljarItself),
          requirements,
          target: { pythonVersion },
          wheelsOnly: true,
          signal,
        });
      },
      inspect: (wheel, signal) => inspections.findOr(wheel.sha256, () => inspector.inspect({ ...wheel, signal })),
      inspectBuilt: (wheel, signal) => inspector.inspect({ ...wheel, signal }),
    });
  }
}

/**
 * The requirements of a wish, where all of it was understood.
 *
 * @throws WISH_INVALID with all problems.
 */
export function requireSound({ requirements, problems }: WishReading): readonly WishRequirement[] {
  const [first] = problems;
  if (first === undefined) return requirements;
  const lines = problems.map(formatWishProblem);
  const message = lines.length === 1 ? (lines[0] ?? '') : `the wish cannot be read:\n  ${lines.join('\n  ')}`;
  throw new BelljarError('WISH_INVALID', message, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: { problems },
  });
}
