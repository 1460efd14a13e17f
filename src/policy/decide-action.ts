import type { Role, Verdict } from '../words.ts';
import type { Policy } from './policy-schema.ts';
import type { Actor, Reason } from './reason.ts';
import type { Action } from './roles-schema.ts';

interface ActionQuestion {
  readonly policy: Policy;
  readonly actor: Actor;
  readonly role: Role;
  readonly action: Action;
}

interface ActionDecision {
  readonly verdict: Verdict;
  readonly reason: Reason;
}

/** Whether the actor may do it: what the policy does not grant is denied. */
export function decideAction({ policy, actor, role, action }: ActionQuestion): ActionDecision {
  // Whoever comes by a shared link is anonymous, whatever role the caller looked up.
  const effective: Role = actor.kind === 'anonymous' ? 'anonymous' : role;
  const grants = policy.roles[effective];
  const who = `${actor.id} (${effective})`;
  const base = { matched: action, path: [] };
  if (grants.ask.includes(action)) {
    const message = `${who} may ${describeAction(action)} once an approver agrees`;
    return { verdict: 'ask', reason: { ...base, rule: `roles.${effective}.ask`, verdict: 'ask', message } };
  }
  if (grants.allow.includes(action)) {
    const message = `${who} may ${describeAction(action)}`;
    return { verdict: 'allow', reason: { ...base, rule: `roles.${effective}.allow`, verdict: 'allow', message } };
  }
  const message = `${who} may not ${describeAction(action)}: the policy grants it to ${grantees(policy, action)}`;
  return { verdict: 'deny', reason: { ...base, rule: `roles.${effective}`, verdict: 'deny', message } };
}

const descriptions: Readonly<Record<Action, string>> = {
  view: 'look at the workspace',
  run: 'run code',
  plan: 'have packages judged',
  install: 'install packages',
  approve: 'answer for the policy',
  export: 'take things out',
  'manage-workspace': 'manage the workspace',
  'manage-plugins': 'manage plugins',
  'manage-policy': 'change the policy',
  'manage-installation': 'manage the installation',
  'read-record': 'read the record',
};

function describeAction(action: Action): string {
  return descriptions[action];
}

function grantees(policy: Policy, action: Action): string {
  const roles = Object.entries(policy.roles).filter(([, { allow, ask }]) => [...allow, ...ask].includes(action));
  return roles.length === 0 ? 'nobody' : roles.map(([role]) => role).join(', ');
}
