import { BelljarError } from '../errors.ts';
import type { RunDecision } from '../policy/index.ts';

/**
 * What the policy's guards refuse inside Python cannot be refused to any program; what the kernel holds can.
 *
 * @throws POLICY_DENIED where there are guards of the former kind: a program would go around them.
 */
export function requireHoldable({ exec, imports }: RunDecision['guards']): void {
  const unheld = [...(exec.length > 0 ? ['exec'] : []), ...(imports.length > 0 ? ['imports'] : [])];
  if (unheld.length === 0) return;
  const names = unheld.map((name) => `runtime.guards.${name}`).join(' and ');
  throw new BelljarError(
    'POLICY_DENIED',
    `the policy has ${names}, which only hold for code that Belljar itself runs`,
    {
      hint: 'Run it as code, with `belljar run`, or have the policy do without these guards.',
      details: { guards: unheld },
    },
  );
}
