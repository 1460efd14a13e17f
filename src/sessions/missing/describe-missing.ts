import type { MissingModule } from './missing-module.ts';
import { showModule } from './module-name.ts';

/** What a person is told when a module is missing. */
export function describeMissing({ module, candidates, hint }: MissingModule): string {
  const missing = `no module named ${showModule(module)}`;
  if (candidates.length === 0) return hint === undefined ? missing : `${missing}: ${hint}`;
  const names = candidates.map(({ name }) => name).join(' or ');
  const isGuess = candidates.every(({ because }) => because === 'same-name');
  const offer = isGuess ? `a package of the same name may bring it: ${names}` : `it comes with the package ${names}`;
  return `${missing}; ${offer}${hint === undefined ? '' : ` (${hint})`}. Nothing is installed by itself.`;
}
