import { parseVersion } from '../../policy/index.ts';
import { eventKinds, type RangeEvent } from './advisory.ts';
import type { OsvEvent, OsvRange } from './osv-schema.ts';

interface RangesReading {
  readonly ranges: readonly (readonly RangeEvent[])[];
  /** Versions that PEP 440 does not know. */
  readonly unread: readonly string[];
}

/**
 * The ranges of one package that are ranges of its versions; those of commits say nothing to us.
 *
 * A range with a version that cannot be read is left out where the versions are listed as well, since its sources list
 * what lies in it. Else the range is widened: an unreadable beginning is the first version, an unreadable end is none.
 */
export function readRanges(ranges: readonly OsvRange[], areVersionsListed: boolean): RangesReading {
  const unread: string[] = [];
  const read = ranges
    .filter(({ type }) => type === 'ECOSYSTEM')
    .map(({ events }) => {
      const before = unread.length;
      const found = (events ?? []).flatMap(eventsOf).flatMap((event) => readEvent(event, unread));
      return unread.length > before && areVersionsListed ? [] : found;
    });
  // Without a beginning nothing lies in it.
  return { ranges: read.filter((events) => events.some(({ kind }) => kind === 'introduced')), unread };
}

/** The schema wants one in each object; where there are two, both were meant. */
function eventsOf(event: OsvEvent): RangeEvent[] {
  return eventKinds.flatMap((kind) => {
    const version = event[kind];
    return version === undefined ? [] : [{ kind, version: version.trim() }];
  });
}

function readEvent(event: RangeEvent, unread: string[]): RangeEvent[] {
  const { kind, version } = event;
  if (parseVersion(version) !== undefined || (kind === 'limit' && version === '*')) return [event];
  unread.push(version);
  return kind === 'introduced' ? [{ kind, version: '0' }] : [];
}
