import { BelljarError } from '../errors.ts';

/** A number that this language cannot hold as it was written, such as 1.0 or one of twenty digits. */
interface RawJson {
  readonly rawJSON: string;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Part of ECMAScript, and not yet of the types we compile against. */
const exact = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): RawJson;
  isRawJSON(value: unknown): value is RawJson;
};

/** Deeper than any notebook that was written by a program for people; shallower than what exhausts a stack. */
const maxDepth = 256;

/**
 * Reads JSON so that writing it again gives each number as it was written.
 *
 * @throws SyntaxError
 * @throws RangeError where it is nested too deeply.
 */
export function parseExact(text: string): unknown {
  const document = exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? exact.rawJSON(source) : value,
  );
  requireShallow(document, 0);
  return document;
}

function requireShallow(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > maxDepth) throw new RangeError('nested too deeply');
  for (const member of Object.values(value)) requireShallow(member, depth + 1);
}

/** JSON as Python writes it with sorted keys and an indent of one: what Jupyter's own files look like. */
export function writeLikePython(value: unknown, indent = '\n'): string {
  if (typeof value !== 'object' || value === null || exact.isRawJSON(value)) return writeScalar(value);
  if (indent.length > maxDepth * 2) throw new BelljarError('USAGE', 'the value is nested too deeply for a notebook');
  const deeper = `${indent} `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[${deeper}${value.map((item) => writeLikePython(item, deeper)).join(`,${deeper}`)}${indent}]`;
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  const written = members
    .sort(([one], [other]) => compareCodePoints(one, other))
    .map(([key, member]) => `${writeScalar(key)}: ${writeLikePython(member, deeper)}`);
  return `{${deeper}${written.join(`,${deeper}`)}${indent}}`;
}

function writeScalar(value: unknown): string {
  return JSON.stringify(typeof value === 'string' ? value.toWellFormed() : value);
}

/** Python orders text by code points, this language by UTF-16; UTF-8 keeps the order of code points. */
function compareCodePoints(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
