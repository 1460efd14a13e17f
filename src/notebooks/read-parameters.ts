import { parseDocument, visit } from 'yaml';

import { BelljarError } from '../errors.ts';
import { type Parameters, requireParameterName } from './parameters.ts';
import { PythonFloat } from './python-literal.ts';

const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['True', true],
  ['true', true],
  ['False', false],
  ['false', false],
  ['None', null],
  ['null', null],
]);

/**
 * One parameter from the command line, `name=value`: numbers, True, False, None, JSON lists, objects and quoted strings
 * are what they look like, everything else is text.
 *
 * @throws USAGE
 */
export function parseParameter(text: string): [name: string, value: unknown] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new BelljarError('USAGE', `“${text}” sets no parameter`, { hint: 'Write --parameters name=value.' });
  return [requireParameterName(text.slice(0, at).trim()), parseValue(text.slice(at + 1))];
}

function parseValue(text: string): unknown {
  if (words.has(text)) return words.get(text);
  if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace('+', ''));
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return new PythonFloat(Number(text));
  return /^[[{"]/.test(text) && isJson(text) ? parseTyped(text) : text;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // text that only begins like it
  }
}

/**
 * Parameters from a file of JSON or YAML: one object, its keys are the names.
 *
 * @throws USAGE
 */
export function parseParametersFile(text: string, file: string): Parameters {
  let document: unknown;
  try {
    document = parseTyped(text);
  } catch (cause) {
    throw new BelljarError('USAGE', `${file} is neither JSON nor YAML: ${(cause as Error).message}`, { cause });
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new BelljarError('USAGE', `${file} holds no parameters`, { hint: 'Write one per line, as name: value.' });
  }
  return new Map(Object.entries(document).map(([name, value]) => [requireParameterName(name), value]));
}

/** YAML, of which JSON is a part; 1.0 stays apart from 1, which for Python is another type. */
function parseTyped(text: string): unknown {
  const document = parseDocument(text, { intAsBigInt: true, prettyErrors: false, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'number') node.value = new PythonFloat(node.value);
    },
  });
  return document.toJS({ maxAliasCount: 100 });
}
