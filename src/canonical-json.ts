import { BelljarError } from './errors.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

const maxDepth = 64;

/**
 * The one text of a JSON value by RFC 8785: keys ordered by UTF-16 code units, no white space, numbers and strings as
 * ECMAScript writes them.
 *
 * @throws USAGE for what JSON cannot say: NaN, undefined, a lone surrogate, an object that is no plain one.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      return writeNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= maxDepth) throw invalid(`it is nested deeper than ${maxDepth} levels`);
      return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    default:
      throw invalid(`${typeof value} is no JSON value`);
  }
}

function writeString(text: string): string {
  if (!text.isWellFormed()) throw invalid('a string holds half of a surrogate pair');
  return JSON.stringify(text);
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw invalid(`${value} is no JSON number`);
  // ECMAScript's shortest form is the RFC's; minus zero becomes 0 in both.
  return String(value);
}

function writeArray(values: readonly unknown[], depth: number): string {
  // Array.from, because map would pass over holes in silence.
  return `[${Array.from(values, (value) => write(value, depth + 1)).join(',')}]`;
}

function writeObject(object: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw invalid('an object is not a plain one');
  const members = Object.entries(object) as [string, unknown][];
  // The default order of sort is by UTF-16 code units, which is the RFC's; a locale's is not.
  const keys = members.map(([key]) => key).sort();
  const byKey = new Map(members);
  return `{${keys.map((key) => `${writeString(key)}:${write(byKey.get(key), depth + 1)}`).join(',')}}`;
}

function invalid(why: string): BelljarError {
  return new BelljarError('USAGE', `the value has no canonical JSON: ${why}`, {
    hint: 'Pass plain objects, arrays, strings, finite numbers, booleans and null.',
  });
}
