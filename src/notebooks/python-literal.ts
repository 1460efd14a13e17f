import { BelljarError } from '../errors.ts';

/** A number that is to be a float in Python, also where it is whole. */
export class PythonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A value as Python source. Whole numbers of any size may come as bigint. */
export function writePythonLiteral(value: unknown, depth = 0): string {
  if (depth > 64) throw new BelljarError('USAGE', 'a parameter is nested too deeply');
  if (value === null) return 'None';
  if (value instanceof PythonFloat) return writeFloat(value.value);
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return Number.isSafeInteger(value) ? String(value) : writeFloat(value);
    case 'bigint':
      return String(value);
    case 'string':
      return writeString(value);
    case 'object':
      return Array.isArray(value)
        ? `[${value.map((item) => writePythonLiteral(item, depth + 1)).join(', ')}]`
        : `{${writeMembers(value, depth + 1)}}`;
    default:
      throw new BelljarError('USAGE', `a parameter cannot be a ${typeof value}`);
  }
}

function writeMembers(object: object, depth: number): string {
  return Object.entries(object)
    .map(([key, member]) => `${writeString(key)}: ${writePythonLiteral(member, depth)}`)
    .join(', ');
}

function writeFloat(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Nothing in it can end the string, or look like something else to who reads the cell. */
function writeString(text: string): string {
  const escaped = text.replaceAll(/["\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}
