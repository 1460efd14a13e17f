import { normalizeName, parseSpecifiers } from '../../policy/index.ts';
import {
  type Marker,
  type MarkerComparison,
  type MarkerOperator,
  markerVariables,
  type MarkerVariable,
  versionVariables,
} from './marker.ts';

export type MarkerReading =
  { readonly ok: true; readonly marker: Marker } | { readonly ok: false; readonly message: string };

/** Where a marker stands decides which names it knows. */
export type MarkerPlace = 'wish' | 'metadata' | 'lock';

const variablesOf: Readonly<Record<MarkerPlace, ReadonlySet<string>>> = {
  wish: new Set(markerVariables),
  metadata: new Set([...markerVariables, 'extra']),
  lock: new Set([...markerVariables, 'extra', 'extras', 'dependency_groups']),
};

/** As they were written before PEP 508. */
const oldNames: Readonly<Record<string, MarkerVariable>> = {
  'os.name': 'os_name',
  'sys.platform': 'sys_platform',
  'platform.version': 'platform_version',
  'platform.machine': 'platform_machine',
  'platform.python_implementation': 'platform_python_implementation',
  python_implementation: 'platform_python_implementation',
};

const maxDepth = 32;
const maxLength = 4000;
const orWord = /or(?![A-Za-z0-9_])/y;
const andWord = /and(?![A-Za-z0-9_])/y;

/** Reads a whole marker; one that can never be evaluated is refused where it stands. */
export function parseMarker(text: string, place: MarkerPlace = 'metadata'): MarkerReading {
  if (text.length > maxLength) return { ok: false, message: 'the marker is too long' };
  if (/[^\x20-\x7e\t]/.test(text)) return { ok: false, message: 'the marker has characters that no marker has' };
  try {
    return { ok: true, marker: new Parser(text, variablesOf[place]).parse() };
  } catch (error) {
    if (error instanceof MarkerProblem) return { ok: false, message: error.message };
    throw error;
  }
}

class MarkerProblem extends Error {}

type Operand = { readonly variable: MarkerVariable } | { readonly text: string };

class Parser {
  readonly #text: string;
  readonly #variables: ReadonlySet<string>;
  #at = 0;

  constructor(text: string, variables: ReadonlySet<string>) {
    this.#text = text;
    this.#variables = variables;
  }

  parse(): Marker {
    const marker = this.#readAlternatives(0);
    if (this.#at < this.#text.length) throw this.#problem('“and”, “or” or its end');
    return marker;
  }

  /** `and` binds closer than `or`. */
  #readAlternatives(depth: number): Marker {
    const parts = [this.#readConjunction(depth)];
    while (this.#take(orWord) !== undefined) parts.push(this.#readConjunction(depth));
    return join('or', parts);
  }

  #readConjunction(depth: number): Marker {
    const parts = [this.#readAtom(depth)];
    while (this.#take(andWord) !== undefined) parts.push(this.#readAtom(depth));
    return join('and', parts);
  }

  #readAtom(depth: number): Marker {
    if (depth > maxDepth) throw new MarkerProblem('the marker is nested too deeply');
    if (this.#take(/\(/y) === undefined) return this.#readComparison();
    const inner = this.#readAlternatives(depth + 1);
    if (this.#take(/\)/y) === undefined) throw this.#problem('“)”');
    return inner;
  }

  #readComparison(): Marker {
    const left = this.#readOperand();
    const operator = this.#readOperator();
    const right = this.#readOperand();
    if ('variable' in left === 'variable' in right) {
      throw new MarkerProblem('a marker compares one name of the environment with one text');
    }
    const variable = 'variable' in left ? left.variable : 'variable' in right ? right.variable : 'extra';
    const text = 'text' in left ? left.text : 'text' in right ? right.text : '';
    return checked({ kind: 'comparison', variable, operator, text, isTextFirst: 'text' in left });
  }

  #readOperand(): Operand {
    const quoted = this.#take(/"[^"]*"|'[^']*'/y);
    if (quoted?.includes('\\') === true) throw new MarkerProblem('a text in a marker has no “\\”');
    if (quoted !== undefined) return { text: quoted.slice(1, -1) };
    const word = this.#take(/[A-Za-z_][A-Za-z0-9_.]*/y);
    if (word === undefined) throw this.#problem('a name of the environment or a text in quotes');
    const name = oldNames[word] ?? word;
    if (this.#isVariable(name)) return { variable: name };
    if (name === 'extra') throw new MarkerProblem('“extra” means something in the metadata of a package only');
    throw new MarkerProblem(`“${word}” is no name that markers know`);
  }

  #isVariable(name: string): name is MarkerVariable {
    return this.#variables.has(name);
  }

  #readOperator(): MarkerOperator {
    const operator = this.#take(/===|==|~=|!=|<=|>=|<|>|in(?![A-Za-z0-9_])|not[ \t]+in(?![A-Za-z0-9_])/y);
    if (operator === undefined) throw this.#problem('a comparison such as “>=” or “in”');
    return (operator.startsWith('not') ? 'not in' : operator) as MarkerOperator;
  }

  /** What matches behind the space that may stand anywhere; the space behind it is passed too. */
  #take(pattern: RegExp): string | undefined {
    this.#passSpace();
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    this.#passSpace();
    return match[0];
  }

  #passSpace(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at += 1;
  }

  #problem(wanted: string): MarkerProblem {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    const place = rest === '' ? 'where the marker ends' : `at “${rest}”`;
    return new MarkerProblem(`${wanted} is missing ${place}`);
  }
}

function join(kind: 'and' | 'or', parts: readonly Marker[]): Marker {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  return { kind, parts: parts.flatMap((part) => (part.kind === kind ? part.parts : [part])) };
}

/** Refuses what Python's `packaging` takes and then cannot evaluate. */
function checked(comparison: MarkerComparison): Marker {
  const { variable, operator, text, isTextFirst } = comparison;
  if (variable === 'extra') return { ...comparison, text: normalizeName(text) };
  if (variable === 'extras' || variable === 'dependency_groups') {
    if (isTextFirst && (operator === 'in' || operator === 'not in'))
      return { ...comparison, text: normalizeName(text) };
    throw new MarkerProblem(`of “${variable}” one can only ask whether a name is in it`);
  }
  if (operator !== '~=' && operator !== '===') return comparison;
  if (!versionVariables.has(variable))
    throw new MarkerProblem(`“${variable}” is no version, so “${operator}” says nothing`);
  if (!isTextFirst && parseSpecifiers(`${operator}${text}`)?.clauses.length !== 1) {
    throw new MarkerProblem(`“${operator}${text}” is no version specifier`);
  }
  return comparison;
}
