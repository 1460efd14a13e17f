/** What of TOML the head of a script needs: text, lists of text, and everything else only to pass over it. */
export type TomlValue = string | readonly TomlValue[] | undefined;

export class TomlProblem extends Error {}

/**
 * The keys before the first table, with those values that are text or lists.
 *
 * @throws TomlProblem where it is no TOML.
 */
export function readTomlHeader(text: string): ReadonlyMap<string, TomlValue> {
  return new Reader(text).readHeader();
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\u001b'],
  ['"', '"'],
  ['\\', '\\'],
]);

const maxDepth = 32;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readHeader(): ReadonlyMap<string, TomlValue> {
    const values = new Map<string, TomlValue>();
    for (;;) {
      this.#skip(/(?:\s|#[^\n]*)*/y);
      if (this.#at === this.#text.length || this.#text[this.#at] === '[') return values;
      const key = this.#readKey();
      const value = this.#readValue(0);
      if (this.#take(/[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y) === undefined)
        throw this.#problem('something stands behind a value');
      if (values.has(key)) throw new TomlProblem(`“${key}” is set twice`);
      values.set(key, value);
    }
  }

  #readKey(): string {
    const key = this.#take(
      /(?:[A-Za-z0-9_-]+|"[^"\\\n]*"|'[^'\n]*')(?:[ \t]*\.[ \t]*(?:[A-Za-z0-9_-]+|"[^"\\\n]*"|'[^'\n]*'))*/y,
    );
    if (key === undefined || this.#take(/[ \t]*=[ \t]*/y) === undefined)
      throw this.#problem('a key and “=” are missing');
    return key.replaceAll(/^["']|["']$/g, '');
  }

  #readValue(depth: number): TomlValue {
    if (depth > maxDepth) throw this.#problem('it is nested too deeply');
    const rest = this.#text.slice(this.#at, this.#at + 3);
    if (rest === '"""' || rest === "'''") return this.#readLongString(rest);
    if (rest.startsWith('"')) return this.#readString();
    if (rest.startsWith("'")) return this.#readQuoted(/'([^'\n]*)'/y);
    if (rest.startsWith('[')) return this.#readItems(depth);
    if (rest.startsWith('{')) this.#passTable(depth);
    else if (this.#take(/[^\s,\]}#"'[{]+(?: [0-9:.Z+-]+)?/y) === undefined) throw this.#problem('a value is missing');
    return undefined; // a number, a truth value, a date or a table
  }

  #readString(): string {
    return unescape(this.#readQuoted(/"((?:[^"\\\n]|\\.)*)"/y));
  }

  #readLongString(quotes: string): string {
    if (quotes === "'''") return this.#readQuoted(/'''\n?([^]*?'{0,2})'''(?!')/y);
    const raw = this.#readQuoted(/"""\n?((?:[^\\]|\\[^])*?"{0,2})"""(?!")/y);
    return unescape(raw.replaceAll(/\\[ \t]*\n\s*/g, ''));
  }

  #readQuoted(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw this.#problem('a string does not end');
    this.#at = pattern.lastIndex;
    return match[1] ?? '';
  }

  #readItems(depth: number): readonly TomlValue[] {
    const items: TomlValue[] = [];
    this.#at += 1;
    for (;;) {
      this.#skip(/(?:\s|#[^\n]*)*/y);
      if (this.#take(/\]/y) !== undefined) return items;
      items.push(this.#readValue(depth + 1));
      this.#skip(/(?:\s|#[^\n]*)*/y);
      if (this.#take(/,/y) === undefined && this.#text[this.#at] !== ']') throw this.#problem('a list does not end');
    }
  }

  #passTable(depth: number): void {
    this.#at += 1;
    for (;;) {
      this.#skip(/\s*/y);
      if (this.#take(/\}/y) !== undefined) return;
      this.#readKey();
      this.#readValue(depth + 1);
      this.#skip(/\s*/y);
      if (this.#take(/,/y) === undefined && this.#text[this.#at] !== '}') throw this.#problem('a table does not end');
    }
  }

  /** What follows, where it is meaningless. */
  #skip(pattern: RegExp): void {
    this.#take(pattern);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #problem(what: string): TomlProblem {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    return new TomlProblem(`line ${line} of it: ${what}`);
  }
}

function unescape(text: string): string {
  return text.replaceAll(/\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^])/g, unescapeOne);
}

function unescapeOne(whole: string): string {
  if (whole.length === 2) {
    const plain = escapes.get(whole.slice(1));
    if (plain === undefined) throw new TomlProblem(`“${whole}” stands for nothing`);
    return plain;
  }
  const code = Number.parseInt(whole.slice(2), 16);
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw new TomlProblem(`“${whole}” is no character`);
  return String.fromCodePoint(code);
}
