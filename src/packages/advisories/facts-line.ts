import { z } from 'zod';

import type { Advisory, Affected, EventKind, RangeEvent, Severity } from './advisory.ts';

/**
 * An advisory as one line of JSON, short because it is kept thousands of times: in the store, in the data that comes with
 * Belljar, and as what the digest of a snapshot is made of. A range is `+1.0 -1.2`: from 1.0 up to, without, 1.2.
 */
const signs = { introduced: '+', fixed: '-', last_affected: '=', limit: '!' } as const satisfies Record<
  EventKind,
  string
>;
const kinds = new Map(Object.entries(signs).map(([kind, sign]) => [sign as string, kind as EventKind]));
const severityLetters = { low: 'l', medium: 'm', high: 'h', critical: 'c' } as const satisfies Record<Severity, string>;
const severities = new Map(
  Object.entries(severityLetters).map(([name, letter]) => [letter as string, name as Severity]),
);

const affectedLine = z.tuple([z.string(), z.enum(['', 'l', 'm', 'h', 'c']), z.string(), z.string()]);
const lineSchema = z.tuple([
  z.string(),
  z.array(z.string()),
  z.string(),
  z.string(),
  z.array(affectedLine),
  z.string(),
]);

/** Writes the line; equal facts give equal lines. */
export function writeFactsLine(advisory: Advisory): string {
  const { id, aliases, modified = '', published = '', summary = '', affected } = advisory;
  return JSON.stringify([id, aliases, modified, published, affected.map(writeAffected), summary]);
}

/** Reads what `writeFactsLine` wrote. */
export function readFactsLine(line: string): Advisory {
  const [id, aliases, modified, published, affected, summary] = lineSchema.parse(JSON.parse(line));
  return {
    id,
    aliases,
    ...(modified === '' ? {} : { modified }),
    ...(published === '' ? {} : { published }),
    ...(summary === '' ? {} : { summary }),
    affected: affected.map(readAffected),
  };
}

function writeAffected({ name, severity, ranges, versions }: Affected): z.output<typeof affectedLine> {
  const rangesText = ranges.map((events) => events.map(writeEvent).join(' ')).join('|');
  return [name, severity === undefined ? '' : severityLetters[severity], rangesText, versions.join(' ')];
}

function readAffected([name, letter, ranges, versions]: z.output<typeof affectedLine>): Affected {
  return {
    name,
    severity: severities.get(letter),
    ranges: ranges === '' ? [] : ranges.split('|').map((events) => events.split(' ').map(readEvent)),
    versions: versions === '' ? [] : versions.split(' '),
  };
}

function writeEvent({ kind, version }: RangeEvent): string {
  return signs[kind] + version;
}

function readEvent(text: string): RangeEvent {
  const kind = kinds.get(text.slice(0, 1));
  if (kind === undefined) throw new TypeError(`“${text}” is no event of a range`);
  return { kind, version: text.slice(1) };
}
