import { BelljarError } from '../errors.ts';
import type { Role, Verdict } from '../words.ts';
import { decideAction } from './decide-action.ts';
import { formatLimit } from './format-limit.ts';
import type { Policy, RunLimits } from './policy-schema.ts';
import type { Actor, Reason } from './reason.ts';
import { essentialCapabilities, limitCapabilities, limitKeys, type RequiredCapability } from './runtime-schema.ts';
import { strictest } from './verdict.ts';

interface RunQuestion {
  readonly policy: Policy;
  readonly actor: Actor;
  readonly role: Role;
  /** The limits that the run asks for; what it leaves out it gets from the policy. */
  readonly requested?: Partial<RunLimits>;
}

export interface RunDecision {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** What the run gets; the policy's own limits where the verdict is `deny`. */
  readonly limits: RunLimits;
  /** The hosts that may be reached; none means that the network is off. */
  readonly network: Policy['runtime']['network'];
  readonly guards: Policy['runtime']['guards'];
  /** What may make the sandbox, the first choice first. */
  readonly backends: Policy['runtime']['backends'];
  /** What must be enforced, or the run does not start. */
  readonly required: readonly RequiredCapability[];
}

/**
 * What a run gets: above the maximum it is denied, below it is taken.
 *
 * @throws USAGE where a limit is not a positive number, or not a whole one (`cpus` need not be).
 */
export function decideRun({ policy, actor, role, requested = {} }: RunQuestion): RunDecision {
  const { runtime } = policy;
  const reasons = [decideAction({ policy, actor, role, action: 'run' }).reason];
  const limits: Record<string, number> = { ...runtime.limits };
  for (const [file, name] of Object.entries(limitKeys)) {
    const wanted = requested[name];
    if (wanted === undefined) continue;
    requireAmount(name, wanted);
    if (wanted > runtime.maximum[name])
      reasons.push(aboveMaximum(file, name, { wanted, maximum: runtime.maximum[name] }));
    else limits[name] = wanted;
  }
  reasons.push(...runtime.notRequired.map(notRequired));
  const verdict = strictest(reasons.map((reason) => reason.verdict));
  return {
    verdict,
    reasons,
    limits: verdict === 'deny' ? runtime.limits : (limits as RunLimits),
    network: runtime.network,
    guards: runtime.guards,
    backends: runtime.backends,
    required: [...new Set([...requiredCapabilities(policy), ...findAskedFor(requested)])],
  };
}

/** The operator may run code without a limit, but not in the belief that there is one. */
function findAskedFor(requested: Partial<RunLimits>): RequiredCapability[] {
  const asked = Object.entries(limitKeys).filter(([, name]) => requested[name] !== undefined);
  return asked.flatMap(([file]) => limitCapabilities[file as keyof typeof limitKeys] ?? []);
}

/** The kernel takes whole numbers only; parts of a processor are time on one. */
function requireAmount(name: keyof RunLimits, value: number): void {
  const isWhole = name === 'cpus' ? Number.isFinite(value) : Number.isSafeInteger(value);
  if (isWhole && value > 0) return;
  const wanted = name === 'cpus' ? 'a positive number' : 'a positive whole number';
  throw new BelljarError('USAGE', `the limit ${name} must be ${wanted}, not ${value}`);
}

function aboveMaximum(file: string, name: keyof RunLimits, amounts: { wanted: number; maximum: number }): Reason {
  const wanted = formatLimit(name, amounts.wanted);
  const maximum = formatLimit(name, amounts.maximum);
  return {
    rule: `runtime.maximum.${file}`,
    verdict: 'deny',
    matched: wanted,
    message: `${file} of ${wanted} is above the maximum of ${maximum}`,
    path: [],
  };
}

function notRequired(name: RequiredCapability, index: number): Reason {
  return {
    rule: `runtime.notRequired[${index}]`,
    verdict: 'allow',
    matched: name,
    message: `the operator lets code run where ${name} is not enforced`,
    path: [],
  };
}

/** What must be enforced before code may run: what is essential and what the policy adds, without what it takes off. */
export function requiredCapabilities({ runtime }: Policy): readonly RequiredCapability[] {
  const all = new Set([...essentialCapabilities, ...runtime.required]);
  return [...all].filter((name) => !runtime.notRequired.includes(name));
}
