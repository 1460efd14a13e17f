import { z } from 'zod';

import { BelljarError } from '../errors.ts';
import type { Policy, RunDecision } from '../policy/index.ts';
import type { BackendName } from '../sandbox/index.ts';
import { roleNames } from '../words.ts';

/** A timer of Node takes no more. */
const maxTimeoutMs = 2 ** 31 - 1;

export const modulesSchema = z
  .array(
    z
      .string()
      .max(200)
      .regex(/^[\p{ID_Start}_]\p{ID_Continue}*(\.[\p{ID_Start}_]\p{ID_Continue}*)*$/u, 'must be the name of a module'),
  )
  .max(64)
  .readonly();

const openSchema = z.object({
  actor: z.object({ id: z.string().min(1).max(512), kind: z.enum(['user', 'service', 'anonymous']) }),
  role: z.enum(roleNames),
  preload: modulesSchema.optional(),
  idleTimeoutMs: z.int().positive().max(maxTimeoutMs).optional(),
});

/**
 * What is asked comes from the embedding program, which may not be TypeScript.
 *
 * @throws USAGE
 */
export function checkOpening(options: object): void {
  const { success, error } = openSchema.safeParse(options);
  if (!success) throw new BelljarError('USAGE', `a session needs an actor and a role: ${z.prettifyError(error)}`);
}

/** What the policy counts on and this version cannot do is refused, never left out in silence. */
export function findUnsupported({ backends }: Policy['runtime'], backend: BackendName): BelljarError | undefined {
  if (backends.includes(backend)) return undefined;
  const message = `the policy allows the backends ${backends.join(', ')}, and this version has ${backend} only`;
  return new BelljarError('SANDBOX_UNAVAILABLE', message, {
    hint: `Add ${backend} to runtime.backends of the policy.`,
  });
}

/** A refusal as the record tells it. */
export function denialOf({ verdict, reasons }: RunDecision) {
  const details = { reasons: reasons.map(({ rule, message }) => ({ rule, message })) };
  return { action: 'run.refused', subject: 'session', verdict, details };
}

/** A refusal as the caller is told. */
export function toRefusal({ verdict, reasons }: RunDecision, correlationId: string): BelljarError {
  const decisive = reasons.filter((reason) => reason.verdict === verdict);
  const message = decisive.map((reason) => `${reason.message} (${reason.rule})`).join('; ');
  return new BelljarError('POLICY_DENIED', `the policy says ${verdict === 'ask' ? 'ask first' : 'no'}: ${message}`, {
    details: { verdict, reasons },
    correlationId,
  });
}
