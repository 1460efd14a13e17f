import { parseSpecifiers } from '../../policy/index.ts';
import type { TomlNode, TomlTable } from '../toml/index.ts';
import type { ProblemList } from './problem-list.ts';
import { readRequirement } from './read-requirement.ts';
import type { WishRequirement } from './wish-requirement.ts';

/** Which file it is, where its problems go, and how many lines of the file stand before the TOML. */
export interface TomlPlace {
  readonly from: string;
  readonly problems: ProblemList;
  readonly linesBefore: number;
}

/** The table that the keys lead to; undefined where there is none. */
export function findTable(root: TomlTable, ...keys: readonly string[]): TomlTable | undefined {
  let table = root;
  for (const key of keys) {
    const next = table.entries.get(key);
    if (next?.kind !== 'table') return undefined;
    table = next;
  }
  return table;
}

/** A list of requirements as text; a list that is left out is empty. */
export function readTexts(node: TomlNode | undefined, what: string, place: TomlPlace): readonly WishRequirement[] {
  if (node === undefined) return [];
  if (node.kind === 'list') return node.items.flatMap((item) => readItem(item, what, place));
  place.problems.add({ line: place.linesBefore + node.line, message: `${what} is no list of text` });
  return [];
}

export function readItem(item: TomlNode, what: string, { from, problems, linesBefore }: TomlPlace): WishRequirement[] {
  const line = linesBefore + item.line;
  if (item.kind !== 'string') {
    problems.add({ line, message: `${what} is no list of text` });
    return [];
  }
  const reading = readRequirement(item.value);
  if (reading.ok) return [{ ...reading.requirement, sha256s: [], source: { from, line } }];
  for (const problem of reading.problems) problems.add({ line, text: item.value, ...problem });
  return [];
}

/** The range of Pythons that a table names; undefined where it names none. */
export function readRequiresPython(table: TomlTable, { problems, linesBefore }: TomlPlace): string | undefined {
  const node = table.entries.get('requires-python');
  if (node === undefined) return undefined;
  const line = linesBefore + node.line;
  if (node.kind !== 'string') {
    problems.add({ line, message: 'requires-python is no text' });
    return undefined;
  }
  if (parseSpecifiers(node.value) !== undefined) return node.value;
  problems.add({ line, text: node.value, message: `“${node.value}” is no range of versions` });
  return undefined;
}
