import type { Cursor } from './cursor.ts';

const date = '(?<year>\\d{4})-(?<month>\\d\\d)-(?<day>\\d\\d)';
const time = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)(?:\\.\\d+)?';
const zone = '(?:[Zz]|[+-](?<zoneHour>\\d\\d):(?<zoneMinute>\\d\\d))?';
const pattern = new RegExp(`(?:${date}(?:[Tt ]${time}${zone})?|${time.replaceAll('?<', '?<only')})`, 'y');

const highest: Readonly<Record<string, number>> = {
  hour: 23,
  minute: 59,
  second: 59,
  onlyhour: 23,
  onlyminute: 59,
  onlysecond: 59,
  zoneHour: 23,
  zoneMinute: 59,
};

/** Reads a date, a time or both; undefined where none begins here. */
export function readMoment(cursor: Cursor): string | undefined {
  const match = cursor.take(pattern);
  if (match === undefined) return undefined;
  const groups = match.groups ?? {};
  const isInRange = Object.entries(highest).every(([name, most]) => Number(groups[name] ?? 0) <= most);
  if (!isInRange || !isDay(groups)) throw cursor.problem(`“${match[0]}” is no date or time that there is`);
  return match[0];
}

function isDay({ year, month, day }: Readonly<Record<string, string | undefined>>): boolean {
  if (year === undefined) return true;
  if (year === '0000' || Number(month) < 1 || Number(month) > 12 || Number(day) < 1) return false;
  const lastDay = new Date(0);
  lastDay.setUTCFullYear(Number(year), Number(month), 0);
  return Number(day) <= lastDay.getUTCDate();
}
