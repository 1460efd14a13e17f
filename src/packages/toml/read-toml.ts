import { Cursor } from './cursor.ts';
import { GrowingTable } from './growing-table.ts';
import { readKey } from './read-key.ts';
import { readValue } from './read-value.ts';
import type { TomlTable } from './toml-node.ts';

const blank = /[ \t\n]*/y;
const comment = /#[^\x00-\x08\x0a-\x1f\x7f]*/y;

/**
 * Reads TOML 1.0, and nothing that only later versions have.
 *
 * @throws TomlProblem for the first thing that is wrong, with its line.
 */
export function readToml(text: string): TomlTable {
  const cursor = new Cursor(text.replaceAll('\r\n', '\n'));
  const root = new GrowingTable(1);
  let table = root;
  let section = 0;
  for (;;) {
    cursor.take(blank);
    if (cursor.isAtEnd) return root.finish();
    if (cursor.startsWith('[')) {
      table = readHeader(cursor, root);
      section += 1;
    } else if (!cursor.startsWith('#')) {
      readStatement(cursor, table, section);
    }
    cursor.take(/[ \t]*/y);
    cursor.take(comment);
    cursor.expect(/\n|$/y, 'something stands where a line should end');
  }
}

function readHeader(cursor: Cursor, root: GrowingTable): GrowingTable {
  const { line } = cursor;
  const isList = cursor.take(/\[\[[ \t]*/y) !== undefined;
  if (!isList) cursor.take(/\[[ \t]*/y);
  const key = readKey(cursor);
  cursor.expect(isList ? /[ \t]*\]\]/y : /[ \t]*\]/y, 'the head of a table does not end');
  return isList ? root.openListItem(key, line) : root.openHeader(key, line);
}

function readStatement(cursor: Cursor, table: GrowingTable, section: number): void {
  const { line } = cursor;
  const key = readKey(cursor);
  cursor.expect(/[ \t]*=[ \t]*/y, '“=” is missing behind a key');
  table.set(key, readValue(cursor), { section, line });
}
