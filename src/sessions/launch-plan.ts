import { canonicalJson } from '../canonical-json.ts';
import type { RunDecision, RunLimits } from '../policy/index.ts';
import type { CapabilityName } from '../sandbox/index.ts';
import { listWalls } from './guards.ts';

/** Stands for a workspace that is yet to come: no workspace can be called so. */
export const newWorkspace = '+';

/** All that a session's sandbox depends on beside the machine and its Python: equal plans make sandboxes alike. */
export interface LaunchPlan {
  readonly limits: RunLimits;
  readonly require: readonly CapabilityName[];
  readonly guards: RunDecision['guards'];
  readonly hasNetwork: boolean;
  /** Whose files are shown: a workspace's, a new workspace's, or nobody's; those are gone with the session. */
  readonly workspace: string | null;
  /** The key of its environment; null for the plain interpreter. */
  readonly environment: string | null;
  /** Imported before the session is anybody's. */
  readonly preload: readonly string[];
  /** Of the policy that it was decided by. */
  readonly policyHash: string;
}

export type PlanOptions = Pick<LaunchPlan, 'workspace' | 'environment' | 'preload' | 'policyHash'>;

export function planLaunch({ limits, required, network, guards }: RunDecision, options: PlanOptions): LaunchPlan {
  const hasNetwork = network.allow.length > 0;
  const require = new Set<CapabilityName>(required);
  if (hasNetwork) require.add('egress-rules');
  if (listWalls(guards).length > 0) require.add('system-call-filter');
  return { ...options, limits, guards, hasNetwork, require: [...require] };
}

/** One text for equal plans, and another for any other. */
export function keyOf(plan: LaunchPlan): string {
  return canonicalJson(plan);
}
