/** A value with the line it stands on, so that whoever finds it wrong can say where. */
export type TomlNode =
  | { readonly kind: 'string'; readonly value: string; readonly line: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly line: number }
  /** A bigint where JavaScript's numbers do not hold it exactly. */
  | { readonly kind: 'integer'; readonly value: number | bigint; readonly line: number }
  | { readonly kind: 'float'; readonly value: number; readonly line: number }
  /** A date, a time or both, as text: `1979-05-27T07:32:00Z`. */
  | { readonly kind: 'moment'; readonly value: string; readonly line: number }
  | TomlList
  | TomlTable;

export interface TomlList {
  readonly kind: 'list';
  readonly items: readonly TomlNode[];
  readonly line: number;
}

export interface TomlTable {
  readonly kind: 'table';
  readonly entries: ReadonlyMap<string, TomlNode>;
  readonly line: number;
}

/** What is wrong with a text that should be TOML, and where. */
export class TomlProblem extends Error {
  readonly line: number;
  readonly what: string;

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.line = line;
    this.what = what;
  }
}

/** The same as JSON has it, for a schema to read: tables as objects, moments as text. */
export function plainValue(node: TomlNode): unknown {
  if (node.kind === 'list') return node.items.map(plainValue);
  if (node.kind !== 'table') return node.value;
  return Object.fromEntries([...node.entries].map(([key, value]) => [key, plainValue(value)]));
}
