import { type TomlNode, TomlProblem, type TomlTable } from './toml-node.ts';

/** Where a statement stands: under which header, counted, and on which line. */
interface Place {
  readonly section: number;
  readonly line: number;
}

type Key = readonly [string, ...string[]];

/**
 * A table while it is read. How it came to be decides who may still add to it: `implied` by a longer header, named by a
 * `header`, or made by the `dotted` keys of one section, which alone may go on with it.
 */
export class GrowingTable {
  readonly #entries = new Map<string, TomlNode | GrowingTable | GrowingTable[]>();
  readonly #line: number;
  #origin: 'implied' | 'header' | { readonly dottedIn: number } = 'header';

  constructor(line: number) {
    this.#line = line;
  }

  /** `a.b.c = value` within this table. */
  set(key: Key, value: TomlNode, place: Place): void {
    const table = key.slice(0, -1).reduce<GrowingTable>((parent, part) => parent.#openDotted(part, place), this);
    const last = key.at(-1) ?? '';
    if (table.#entries.has(last)) throw new TomlProblem(place.line, `“${last}” is set twice`);
    table.#entries.set(last, value);
  }

  /** `[a.b.c]`: the table whose lines follow. */
  openHeader(key: Key, line: number): GrowingTable {
    const parent = this.#openParent(key, line);
    const last = key.at(-1) ?? '';
    const found = parent.#entries.get(last);
    if (found === undefined) return parent.#make(last, 'header', line);
    if (!(found instanceof GrowingTable) || found.#origin !== 'implied')
      throw new TomlProblem(line, `the table “${last}” is there twice`);
    found.#origin = 'header';
    return found;
  }

  /** `[[a.b.c]]`: one more table of a list. */
  openListItem(key: Key, line: number): GrowingTable {
    const parent = this.#openParent(key, line);
    const last = key.at(-1) ?? '';
    const found = parent.#entries.get(last);
    if (found !== undefined && !Array.isArray(found)) throw new TomlProblem(line, `“${last}” is no list of tables`);
    const item = new GrowingTable(line);
    if (found === undefined) parent.#entries.set(last, [item]);
    else found.push(item);
    return item;
  }

  finish(): TomlTable {
    const entries = [...this.#entries].map(([key, value]): [string, TomlNode] => [key, finishValue(value)]);
    return { kind: 'table', entries: new Map(entries), line: this.#line };
  }

  #openParent(key: Key, line: number): GrowingTable {
    return key.slice(0, -1).reduce<GrowingTable>((parent, part) => parent.#step(part, line), this);
  }

  #step(part: string, line: number): GrowingTable {
    const found = this.#entries.get(part);
    if (found === undefined) return this.#make(part, 'implied', line);
    const table = Array.isArray(found) ? found.at(-1) : found;
    if (!(table instanceof GrowingTable)) throw new TomlProblem(line, `“${part}” is no table that can grow`);
    return table;
  }

  #openDotted(part: string, { section, line }: Place): GrowingTable {
    const found = this.#entries.get(part);
    if (found === undefined) return this.#make(part, { dottedIn: section }, line);
    const isOpen =
      found instanceof GrowingTable &&
      (found.#origin === 'implied' || (found.#origin !== 'header' && found.#origin.dottedIn === section));
    if (!isOpen) throw new TomlProblem(line, `“${part}” is set already, and cannot be added to here`);
    if (found.#origin === 'implied') found.#origin = { dottedIn: section };
    return found;
  }

  #make(key: string, origin: 'implied' | 'header' | { readonly dottedIn: number }, line: number): GrowingTable {
    const table = new GrowingTable(line);
    table.#origin = origin;
    this.#entries.set(key, table);
    return table;
  }
}

function finishValue(value: TomlNode | GrowingTable | GrowingTable[]): TomlNode {
  if (value instanceof GrowingTable) return value.finish();
  if (!Array.isArray(value)) return value;
  const items = value.map((table) => table.finish());
  return { kind: 'list', items, line: items[0]?.line ?? 0 };
}
