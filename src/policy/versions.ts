/**
 * PEP 440 versions. Numbers of any length keep their value: a number that JavaScript cannot hold exactly is a bigint, and
 * the two compare with each other.
 */
export type Count = number | bigint;

export interface Version {
  /** The text it was read from. */
  readonly text: string;
  readonly epoch: Count;
  readonly release: readonly Count[];
  readonly pre: { readonly letter: 'a' | 'b' | 'rc'; readonly number: Count } | undefined;
  readonly post: Count | undefined;
  readonly dev: Count | undefined;
  readonly local: readonly (Count | string)[] | undefined;
  readonly isPrerelease: boolean;
}

/** Python refuses to read a longer number; no version in use comes near it. */
const maxLength = 1000;

// What Python's `\s` and `str.strip` take for white space, which is not what JavaScript takes.
export const whiteSpace = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';

const prePattern = '(?:[-_.]?(?<preLetter>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>[0-9]*))?';
const postPattern = '(?:-(?<postImplicit>[0-9]+)|[-_.]?(?<postLetter>post|rev|r)[-_.]?(?<postNumber>[0-9]*))?';
const devPattern = '(?:[-_.]?(?<devLetter>dev)[-_.]?(?<devNumber>[0-9]*))?';
const localPattern = '(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?';

const versionPattern = new RegExp(
  `^${whiteSpace}*v?(?:(?<epoch>[0-9]+)!)?(?<release>[0-9]+(?:\\.[0-9]+)*)` +
    `${prePattern}${postPattern}${devPattern}${localPattern}${whiteSpace}*$`,
  'i',
);

const preLetters: Readonly<Record<string, 'a' | 'b' | 'rc'>> = {
  a: 'a',
  alpha: 'a',
  b: 'b',
  beta: 'b',
  c: 'rc',
  rc: 'rc',
  pre: 'rc',
  preview: 'rc',
};

/** Reads a PEP 440 version; undefined where the text is none. */
export function parseVersion(text: string): Version | undefined {
  const groups = text.length > maxLength ? undefined : versionPattern.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const preLetter = groups['preLetter'] === undefined ? undefined : preLetters[groups['preLetter'].toLowerCase()];
  const pre = preLetter === undefined ? undefined : { letter: preLetter, number: count(groups['preNumber']) };
  const dev = groups['devLetter'] === undefined ? undefined : count(groups['devNumber']);
  return {
    text,
    epoch: count(groups['epoch']),
    release: (groups['release'] ?? '0').split('.').map(count),
    pre,
    post: readPost(groups),
    dev,
    local: groups['local']
      ?.toLowerCase()
      .split(/[-_.]/)
      .map((part) => (/^[0-9]+$/.test(part) ? count(part) : part)),
    isPrerelease: pre !== undefined || dev !== undefined,
  };
}

function readPost(groups: Readonly<Record<string, string | undefined>>): Count | undefined {
  if (groups['postImplicit'] !== undefined) return count(groups['postImplicit']);
  return groups['postLetter'] === undefined ? undefined : count(groups['postNumber']);
}

function count(digits: string | undefined): Count {
  if (digits === undefined || digits === '') return 0;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}

export function addOne(value: Count): Count {
  return normalizeCount(BigInt(value) + 1n);
}

function normalizeCount(value: bigint): Count {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/**
 * A place in the order of versions. A real version has a finite place; a boundary (just above all local versions, just
 * above all post-releases) has one that no version has.
 */
export interface Place {
  readonly epoch: Count;
  readonly release: readonly Count[];
  /** Rank and number of the pre, post and dev segments, in the order in which they weigh. */
  readonly suffix: readonly [number, Count, number, Count, number, Count];
  /** `above` is higher than every local version. */
  readonly local: readonly (Count | string)[] | undefined | 'above';
}

const preRanks = { a: 0, b: 1, rc: 2 } as const;

export function placeOf(version: Version): Place {
  const { epoch, release, pre, post, dev, local } = version;
  let preRank = 3;
  // 1.0.dev1 comes before 1.0a1; with a post segment the dev release belongs to the post-release.
  if (pre !== undefined) preRank = preRanks[pre.letter];
  else if (post === undefined && dev !== undefined) preRank = -1;
  return {
    epoch,
    release: trimZeros(release),
    suffix: [preRank, pre?.number ?? 0, post === undefined ? 0 : 1, post ?? 0, dev === undefined ? 1 : 0, dev ?? 0],
    local,
  };
}

/** Negative, zero or positive, as a comparator gives it. */
export function compareVersions(version: Version, other: Version): number {
  return comparePlaces(placeOf(version), placeOf(other));
}

export function comparePlaces(place: Place, other: Place): number {
  return (
    compareCounts(place.epoch, other.epoch) ||
    compareLists(place.release, other.release, compareCounts) ||
    compareLists(place.suffix, other.suffix, compareCounts) ||
    compareLocals(place.local, other.local)
  );
}

function compareLocals(local: Place['local'], other: Place['local']): number {
  const rank = localRank(local) - localRank(other);
  if (rank !== 0 || !Array.isArray(local) || !Array.isArray(other)) return rank;
  return compareLists<Count | string>(local, other, compareLocalParts);
}

function localRank(local: Place['local']): number {
  if (local === undefined) return 0;
  return local === 'above' ? 2 : 1;
}

/** Text sorts before numbers in a local version. */
function compareLocalParts(part: Count | string, other: Count | string): number {
  if (typeof part === 'string' && typeof other === 'string') return part < other ? -1 : Number(part > other);
  if (typeof part === 'string') return -1;
  return typeof other === 'string' ? 1 : compareCounts(part, other);
}

function compareLists<Item>(
  list: readonly Item[],
  other: readonly Item[],
  compare: (item: Item, otherItem: Item) => number,
): number {
  for (const [index, item] of list.entries()) {
    const counterpart = other[index];
    if (counterpart === undefined) return 1;
    const order = compare(item, counterpart);
    if (order !== 0) return order;
  }
  return list.length - other.length;
}

function compareCounts(value: Count, other: Count): number {
  if (value < other) return -1;
  return value > other ? 1 : 0;
}

function trimZeros(release: readonly Count[]): readonly Count[] {
  const last = release.findLastIndex((part) => part !== 0);
  return release.slice(0, last + 1);
}
