import type { Cursor } from './cursor.ts';

const shortEscapes: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
};

// A text may hold every character but those that steer; the long kinds hold line breaks too.
const plain = /[^\x00-\x08\x0a-\x1f\x7f"\\]+/y;
const longPlain = /(?:[^\x00-\x08\x0b-\x1f\x7f"\\])+/y;
const literal = /[^\x00-\x08\x0a-\x1f\x7f']*/y;
const longLiteral = /(?:[^\x00-\x08\x0b-\x1f\x7f']|'(?!''))+/y;

/** Reads a string of any of TOML's four kinds; undefined where none begins here. */
export function readString(cursor: Cursor): string | undefined {
  if (cursor.take(/"""\n?/y) !== undefined) return readLongBasic(cursor);
  if (cursor.take(/'''\n?/y) !== undefined) return readLongLiteral(cursor);
  return readKeyString(cursor);
}

/** The two kinds that can be keys. */
export function readKeyString(cursor: Cursor): string | undefined {
  if (cursor.take(/"/y) !== undefined) return readBasic(cursor);
  if (cursor.take(/'/y) === undefined) return undefined;
  const text = cursor.take(literal)?.[0] ?? '';
  cursor.expect(/'/y, 'a string does not end, or holds a character that it must not');
  return text;
}

function readBasic(cursor: Cursor): string {
  let text = '';
  for (;;) {
    text += cursor.take(plain)?.[0] ?? '';
    if (cursor.take(/"/y) !== undefined) return text;
    text += readEscape(cursor);
  }
}

function readLongBasic(cursor: Cursor): string {
  let text = '';
  for (;;) {
    text += cursor.take(longPlain)?.[0] ?? '';
    const quotes = cursor.take(/"{1,5}/y)?.[0];
    if (quotes !== undefined && quotes.length > 2) return text + quotes.slice(3);
    // A backslash at the end of a line swallows all space up to the next character.
    if (quotes === undefined && cursor.take(/\\[ \t]*\n[ \t\n]*/y) !== undefined) continue;
    text += quotes ?? readEscape(cursor);
  }
}

function readLongLiteral(cursor: Cursor): string {
  const text = cursor.take(longLiteral)?.[0] ?? '';
  const quotes = cursor.expect(/'{3,5}/y, 'a string does not end, or holds a character that it must not')[0];
  return text + quotes.slice(3);
}

function readEscape(cursor: Cursor): string {
  cursor.expect(/\\/y, 'a string does not end, or holds a character that it must not');
  const [whole, letter, short, long] = cursor.expect(
    /([btnfr"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})/y,
    'a backslash in a string stands before nothing that it can',
  );
  if (letter !== undefined) return shortEscapes[letter] ?? '';
  const code = Number.parseInt(short ?? long ?? '', 16);
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw cursor.problem(`“\\${whole}” is no character`);
  return String.fromCodePoint(code);
}
