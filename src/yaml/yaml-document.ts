import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';

/** A place in a file, counted from one, as editors do. */
interface Position {
  readonly line: number;
  readonly column: number;
}

interface PlacedMessage extends Position {
  readonly message: string;
}

export type Path = readonly PropertyKey[];

/** A parsed file that can say where each of its values stands. */
export interface YamlFile {
  readonly data: unknown;
  positionOf(path: Path): Position;
  /** Where the key of the value stands. */
  positionOfKey(path: Path): Position;
}

type YamlReading =
  { readonly ok: true; readonly file: YamlFile } | { readonly ok: false; readonly problems: readonly PlacedMessage[] };

/** Enough for any such file; a reader need not take more into memory. */
export const maxYamlBytes = 1024 * 1024;
/** Enough for any such file; more would only exhaust the parser’s stack. */
const maxNesting = 64;

/** Reads one YAML 1.2 document without anchors, merges and tags: each value stands where it is read. */
export function readYaml(text: string): YamlReading {
  const refused = refuseText(text);
  if (refused !== undefined) return { ok: false, problems: [{ line: 1, column: 1, message: refused }] };
  const lines = new LineCounter();
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      merge: false,
      stringKeys: false,
      // The parser compares each key with all before it; formProblems() looks for the same in one pass.
      uniqueKeys: false,
      prettyErrors: false,
    });
    const [document, second] = 'empty' in documents ? [] : documents;
    if (document === undefined) return { ok: false, problems: [{ line: 1, column: 1, message: 'the file is empty' }] };
    const problems = [...syntaxProblems(document, lines), ...formProblems(document, lines)];
    if (second !== undefined) {
      const offset = second.range[0];
      problems.push({ ...place(lines, offset), message: 'the file is one document; a second one begins here' });
    }
    if (problems.length > 0) return { ok: false, problems };
    return { ok: true, file: new LocatedDocument(document, lines) };
  } catch (thrown) {
    // The only failure that is not reported as an error of the document.
    if (!(thrown instanceof RangeError)) throw thrown;
    return { ok: false, problems: [{ line: 1, column: 1, message: 'the file is nested too deeply' }] };
  }
}

function refuseText(text: string): string | undefined {
  if (Buffer.byteLength(text) > maxYamlBytes) return `the file is larger than ${maxYamlBytes} bytes`;
  if (text.startsWith('\ufeff')) return 'the file begins with a byte order mark; save it as UTF-8 without one';
  if (text.includes('\ufffd')) return 'the file is not UTF-8 text';
  if (text.includes('\0')) return 'the file has NUL characters';
  return isNestedTooDeeply(text) ? `the file is nested more than ${maxNesting} deep` : undefined;
}

/** Counts what opens and closes, and what makes a line deeper; text in quotes only makes the count too high. */
function isNestedTooDeeply(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[{\]}]/g)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    if (depth > maxNesting) return true;
  }
  return text.split('\n').some((line) => {
    const [start = ''] = /^ *(?:[-?:] +)*/.exec(line) ?? [];
    return start.length > 4 * maxNesting || (start.match(/[-?:]/g) ?? []).length > maxNesting;
  });
}

function syntaxProblems(document: Document.Parsed, lines: LineCounter): PlacedMessage[] {
  return [...document.errors, ...document.warnings].map((error) => {
    return { ...place(lines, error.pos[0]), message: sentence(error.message) };
  });
}

function formProblems(document: Document.Parsed, lines: LineCounter): PlacedMessage[] {
  const problems: PlacedMessage[] = [];
  const refuse = (node: Node, message: string): void => {
    problems.push({ ...place(lines, node.range?.[0] ?? 0), message });
  };
  visit(document, (_key, node) => {
    if (isAlias(node)) refuse(node, `an alias (*${node.source}) hides what it stands for; write the value out`);
    else if (isNode(node) && node.anchor !== undefined)
      refuse(node, 'anchors are not taken; write the value out where it is needed');
    else if (isScalar(node) && typeof node.value === 'string' && !node.value.isWellFormed())
      refuse(node, 'the text holds half of a surrogate pair, which no text can');
    else if (isMap(node)) {
      for (const key of repeatedKeys(node)) refuse(key, 'the key stands twice in this map');
    } else if (isPair(node) && isNode(node.key)) {
      if (isScalar(node.key) && node.key.value === '<<')
        refuse(node.key, 'merge keys are not taken; write the keys out');
      else if (!isScalar(node.key) || typeof node.key.value !== 'string') refuse(node.key, 'a key must be plain text');
    }
  });
  return problems;
}

function repeatedKeys({ items }: YAMLMap): Scalar[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const isRepeated = seen.has(key.value);
    seen.add(key.value);
    return isRepeated ? [key] : [];
  });
}

function sentence(message: string): string {
  return message.replace(/\s+/g, ' ').trim().slice(0, 300);
}

function place(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

class LocatedDocument implements YamlFile {
  readonly data: unknown;
  readonly #root: Node | null;
  readonly #lines: LineCounter;

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.data = document.toJS({ maxAliasCount: 0 });
    this.#root = document.contents;
    this.#lines = lines;
  }

  positionOf(path: Path): Position {
    return this.#at(this.#walk(path).value);
  }

  positionOfKey(path: Path): Position {
    const { key, value } = this.#walk(path);
    return this.#at(key ?? value);
  }

  /** As far as the path leads: what is missing is reported at the key of what it is missing from. */
  #walk(path: Path): { readonly key: Node | undefined; readonly value: Node | undefined } {
    let key: Node | undefined;
    let value = this.#root ?? undefined;
    for (const step of path) {
      const next = isMap(value) ? pairOf(value.items, step) : elementOf(value, step);
      if (next === undefined) return { key, value: key ?? value };
      ({ key, value } = next);
    }
    return { key, value };
  }

  #at(node: Node | undefined): Position {
    return node?.range === undefined || node.range === null
      ? { line: 1, column: 1 }
      : place(this.#lines, node.range[0]);
  }
}

interface Step {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

function pairOf(items: readonly Pair[], step: PropertyKey): Step | undefined {
  const pair = items.find(({ key }) => isScalar(key) && key.value === step);
  if (pair === undefined) return undefined;
  const key = isNode(pair.key) ? pair.key : undefined;
  // An empty value has a node of no length right after the key: the key is the better place to point at.
  const isEmpty = isScalar(pair.value) && pair.value.value === null && pair.value.source === '';
  return { key, value: isNode(pair.value) && !isEmpty ? pair.value : key };
}

function elementOf(value: Node | undefined, step: PropertyKey): Step | undefined {
  if (value === undefined || !('items' in value) || typeof step !== 'number') return undefined;
  const item = (value.items as unknown[])[step];
  return isNode(item) ? { key: undefined, value: item } : undefined;
}
