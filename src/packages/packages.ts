import { join } from 'node:path';

import { BelljarError } from '../errors.ts';
import { decideAction, type Policy } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import type { Database } from '../storage/index.ts';
import { type Advisories, openAdvisories } from './advisories/index.ts';
import { Inspections } from './gate/index.ts';
import { Inspector, inspectorVersion } from './inspection/index.ts';
import { type AnsweredPlan, Approvals, type PlanOptions, Planner, PlanStore } from './plan/index.ts';
import type { ResolverPython } from './resolve/index.ts';
import { type BuildRequest, type BuildResult, SourceBuilder } from './source-build/index.ts';
import { type IndexSource, type LocalUpstream, openUpstream, readConfiguredIndexes } from './upstream/index.ts';
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

export interface PackageSettings {
  /** Those that this machine is configured with where left out. */
  readonly indexes?: readonly IndexSource[] | undefined;
  /** How long a page of an index is good without asking. */
  readonly freshMs: number;
}

/** What is asked for: requirements as a person writes them, or as they were read from a file. */
export type PlanRequest = Omit<PlanOptions, 'requirements'> & {
  readonly requirements: readonly (string | WishRequirement)[];
};

interface Opened {
  readonly planner: Planner;
  readonly advisories: Advisories;
  readonly builder: SourceBuilder;
}

interface BuilderParts {
  readonly folder: string;
  readonly upstream: LocalUpstream;
  readonly inspections: Inspections;
}

const belljarItself = { actor: { id: 'belljar', kind: 'service' }, role: 'operator' } as const;

/** What is done with packages, on an installation; nothing is opened before it is needed. */
export class Packages implements AsyncDisposable {
  /** What the policy wants an answer to. */
  readonly approvals: Approvals;
  /** The plans of the last months, with the facts that they were judged by. */
  readonly plans: PlanStore;
  readonly #options: PackagesOptions;
  readonly #resources = new AsyncDisposableStack();
  #opened: Promise<Opened> | undefined;

  constructor(options: PackagesOptions) {
    this.#options = options;
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
    const { planner, advisories } = await this.#open();
    await advisories.reload(options.signal);
    const plan = await planner.plan({ ...options, requirements: read.flat() });
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
    const { builder } = await this.#open();
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
    await this.#opened?.catch(() => undefined); // whoever asked for it was told
    await this.#resources.disposeAsync();
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#openNow().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #openNow(): Promise<Opened> {
    const { cacheFolder, database, record, python, currentPolicy, env } = this.#options;
    const { indexes: named, freshMs } = await this.#options.readSettings();
    const folder = join(cacheFolder, 'packages');
    const asked = { python: python.executable, keptIn: join(folder, 'configured-index') };
    const indexes = named ?? (await readConfiguredIndexes(env, asked));
    const [upstream, advisories] = await Promise.all([
      openUpstream({ folder, indexes, freshMs, env }).then((each): LocalUpstream => this.#resources.use(each)),
      openAdvisories(database, { record }),
    ]);
    const inspections = new Inspections({ folder: join(folder, 'inspections'), inspector: inspectorVersion });
    const builder = this.#openBuilder({ folder, upstream, inspections });
    const planner = new Planner({
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
    return { planner, advisories, builder };
  }

  #openBuilder({ folder, upstream, inspections }: BuilderParts): SourceBuilder {
    const { cacheFolder } = this.#options;
    const inspector = this.#resources.use(new Inspector({ cacheFolder, workers: 1 }));
    const builder = new SourceBuilder({
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
    this.#resources.defer(() => builder.close());
    return builder;
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
