import type { InventoryEntry } from '../environments/index.ts';
import type { CommandIo } from './command.ts';
import { cut, fit, toVisible, widthOf } from './terminal-text.ts';

/** As much of a key as tells environments apart. */
const shownKey = 12;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Some terminals say that they are 0 wide. */
const defaultColumns = 100;

/** Titles and rows in columns as wide as they need, cut to the terminal's width where they go to one. */
export function formatTable(titles: readonly string[], rows: readonly string[][], { stdout }: CommandIo): string[] {
  const all = [titles, ...rows.map((row) => row.map(toVisible))];
  const widths = titles.map((_, place) => Math.max(...all.map((row) => widthOf(row[place] ?? ''))));
  return all.map((row) => {
    const line = row
      .map((cell, place) => fit(cell, widths[place] ?? 0))
      .join('  ')
      .trimEnd();
    return stdout.isTTY === true ? cut(line, stdout.columns || defaultColumns) : line;
  });
}

export function shortKey(key: string): string {
  return key.slice(0, shownKey);
}

/** Bytes to one decimal: what was measured is never a round number. */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}

/** How long ago a moment was, as a person says it. */
export function formatAgo(time: string, now = Date.now()): string {
  const agoMs = now - Date.parse(time);
  if (!(agoMs >= minuteMs)) return 'just now';
  if (agoMs < hourMs) return `${Math.floor(agoMs / minuteMs)} min ago`;
  return agoMs < dayMs ? `${Math.floor(agoMs / hourMs)} h ago` : `${Math.floor(agoMs / dayMs)} d ago`;
}

/** How many packages, and those that were asked for by name. */
export function describePackages(packages: InventoryEntry['packages'], most = 3): string {
  if (packages === undefined) return '?';
  const names = packages.toSorted((one, other) => Number(other.isRequested) - Number(one.isRequested));
  const asked = names.filter(({ isRequested }) => isRequested).map(({ name }) => name);
  const shown = (asked.length === 0 ? names.map(({ name }) => name) : asked).slice(0, most);
  return packages.length === 0
    ? '0'
    : `${packages.length} (${[...shown, ...(asked.length > most ? ['…'] : [])].join(', ')})`;
}

/** What keeps an environment, or bars it. */
export function describeState({
  state,
  leases,
  isPinned,
}: Pick<InventoryEntry, 'state' | 'leases' | 'isPinned'>): string {
  return [
    ...(state === 'damaged' ? ['damaged'] : []),
    ...(leases > 0 ? [`leased by ${leases}`] : []),
    ...(isPinned ? ['pinned'] : []),
  ].join(', ');
}
