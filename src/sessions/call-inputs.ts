import type { JsonValue } from '../canonical-json.ts';
import { BelljarError } from '../errors.ts';

export type CallInputs = Readonly<Record<string, JsonValue>>;

/**
 * The inputs of a call as they travel, as they are at this moment. JSON would turn some values into others without a
 * word: those are refused.
 *
 * @throws USAGE with the place of what is none.
 */
export function readInputs(inputs: unknown): CallInputs {
  if (!isPlain(inputs)) throw notJson('the inputs', 'no object of names and values');
  const places = new Map<unknown, string>([[inputs, '']]);
  const check = function (this: unknown, key: string, value: unknown): unknown {
    const place = placeOf(places.get(this), key);
    const problem = problemOf(value, Array.isArray(this));
    if (problem !== undefined) throw notJson(place === '' ? 'the inputs' : `the input ${place}`, problem);
    if (typeof value === 'object') places.set(value, place);
    return value;
  };
  return JSON.parse(stringify(inputs, check)) as CallInputs;
}

function stringify(inputs: object, check: (this: unknown, key: string, value: unknown) => unknown): string {
  try {
    return JSON.stringify(inputs, check);
  } catch (cause) {
    if (cause instanceof BelljarError) throw cause;
    throw new BelljarError('USAGE', `the inputs of a call are JSON values: ${(cause as Error).message}`, { cause });
  }
}

/** What JSON has no word for, or another reader would take for something else; undefined where it can travel. */
function problemOf(value: unknown, isItem: boolean): string | undefined {
  switch (typeof value) {
    case 'number':
      return problemOfNumber(value);
    case 'undefined':
      return isItem ? 'undefined' : undefined; // a member that is undefined is none
    case 'object':
      return value === null || Array.isArray(value) || isPlain(value) ? undefined : `of the class ${classOf(value)}`;
    case 'bigint':
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    default:
      return undefined;
  }
}

/** From here on it is written as a fraction is, and read as one: exactly. */
const firstWithExponent = 1e21;

/** In between a whole number stands for its neighbours too, and is written by digits that are not its own. */
function problemOfNumber(value: number): string | undefined {
  if (!Number.isFinite(value)) return `${value}`;
  const isRounded = Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < firstWithExponent;
  return isRounded ? 'a whole number beyond 2^53' : undefined;
}

/** Of this realm or another. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function classOf(value: object): string {
  return String((value as { constructor?: { name?: unknown } }).constructor?.name);
}

function placeOf(holder: string | undefined, key: string): string {
  return holder === undefined || holder === '' ? key : `${holder}.${key}`;
}

function notJson(what: string, problem: string): BelljarError {
  return new BelljarError('USAGE', `${what} is ${problem}, which JSON cannot carry as it is`, {
    hint: 'Inputs are text, finite numbers, true, false, null, lists and plain objects; give large numbers as text.',
  });
}
