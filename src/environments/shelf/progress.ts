import { z } from 'zod';

import { BelljarError, type ErrorCode, errorTable } from '../../errors.ts';

/** How far a build is: what is done now, and with which package. */
export const buildProgressSchema = z.object({
  phase: z.string(),
  package: z.string().optional(),
  done: z.number(),
  total: z.number(),
});

export type BuildProgress = Readonly<z.output<typeof buildProgressSchema>>;

const failureSchema = z.object({
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && Object.hasOwn(errorTable, code)),
  message: z.string(),
  hint: z.string(),
  details: z.record(z.string(), z.unknown()),
});

const maxDetailsBytes = 32 * 1024;

/** Why a build failed, for those who wait for it elsewhere. */
export function writeFailure({ code, message, hint, details }: BelljarError): string {
  const text = writeDetails(details);
  return `{"code":${JSON.stringify(code)},"message":${JSON.stringify(message)},"hint":${JSON.stringify(hint)},"details":${text}}`;
}

/** The error again. */
export function readFailure(body: unknown): BelljarError {
  const parsed = failureSchema.safeParse(body);
  if (!parsed.success) return new BelljarError('BUILD_FAILED', 'the build failed in another process');
  const { code, message, hint, details } = parsed.data;
  return new BelljarError(code, message, { hint, details });
}

/** Details are whatever their thrower had; what cannot be told elsewhere is left out. */
function writeDetails(details: BelljarError['details']): string {
  try {
    const text = JSON.stringify(details);
    return Buffer.byteLength(text) <= maxDetailsBytes ? text : '{}';
  } catch {
    return '{}';
  }
}
