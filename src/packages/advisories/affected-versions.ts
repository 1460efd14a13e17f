import { parseVersion, type Place, placeOf } from '../../policy/index.ts';
import type { Affected, EventKind, RangeEvent } from './advisory.ts';
import { VersionLine } from './version-line.ts';

interface PlacedEvent {
  readonly kind: EventKind;
  readonly position: number;
}

/** What one advisory says, in positions. */
interface Extent {
  readonly ranges: readonly (readonly PlacedEvent[])[];
  readonly positions: ReadonlySet<number>;
  /** Listed versions that are none by PEP 440: they are equal to their own text only. */
  readonly texts: ReadonlySet<string>;
}

/** Which of several advisories on one project affect a version, by the rules of the OSV schema and the order of PEP 440. */
export class AffectedVersions {
  readonly #line: VersionLine;
  readonly #extents: readonly Extent[];
  readonly #byPosition = new Map<number, ReadonlySet<number>>();

  constructor(advisories: readonly Pick<Affected, 'ranges' | 'versions'>[]) {
    const places = new Map<string, Place>();
    for (const { ranges, versions } of advisories) {
      for (const { version } of ranges.flat()) addPlace(places, version);
      for (const version of versions) addPlace(places, version);
    }
    this.#line = new VersionLine([...places.values()]);
    const positionOf = (version: string): number | undefined => {
      const place = places.get(version);
      return place === undefined ? undefined : this.#line.positionOf(place);
    };
    this.#extents = advisories.map((each) => extentOf(each, positionOf));
  }

  /**
   * The indexes of the advisories that affect it. A local version (1.0+cpu) is a build of its public one (1.0), and is
   * affected as that one is. Of a text that is no version, nobody can say where it lies: every range may hold it.
   */
  find(text: string): readonly number[] {
    const version = parseVersion(text);
    if (version === undefined) return this.#select(({ ranges, texts }) => ranges.length > 0 || texts.has(text));
    const own = this.#at(this.#line.positionOf(placeOf(version)));
    if (version.local === undefined) return [...own];
    const shared = this.#at(this.#line.positionOf(placeOf({ ...version, local: undefined })));
    return [...own.union(shared)].sort((one, other) => one - other);
  }

  #at(position: number): ReadonlySet<number> {
    const known = this.#byPosition.get(position);
    if (known !== undefined) return known;
    const found = new Set(this.#select((extent) => holds(extent, position)));
    this.#byPosition.set(position, found);
    return found;
  }

  #select(choose: (extent: Extent) => boolean): number[] {
    return this.#extents.flatMap((extent, index) => (choose(extent) ? [index] : []));
  }
}

function addPlace(places: Map<string, Place>, text: string): void {
  if (places.has(text)) return;
  const version = parseVersion(text);
  if (version !== undefined) places.set(text, placeOf(version));
}

function extentOf(
  { ranges, versions }: Pick<Affected, 'ranges' | 'versions'>,
  positionOf: (version: string) => number | undefined,
): Extent {
  const placed = versions.map((version) => [version, positionOf(version)] as const);
  return {
    ranges: ranges.map((events) => placeEvents(events, positionOf)),
    positions: new Set(placed.flatMap(([, position]) => position ?? [])),
    texts: new Set(placed.flatMap(([version, position]) => (position === undefined ? version : []))),
  };
}

/** In the order of versions; what lies on one place stays in the order in which it was written. */
function placeEvents(
  events: readonly RangeEvent[],
  positionOf: (version: string) => number | undefined,
): readonly PlacedEvent[] {
  return events
    .map(({ kind, version }) => ({ kind, position: endOf(kind, version) ?? positionOf(version) ?? 0 }))
    .sort((one, other) => one.position - other.position || 0);
}

function endOf(kind: EventKind, version: string): number | undefined {
  if (kind === 'introduced' && version === '0') return Number.NEGATIVE_INFINITY;
  return kind === 'limit' && version === '*' ? Number.POSITIVE_INFINITY : undefined;
}

function holds({ positions, ranges }: Extent, position: number): boolean {
  return positions.has(position) || ranges.some((events) => lies(position, events));
}

/** The schema's own algorithm. */
function lies(position: number, events: readonly PlacedEvent[]): boolean {
  const limits = events.filter(({ kind }) => kind === 'limit');
  if (limits.length > 0 && limits.every((limit) => position >= limit.position)) return false;
  let isAffected = false;
  for (const event of events) {
    if (event.kind === 'introduced' && position >= event.position) isAffected = true;
    else if (event.kind === 'fixed' && position >= event.position) isAffected = false;
    else if (event.kind === 'last_affected' && position > event.position) isAffected = false;
  }
  return isAffected;
}
