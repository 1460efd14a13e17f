import { TomlProblem } from './toml-node.ts';

/** A place in the text that moves forward. Its patterns are sticky. */
export class Cursor {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  get line(): number {
    return this.#line;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  startsWith(prefix: string): boolean {
    return this.#text.startsWith(prefix, this.#at);
  }

  /** What matches here, which is then passed; undefined where nothing does. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    for (let at = match[0].indexOf('\n'); at !== -1; at = match[0].indexOf('\n', at + 1)) this.#line += 1;
    return match;
  }

  expect(pattern: RegExp, otherwise: string): RegExpExecArray {
    const match = this.take(pattern);
    if (match === undefined) throw this.problem(otherwise);
    return match;
  }

  problem(what: string): TomlProblem {
    return new TomlProblem(this.#line, what);
  }
}
