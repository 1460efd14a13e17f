import { checkWorkspaceName } from '../workspace-name.ts';
import { LateKnownModules } from './late-known-modules.ts';
import type { PackagesOptions, PlanRequest } from './packages-options.ts';
import type { AnsweredPlan, JudgedLock } from './plan/index.ts';
// Past their door: behind it stands all that plans, which only a plan needs.
import { Approvals } from './plan/approvals.ts';
import { PlanStore } from './plan/plan-store.ts';
import type { AdoptRequest, BringLockOptions, BroughtLock, LockAsker, Planning } from './planning.ts';
import type { Lock } from './resolve/index.ts';
import type { BuildRequest, BuildResult } from './source-build/index.ts';

/** What is done with packages, on an installation; nothing is loaded or opened before it is needed. */
export class Packages implements AsyncDisposable {
  /** What the policy wants an answer to. */
  readonly approvals: Approvals;
  /** The plans of the last months, with the facts that they were judged by. */
  readonly plans: PlanStore;
  /** Who brings which module, and what the policy says of that. */
  readonly knownModules: LateKnownModules;
  readonly #options: PackagesOptions;
  #planning: Promise<Planning> | undefined;

  constructor(options: PackagesOptions) {
    this.#options = options;
    this.approvals = new Approvals(options);
    this.plans = new PlanStore(options.database);
    this.knownModules = new LateKnownModules(options);
  }

  /**
   * Resolves a wish, judges all that it comes to, and changes nothing.
   *
   * @example
   * const plan = await belljar.packages.plan({ requirements: ['pandas>=2'], actor, role: 'owner' });
   * if (plan.verdict !== 'allow') console.log(plan.packages.filter(({ verdict }) => verdict !== 'allow'));
   * @throws USAGE, WISH_INVALID, POLICY_DENIED where the actor may not plan, INDEX_UNAVAILABLE, UV_UNAVAILABLE, RESOLVE_FAILED,
   * CANCELLED, and what a launch throws.
   */
  async plan(request: PlanRequest): Promise<AnsweredPlan> {
    if (request.workspace !== undefined) checkWorkspaceName(request.workspace);
    return (await this.#load()).plan(request);
  }

  /**
   * The wheel of a source that a plan holds: built behind glass, or kept from before. Whoever calls has seen that the plan
   * may be carried out; what the build itself needs is planned and judged here.
   *
   * @throws what plan() throws but WISH_INVALID, and ARTIFACT_MISMATCH; never for what the source does.
   */
  async buildSource(request: BuildRequest): Promise<BuildResult> {
    return (await this.#load()).buildSource(request);
  }

  /**
   * What is said today of a lock that was planned, by the policy and the advisories of now; no index is asked.
   *
   * @throws LOCK_UNKNOWN, and the codes of the database.
   */
  async reconsider(lock: string, asker: LockAsker): Promise<JudgedLock> {
    return (await this.#load()).reconsider(lock, asker);
  }

  /** The lock of a digest. @throws LOCK_UNKNOWN */
  async findLock(digest: string): Promise<Lock> {
    return (await this.#load()).findLock(digest);
  }

  /**
   * A lock of somebody else's as it is here: its files have to be what the indexes of here list under the same names and
   * hashes. To be planned with, which judges it.
   *
   * @throws WISH_INVALID, LOCK_UNUSABLE, INDEX_UNAVAILABLE, CANCELLED.
   */
  async adoptLock(request: AdoptRequest): Promise<Lock> {
    return (await this.#load()).adoptLock(request);
  }

  /**
   * Brings all files of a lock to this machine: fetched by their hashes, built where they are sources, opened where they
   * never were; then the lock is judged again with what was found, which reconsider() tells.
   *
   * @throws LOCK_UNKNOWN, POLICY_DENIED for a wheel that is not sound, BUILD_FAILED for a source, INDEX_UNAVAILABLE,
   * ARTIFACT_MISMATCH, ARTIFACT_UNKEPT, CANCELLED, and what keeps a sandbox from being made.
   */
  async bring(lock: string, options: BringLockOptions): Promise<BroughtLock> {
    return (await this.#load()).bring(lock, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#planning)?.[Symbol.asyncDispose]();
  }

  #load(): Promise<Planning> {
    return (this.#planning ??= import('./planning.ts').then(({ Planning }) => new Planning(this.#options)));
  }
}
