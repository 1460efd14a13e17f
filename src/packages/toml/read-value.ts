import type { Cursor } from './cursor.ts';
import { readKey } from './read-key.ts';
import { readMoment } from './read-moment.ts';
import { readString } from './read-string.ts';
import { GrowingTable } from './growing-table.ts';
import type { TomlNode } from './toml-node.ts';

/** No file that people write is nested deeper, and each level costs a frame of our own stack. */
const maxDepth = 64;
/** Python reads no longer ones either, and reading them takes the square of their length. */
const maxDigits = 4300;

const integers = /[+-]?(?:0|[1-9](?:_?\d)*)|0x[0-9a-fA-F](?:_?[0-9a-fA-F])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*/;
const integer = new RegExp(`(?:0[xob]|[+-]?\\d)[0-9a-fA-F_]*`, 'y');
const wholeInteger = new RegExp(`^(?:${integers.source})$`);
const float = /[+-]?(?:0|[1-9](?:_?\d)*)(?:(?:\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?|[eE][+-]?\d(?:_?\d)*)/y;
const specialFloat = /([+-]?)(inf|nan)/y;
const space = /(?:[ \t\n]|#[^\x00-\x08\x0a-\x1f\x7f]*(?:\n|$))*/y;

/** Reads the value that begins here. */
export function readValue(cursor: Cursor, depth = 0): TomlNode {
  if (depth > maxDepth) throw cursor.problem(`it is nested more than ${maxDepth} deep`);
  const { line } = cursor;
  const text = readString(cursor);
  if (text !== undefined) return { kind: 'string', value: text, line };
  if (cursor.take(/\[/y) !== undefined) return { kind: 'list', items: readItems(cursor, depth), line };
  if (cursor.take(/\{/y) !== undefined) return readInlineTable(cursor, { depth, line });
  return readPlain(cursor, line);
}

function readPlain(cursor: Cursor, line: number): TomlNode {
  const truth = cursor.take(/true|false/y)?.[0];
  if (truth !== undefined) return { kind: 'boolean', value: truth === 'true', line };
  const moment = readMoment(cursor);
  if (moment !== undefined) return { kind: 'moment', value: moment, line };
  const fraction = cursor.take(float)?.[0];
  if (fraction !== undefined) return { kind: 'float', value: Number(fraction.replaceAll('_', '')), line };
  const special = cursor.take(specialFloat);
  if (special !== undefined) {
    const value = special[2] === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
    return { kind: 'float', value: special[1] === '-' ? -value : value, line };
  }
  return { kind: 'integer', value: readInteger(cursor), line };
}

function readInteger(cursor: Cursor): number | bigint {
  const [text] = cursor.expect(integer, 'a value is missing');
  if (!wholeInteger.test(text)) throw cursor.problem(`“${text.slice(0, 40)}” is no number`);
  if (text.length > maxDigits) throw cursor.problem('a number is too long');
  const digits = text.replaceAll('_', '');
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return value;
  return digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits.replace('+', ''));
}

function readItems(cursor: Cursor, depth: number): readonly TomlNode[] {
  const items: TomlNode[] = [];
  for (;;) {
    cursor.take(space);
    if (cursor.take(/\]/y) !== undefined) return items;
    if (items.length > 0) {
      cursor.expect(/,/y, 'a list does not end');
      cursor.take(space);
      if (cursor.take(/\]/y) !== undefined) return items;
    }
    items.push(readValue(cursor, depth + 1));
  }
}

/** On one line, without a comma at its end: so has TOML 1.0 it. */
function readInlineTable(cursor: Cursor, { depth, line }: { depth: number; line: number }): TomlNode {
  const table = new GrowingTable(line);
  cursor.take(/[ \t]*/y);
  if (cursor.take(/\}/y) === undefined) {
    for (;;) {
      const key = readKey(cursor);
      cursor.expect(/[ \t]*=[ \t]*/y, '“=” is missing behind a key');
      table.set(key, readValue(cursor, depth + 1), { section: 0, line: cursor.line });
      cursor.take(/[ \t]*/y);
      if (cursor.take(/\}/y) !== undefined) break;
      cursor.expect(/,[ \t]*/y, 'a table in braces does not end');
    }
  }
  return { kind: 'table', entries: table.finish().entries, line };
}
