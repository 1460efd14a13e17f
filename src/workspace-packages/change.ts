import type { BuildProgress, EnvironmentLease, PythonBuild } from '../environments/index.ts';
import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import type { AnsweredPlan, Packages, PlanProgress, PlanRequest } from '../packages/index.ts';
import type { Actor, Policy } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import type { Role } from '../words.ts';
import type { ChangeKind, Declaration, DeclaredState } from './declaration.ts';
import type { Declarations } from './declarations.ts';
import { type Asked, findFooting, type Footing, type FootingParts, standOn } from './footing.ts';
import { requireAction, requireInstall } from './require-action.ts';
import type { WantedSet } from './requirements.ts';

/** Leases the environment of a lock, and builds it where it is not there. */
export interface EnvironmentMaker {
  acquire(options: {
    readonly lock: string;
    readonly asker: { readonly actor: Actor; readonly role: Role; readonly workspace?: string | undefined };
    readonly python: PythonBuild;
    /** Whose the workspace is. */
    readonly owner: string | null;
    readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<EnvironmentLease>;
}

export interface ChangeParts extends FootingParts {
  readonly declarations: Declarations;
  readonly packages: Pick<Packages, 'plan' | 'plans' | 'adoptLock'>;
  readonly environments: EnvironmentMaker;
  readonly record: AuditRecord;
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
  /** Told when a workspace has another environment than before. */
  readonly onChanged?: ((workspace: string, environment: string | null) => void) | undefined;
}

/** Which workspace, and for whom. */
export interface Place {
  readonly workspace: string;
  readonly actor: Actor;
  readonly role: Role;
}

export interface ChangeOptions {
  /** The Python that the workspace has from now on: 3.12, a path, or `default` for the installation's own. */
  readonly python?: string | undefined;
  /** The preset that it stands on from now on, `none`, or `default` for the installation's. */
  readonly base?: string | undefined;
  /** Sees each plan before anything is fetched, whatever its verdict; false leaves everything as it is. */
  readonly review?: ((plan: AnsweredPlan) => boolean | Promise<boolean>) | undefined;
  /** Lets sources be built behind glass where only that tells what they need; the policy has to let them in, too. */
  readonly mayBuild?: boolean | undefined;
  /** Which Pythons the sources of the requirements say that they need. */
  readonly pythonNeeds?: PlanRequest['pythonNeeds'];
  readonly onPlanning?: ((progress: PlanProgress) => void) | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ChangeResult {
  /** What is declared now; undefined where the workspace never declared anything. */
  readonly declaration: Declaration | undefined;
  readonly isChanged: boolean;
  /** The review said no. */
  readonly wasDeclined: boolean;
  /** Undefined where there was nothing to plan. */
  readonly plan: AnsweredPlan | undefined;
}

/** What is asked for of what packages stand on. */
export function askedNow({ python, base }: Pick<ChangeOptions, 'python' | 'base'>): Asked {
  return { ...(python === undefined ? {} : { python }), ...(base === undefined ? {} : { base }) };
}

interface Wanting extends ChangeOptions {
  readonly kind: ChangeKind;
  /** Asked again whenever somebody else was faster. */
  readonly want: (declared: readonly string[]) => WantedSet;
}

interface Made extends Disposable {
  readonly state: DeclaredState;
  readonly plan: AnsweredPlan | undefined;
}

/**
 * Plans what a workspace is to declare as a whole, has it reviewed, builds it and attaches it, all or nothing. Of two at
 * once, the slower begins again on what the faster one made.
 */
export async function change(parts: ChangeParts, place: Place, wanting: Wanting): Promise<ChangeResult> {
  await requireInstall(parts, place);
  for (;;) {
    refuseWhenCancelled(wanting.signal);
    const before = await parts.declarations.find(place.workspace);
    const footing = await findFooting(parts, { ...place, before, now: askedNow(wanting), signal: wanting.signal });
    const wanted = await standOn(footing, wanting.want(before?.requirements ?? []));
    const plan = await planSet(parts, { ...place, ...wanting, ...footing, wanted, before });
    if (plan === undefined) await requireAction(parts, place, 'install');
    const result = { declaration: before, isChanged: false, wasDeclined: false, plan };
    if (plan !== undefined && (await wanting.review?.(plan)) === false) return { ...result, wasDeclined: true };
    using made = await makeState(parts, { ...place, ...wanting, ...footing, wanted, before, plan });
    if (isSame(before, made.state)) return result;
    const declaration = await attachState(parts, { ...place, kind: wanting.kind, before, state: made.state, plan });
    if (declaration !== undefined) return { ...result, declaration, isChanged: true };
  }
}

/** A base and a Python as they were found, not as they were asked for. */
interface Planning extends Place, Omit<Wanting, keyof Footing>, Footing {
  readonly wanted: WantedSet;
  readonly before: Declaration | undefined;
}

async function planSet({ packages }: ChangeParts, planning: Planning): Promise<AnsweredPlan | undefined> {
  const { wanted, before, kind, workspace, actor, role, mayBuild, pythonNeeds, python, asked, signal } = planning;
  // Who wants no package, but another Python, wants an empty environment of that.
  if (wanted.requirements.length === 0 && asked.python === undefined) return undefined;
  const present = await presentSet(packages, before);
  return packages.plan({
    ...{ requirements: wanted.requirements, workspace, actor, role, python, mayBuild, pythonNeeds, signal },
    ...{ upgrade: kind === 'upgrade', present, onProgress: planning.onPlanning },
  });
}

/** What a workspace has now, to keep its versions and to tell what changes. */
export async function presentSet(
  { plans }: Pick<Packages, 'plans'>,
  before: Declaration | undefined,
): Promise<NonNullable<PlanRequest['present']>> {
  const digest = before?.lock ?? null;
  const lock = digest === null ? undefined : await plans.findLock(digest);
  if (before === undefined || lock === undefined) return { packages: [] };
  return { packages: lock.packages, kept: { lock, wish: before.wish, time: before.changed } };
}

interface Making extends Planning {
  readonly plan: AnsweredPlan | undefined;
}

/** Nothing declared means no environment. What was denied never gets as far as a build. */
async function makeState(parts: ChangeParts, making: Making): Promise<Made> {
  const { wanted, plan, workspace, actor, role, python, base, asked, signal, onProgress } = making;
  const declared = { requirements: wanted.lines, wish: wanted.wish, base: base?.name ?? null, asked };
  if (plan === undefined) {
    const { version, executable: interpreter } = python;
    const state = { ...declared, python: version, interpreter, lock: null, environment: null };
    return { state, plan, [Symbol.dispose]: () => undefined };
  }
  if (plan.lock === undefined || plan.verdict === 'deny') throw deniedBy(plan);
  const lock = plan.lock.digest;
  const asker = { workspace, actor, role };
  const owner = making.before?.owner ?? null;
  const lease = await parts.environments.acquire({ lock, asker, python, owner, signal, onProgress });
  const state = { ...declared, ...describePython(lease), lock, environment: lease.environment.key };
  return { state, plan, [Symbol.dispose]: () => lease[Symbol.dispose]() };
}

/** The Python that an environment was made with. */
export function describePython({
  environment: { python },
}: EnvironmentLease): Pick<Declaration, 'python' | 'interpreter'> {
  return { python: python.version, interpreter: python.executable };
}

interface Attaching extends Place {
  readonly kind: ChangeKind;
  readonly before: Declaration | undefined;
  readonly state: DeclaredState;
  readonly plan?: AnsweredPlan | undefined;
  readonly details?: Readonly<Record<string, string | number>> | undefined;
}

/** Undefined where somebody else was faster. */
export async function attachState(parts: ChangeParts, attaching: Attaching): Promise<Declaration | undefined> {
  const { workspace, actor, role, plan, details, ...rest } = attaching;
  const after = await parts.declarations.attach({
    ...rest,
    ...{ workspace, actor: { ...actor, role }, policyHash: parts.currentPolicy().hash },
    details: { ...details, ...(plan === undefined ? {} : { plan: plan.id }) },
  });
  if (after !== undefined && after.environment !== attaching.before?.environment) {
    parts.onChanged?.(workspace, after.environment);
  }
  return after;
}

const nothing: DeclaredState = { requirements: [], python: '', wish: '', lock: null, environment: null };

function isSame(before: Declaration | undefined, state: DeclaredState): boolean {
  const { wish, lock, environment, base = null, asked = {} } = before ?? nothing;
  const isSameAsked = asked.python === state.asked?.python && asked.base === state.asked?.base;
  const isSameMade = lock === state.lock && environment === state.environment;
  return isSameMade && isSameAsked && (before === undefined || (wish === state.wish && base === (state.base ?? null)));
}

/** What stands against a plan, as an error: what nobody has is no matter of the policy. */
export function deniedBy({ reasons, packages, obstacle }: AnsweredPlan): BelljarError {
  if (obstacle !== undefined && obstacle.kind !== 'policy') return new BelljarError('NO_SOLUTION', obstacle.message);
  const all = [...reasons, ...packages.flatMap((each) => each.reasons)].filter(({ verdict }) => verdict === 'deny');
  const [first] = all;
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : '';
  const message = obstacle?.message ?? first?.message ?? 'the policy does not let it in';
  return new BelljarError('POLICY_DENIED', `${message}${obstacle === undefined ? more : ''}`, {
    hint: '`belljar plan` shows each package with its reasons, and the nearest version that would pass.',
    details: { reasons: all.slice(0, 100) },
  });
}
