import type { EnvironmentLease } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';
import { type AnsweredPlan, parseTargetKey } from '../packages/index.ts';
import {
  attachState,
  type ChangeOptions,
  type ChangeParts,
  type ChangeResult,
  deniedBy,
  describePython,
  type Place,
  presentSet,
} from './change.ts';
import type { Declaration, PastDeclaration } from './declaration.ts';
import { requireAction, requireInstall } from './require-action.ts';
import { readRequirements } from './requirements.ts';
import type { KeptPython } from './workspace-python.ts';

export type RollbackOptions = Pick<ChangeOptions, 'review' | 'onPlanning' | 'onProgress' | 'signal'>;

interface RollingBack extends RollbackOptions {
  /** The state before this one where left out. */
  readonly to: number | undefined;
  readonly acquire: (kept: KeptState) => Promise<EnvironmentLease>;
}

/** What an environment is leased by that a workspace had. */
export interface KeptState extends KeptPython {
  readonly lock: string;
  readonly owner: string | null;
}

/** Attaches an earlier state anew, after whoever reviews it has seen what changes. */
export async function rollBack(parts: ChangeParts, place: Place, options: RollingBack): Promise<ChangeResult> {
  const { workspace, actor, role } = place;
  await requireInstall(parts, place);
  for (;;) {
    const before = await parts.declarations.find(workspace);
    const past = await findPast(parts, { workspace, before, to: options.to });
    const { number, requirements, wish, lock, base, asked } = past;
    if (lock === null) await requireAction(parts, place, 'install');
    const plan = await planPast(parts, place, { ...options, before, past });
    const result = { declaration: before, isChanged: false, wasDeclined: false, plan };
    if (plan !== undefined && (await options.review?.(plan)) === false) return { ...result, wasDeclined: true };
    if (plan?.verdict === 'deny') throw deniedBy(plan);
    const owner = before?.owner ?? null;
    using lease = lock === null ? undefined : await options.acquire({ ...past, lock, owner });
    const { python, interpreter } = lease === undefined ? past : describePython(lease);
    const environment = lease?.environment.key ?? null;
    const state = { requirements, wish, base, asked, lock, python, interpreter, environment };
    const attaching = {
      workspace,
      actor,
      role,
      kind: 'rollback',
      before,
      state,
      plan,
      details: { to: number },
    } as const;
    const declaration = await attachState(parts, attaching);
    if (declaration !== undefined) return { ...result, declaration, isChanged: true };
  }
}

interface Past extends RollbackOptions {
  readonly before: Declaration | undefined;
  readonly past: PastDeclaration;
}

/** Only for whoever wants to see it: going back itself needs no index. */
async function planPast(
  { packages }: ChangeParts,
  place: Place,
  { before, past, review, onPlanning, signal }: Past,
): Promise<AnsweredPlan | undefined> {
  const lock = past.lock === null ? undefined : await packages.plans.findLock(past.lock);
  if (review === undefined || lock === undefined) return undefined;
  const requirements = readRequirements(past.requirements);
  const [present, target] = [await presentSet(packages, before), parseTargetKey(lock.target)];
  return packages.plan({ ...place, requirements, lock, target, present, signal, onProgress: onPlanning });
}

interface Looking {
  readonly workspace: string;
  readonly before: Declaration | undefined;
  readonly to: number | undefined;
}

async function findPast({ declarations }: ChangeParts, { workspace, before, to }: Looking): Promise<PastDeclaration> {
  const history = await declarations.history(workspace);
  const past = history.find(({ number }) => (to === undefined ? number !== before?.number : number === to));
  if (past !== undefined && past.number !== before?.number) return past;
  const numbers = history.map(({ number }) => number).filter((number) => number !== before?.number);
  throw new BelljarError('USAGE', `there is no earlier state ${to ?? ''} of “${workspace}” to go back to`, {
    hint: numbers.length === 0 ? 'It has no other state.' : `Its states are ${numbers.slice(0, 20).join(', ')}.`,
  });
}
