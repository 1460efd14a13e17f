import type { PackageCandidate } from '../events.ts';
import type { MissingModule } from './missing-module.ts';
import { showModule } from './module-name.ts';

/** What a person is told when a module is missing. */
export function describeMissing({ module, candidates, hint }: MissingModule): string {
  const missing = `no module named ${showModule(module)}`;
  if (candidates.length === 0) return hint === undefined ? missing : `${missing}: ${hint}`;
  const names = candidates.map(describeCandidate).join(' or ');
  const isGuess = candidates.every(({ because }) => because === 'same-name');
  const offer = isGuess ? `a package of the same name may bring it: ${names}` : `it comes with the package ${names}`;
  return `${missing}; ${offer}${hint === undefined ? '' : ` (${hint})`}. Nothing is installed by itself.`;
}

function describeCandidate({ name, policy }: PackageCandidate): string {
  if (policy === undefined || policy.verdict === 'allow') return name;
  return policy.verdict === 'deny'
    ? `${name} (the policy denies it: ${policy.message})`
    : `${name} (an approver has to agree to it: ${policy.message})`;
}
