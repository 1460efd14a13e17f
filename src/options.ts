import { z } from 'zod';

import { BelljarError } from './errors.ts';
import { nearestOf } from './nearest.ts';

/** A signal of whatever realm: programs run their tests in realms of their own. */
export const signalOption = z.custom<AbortSignal>(isSignal, 'must be an AbortSignal').optional();

/** A timer of Node takes no more. */
export const maxTimerMs = 2 ** 31 - 1;

/** A time that a timer of Node keeps: with more it would fire at once. */
export function timerMs(ms: number): number {
  return Math.min(ms, maxTimerMs);
}

export const timeoutOption = z.number().positive().max(maxTimerMs).optional();

/**
 * Makes what reads the options of a call: it demands a schema for each name that the type knows, and refuses every other,
 * since an option that is not heeded is worse than none.
 *
 * @example
 * const readAskOptions = optionsReader<AskOptions>('complete()', { signal: signalOption, timeoutMs: timeoutOption });
 * @throws USAGE with the name that was probably meant.
 */
export function optionsReader<T extends object>(
  whose: string,
  shape: { readonly [Name in keyof T]-?: z.ZodType<T[Name]> },
): (options: T) => T {
  const schema = z.strictObject(shape);
  return (options) => readOptions(schema, options, whose) as T;
}

/** @throws USAGE with the name that was probably meant. */
export function readOptions<T>(schema: z.ZodType<T>, options: unknown, whose: string): T {
  const { success, data, error } = schema.safeParse(options);
  if (success) return data;
  const unknown = error.issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknown !== undefined) throw unknownOption(unknown, schema, whose);
  const said = error.issues.map(({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`);
  throw new BelljarError('USAGE', `${whose} does not take this: ${said.join('; ')}`);
}

function unknownOption(
  { keys: [name = ''], path }: z.core.$ZodIssueUnrecognizedKeys,
  schema: z.ZodType,
  whose: string,
): BelljarError {
  const known = namesAt(schema, path);
  const nearest = nearestOf(name, known);
  const options = known.length === 0 ? 'It takes none.' : `Its options are ${known.join(', ')}.`;
  const where = path.length === 0 ? '' : ` in ${path.join('.')}`;
  return new BelljarError('USAGE', `${whose} knows no option “${name}”${where}`, {
    hint: nearest === undefined ? options : `Did you mean “${nearest}”?`,
    details: { option: name },
  });
}

/** The names that an object may have which lies on a path. */
function namesAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const inner = unwrap(schema);
  const [next, ...rest] = path;
  if (inner instanceof z.ZodArray) return namesAt(inner.element as z.ZodType, rest);
  if (!(inner instanceof z.ZodObject)) return [];
  if (next === undefined) return Object.keys(inner.shape);
  const member = inner.shape[String(next)] as z.ZodType | undefined;
  return member === undefined ? [] : namesAt(member, rest);
}

function unwrap(schema: z.ZodType): z.ZodType {
  const isWrapping =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodReadonly;
  return isWrapping ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

function isSignal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;
}
