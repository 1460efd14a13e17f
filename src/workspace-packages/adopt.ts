import type { EnvironmentLease } from '../environments/index.ts';
import type { AnsweredPlan, ClaimedPackage, Lock } from '../packages/index.ts';
import {
  askedNow,
  attachState,
  type ChangeOptions,
  type ChangeParts,
  deniedBy,
  describePython,
  type Place,
} from './change.ts';
import type { Declaration, DeclaredState } from './declaration.ts';
import { findFooting, type Footing } from './footing.ts';
import { requireAction, requireInstall } from './require-action.ts';
import { readRequirements, wantedSet } from './requirements.ts';

/** What a workspace from elsewhere declared, and the lock that it came to there. */
export interface AdoptedSet {
  readonly requirements: readonly string[];
  /** Undefined where it had no environment. */
  readonly lock: { readonly target: string; readonly claimed: readonly ClaimedPackage[] } | undefined;
}

/** What was built, and is not the workspace's yet. */
export interface Adopted extends Disposable {
  readonly plan: AnsweredPlan | undefined;
  readonly lease: EnvironmentLease | undefined;
  /** Undefined where the workspace declares something meanwhile. */
  attach(details: Readonly<Record<string, string | number>>): Promise<Declaration | undefined>;
}

/**
 * Plans, has reviewed and builds what a workspace from elsewhere declares, with its versions and by the policy of here; to
 * be attached by whoever asked. Undefined where the review said no.
 */
export async function adopt(
  parts: ChangeParts,
  place: Place,
  { requirements, lock, ...options }: AdoptedSet & ChangeOptions,
): Promise<Adopted | undefined> {
  await (lock === undefined ? requireAction(parts, place, 'install') : requireInstall(parts, place));
  const wanted = wantedSet(readRequirements(requirements));
  const { signal, onPlanning, onProgress, mayBuild, review } = options;
  const { python, asked } = await findPython(parts, place, { ...options, target: lock?.target });
  // The lock is whole: of the base that it stood on there, and of the one here, nothing is added.
  const declared = { requirements: wanted.lines, wish: wanted.wish, base: null, asked };
  if (lock === undefined) {
    const { version, executable: interpreter } = python;
    const state = { ...declared, python: version, interpreter, lock: null, environment: null };
    return adopted(parts, place, { state, plan: undefined, lease: undefined });
  }
  const own = await parts.packages.adoptLock({ ...lock, python, requirements: wanted.requirements, signal });
  const plan = await parts.packages.plan({
    ...{ ...place, requirements: wanted.requirements, python, lock: own, target: versionOf(own) },
    ...{ present: { packages: [] }, mayBuild, signal, onProgress: onPlanning },
  });
  if ((await review?.(plan)) === false) return undefined;
  if (plan.lock === undefined || plan.verdict === 'deny') throw deniedBy(plan);
  const { digest } = plan.lock;
  const acquiring = { lock: digest, asker: place, python, owner: null, signal, onProgress };
  const lease = await parts.environments.acquire(acquiring);
  const state = { ...declared, ...describePython(lease), lock: digest, environment: lease.environment.key };
  return adopted(parts, place, { state, plan, lease });
}

interface Built extends Pick<Adopted, 'plan' | 'lease'> {
  readonly state: DeclaredState;
}

function adopted(parts: ChangeParts, place: Place, { state, plan, lease }: Built): Adopted {
  return {
    plan,
    lease,
    attach: (details) => attachState(parts, { ...place, kind: 'import', before: undefined, state, plan, details }),
    [Symbol.dispose]: () => lease?.[Symbol.dispose](),
  };
}

interface PythonWish extends Pick<ChangeOptions, 'python' | 'base' | 'signal'> {
  readonly target: string | undefined;
}

/** The one that is asked for, else the installation's; else, where that takes other wheels, one like there. */
async function findPython(
  parts: ChangeParts,
  { workspace }: Place,
  { target, signal, ...rest }: PythonWish,
): Promise<Footing> {
  const question = { workspace, before: undefined, signal };
  const own = await findFooting(parts, { ...question, now: askedNow(rest) });
  const there = minorOf(versionOf({ target: target ?? '' })?.pythonVersion);
  if (there === undefined || rest.python !== undefined || there === minorOf(own.python.version)) return own;
  return findFooting(parts, { ...question, now: askedNow({ ...rest, python: there }) });
}

function versionOf({ target }: Pick<Lock, 'target'>): { readonly pythonVersion: string } | undefined {
  const [, pythonVersion] = /^python ([^ ,]+),/.exec(target) ?? [];
  return pythonVersion === undefined ? undefined : { pythonVersion };
}

function minorOf(version: string | undefined): string | undefined {
  return version?.split('.', 2).join('.');
}
