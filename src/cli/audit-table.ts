import { type Entry } from '../record/index.ts';
import { cut, fit, toVisible, widthOf } from './terminal-text.ts';

/** The widths of the columns, and of the terminal where the lines go to one. */
export interface Layout {
  readonly widths: readonly number[];
  readonly columns: number | undefined;
}

const titles = ['SEQ', 'TIME', 'ACTOR', 'WORKSPACE', 'ACTION', 'VERDICT', 'SUBJECT'] as const;
/** So that one long name does not push everything else out of sight. */
const widest = 24;
const widestWhenNarrow = 12;
const narrowColumns = 100;
const gap = '  ';

/** Columns as wide as these entries need. */
export function layOut(entries: readonly Entry[], columns: number | undefined): Layout {
  const rows = entries.map(cellsOf);
  const isNarrow = columns !== undefined && columns < narrowColumns;
  const widths = titles.slice(0, -1).map((title, index) => {
    const longest = Math.max(title.length, ...rows.map((row) => widthOf(row[index] ?? '')));
    const isName = title === 'ACTOR' || title === 'WORKSPACE';
    return Math.min(longest, isName && isNarrow ? widestWhenNarrow : widest);
  });
  return { widths, columns };
}

export function headings(layout: Layout): string {
  return toLine(titles, layout);
}

/** One entry on one line. */
export function printEntry(entry: Entry, layout: Layout): string {
  return toLine(cellsOf(entry), layout);
}

function cellsOf({ seq, time, actor, workspace, action, verdict, subject }: Entry): string[] {
  const who = actor === null ? '-' : `${actor.id} (${actor.role})`;
  // No milliseconds: a person reads minutes. --json has them.
  const when = time.slice(0, 19).replace('T', ' ');
  return [String(seq), when, who, workspace ?? '-', action, verdict ?? '-', subject ?? ''].map(toVisible);
}

function toLine(cells: readonly string[], { widths, columns }: Layout): string {
  const line = cells
    .map((cell, index) => {
      const width = widths[index];
      return width === undefined ? cell : fit(cell, width);
    })
    .join(gap)
    .trimEnd();
  return columns === undefined ? line : cut(line, columns);
}
