import {
  addOne,
  comparePlaces,
  type Count,
  parseVersion,
  type Place,
  placeOf,
  type Version,
  whiteSpace,
} from './versions.ts';

/**
 * PEP 440 specifiers as stretches of the order of versions, so that beside “is this version in it” one can also ask
 * whether two of them have a version in common. Behaves as Python’s `packaging` does; a differential test holds it to that.
 */
export interface SpecifierSet {
  readonly text: string;
  readonly clauses: readonly Clause[];
}

interface Clause {
  readonly operator: string;
  readonly versionText: string;
  /** Undefined for `===`, which compares text. */
  readonly stretches: readonly Stretch[] | undefined;
}

/** From one place to another; an end left out is open. */
interface Stretch {
  readonly from?: Edge;
  readonly to?: Edge;
}

interface Edge {
  readonly place: Place;
  readonly isIncluded: boolean;
}

const release = 'v?(?:[0-9]+!)?[0-9]+(?:\\.[0-9]+)*';
const pre = '(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?[0-9]*)?';
const post = '(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?';
const dev = '(?:[-_.]?dev[-_.]?[0-9]*)?';
const local = '(?:\\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?';

const clausePattern = new RegExp(
  `^(?:(?<arbitrary>===)${whiteSpace}*(?<arbitraryText>(?:(?!${whiteSpace})[^;)])*)` +
    `|(?<equality>==|!=)${whiteSpace}*(?<equalityText>${release}(?:\\.\\*|${pre}${post}${dev}${local}))` +
    `|(?<compatible>~=)${whiteSpace}*(?<compatibleText>v?(?:[0-9]+!)?[0-9]+(?:\\.[0-9]+)+${pre}${post}${dev})` +
    `|(?<order><=|>=|<|>)${whiteSpace}*(?<orderText>${release}${pre}${post}${dev}))$`,
  'i',
);

const maxLength = 4000;
const outerSpace = new RegExp(`^${whiteSpace}+|${whiteSpace}+$`, 'g');

/** Reads a comma-separated list of specifiers; undefined where one is none. The empty list holds every version. */
export function parseSpecifiers(text: string): SpecifierSet | undefined {
  if (text.length > maxLength) return undefined;
  const clauses: Clause[] = [];
  for (const piece of text.split(',')) {
    const trimmed = piece.replace(outerSpace, '');
    if (trimmed === '') continue;
    const clause = parseClause(trimmed);
    if (clause === undefined) return undefined;
    clauses.push(clause);
  }
  return { text, clauses };
}

/**
 * Whether the version is one of those that the specifiers hold. Pre-releases count unless `prereleases` is false; a text
 * that is no version can only be held by `===`, or by no specifier at all.
 */
export function containsVersion(set: SpecifierSet, text: string, { prereleases = true } = {}): boolean {
  const version = parseVersion(text);
  if (version?.isPrerelease === true && !prereleases) return false;
  return set.clauses.every((clause) => clauseContains(clause, text, version));
}

/** Whether no version can be in both. `===` compares text, so of it nothing is known. */
export function areDisjoint(set: SpecifierSet, other: SpecifierSet): boolean {
  return intersectAll([...set.clauses, ...other.clauses]).length === 0;
}

/** Whether every version of the first is surely in the second. */
export function isSubset(set: SpecifierSet, other: SpecifierSet): boolean {
  // Without a range, texts that are no versions are in it too.
  if (!set.clauses.some((clause) => clause.stretches !== undefined)) return other.clauses.length === 0;
  const stretches = intersectAll(set.clauses);
  return other.clauses.every((clause) => {
    if (clause.stretches === undefined) return false;
    return intersect(stretches, complement(clause.stretches)).length === 0;
  });
}

/** The one version that the specifiers name with `==`; undefined where they leave a choice. */
export function pinnedVersion({ clauses }: SpecifierSet): string | undefined {
  const [clause, second] = clauses;
  const isPin = second === undefined && clause?.operator === '==' && !clause.versionText.endsWith('.*');
  return isPin ? clause.versionText : undefined;
}

function parseClause(text: string): Clause | undefined {
  const groups = clausePattern.exec(text)?.groups;
  if (groups === undefined) return undefined;
  if (groups['arbitrary'] !== undefined) {
    return { operator: '===', versionText: groups['arbitraryText'] ?? '', stretches: undefined };
  }
  const operator = groups['equality'] ?? groups['compatible'] ?? groups['order'] ?? '';
  const versionText = groups['equalityText'] ?? groups['compatibleText'] ?? groups['orderText'] ?? '';
  const isPrefix = versionText.endsWith('.*');
  const version = parseVersion(isPrefix ? versionText.slice(0, -2) : versionText);
  if (version === undefined) return undefined;
  return {
    operator,
    versionText,
    stretches: isPrefix ? prefixStretches(operator, version) : stretchesOf(operator, version),
  };
}

function clauseContains(clause: Clause, text: string, version: Version | undefined): boolean {
  if (clause.stretches === undefined) return text.toLowerCase() === clause.versionText.toLowerCase();
  if (version === undefined) return false;
  const place = placeOf(version);
  return clause.stretches.some(({ from, to }) => isAbove(place, from) && isBelow(place, to));
}

function isAbove(place: Place, edge: Edge | undefined): boolean {
  if (edge === undefined) return true;
  const order = comparePlaces(place, edge.place);
  return edge.isIncluded ? order >= 0 : order > 0;
}

function isBelow(place: Place, edge: Edge | undefined): boolean {
  if (edge === undefined) return true;
  const order = comparePlaces(place, edge.place);
  return edge.isIncluded ? order <= 0 : order < 0;
}

function stretchesOf(operator: string, version: Version): readonly Stretch[] {
  const at = included(placeOf(version));
  switch (operator) {
    case '>=':
      return [{ from: at }];
    case '<=':
      return [{ to: included(aboveLocals(version)) }];
    case '>':
      return [{ from: { place: aboveFamily(version), isIncluded: false } }];
    case '<':
      return [{ to: excluded(version.isPrerelease ? at.place : firstDevOf(version)) }];
    case '~=':
      return [{ from: at, to: excluded(nextPrefix(version.epoch, version.release.slice(0, -1))) }];
    case '==':
      return [equalStretch(version)];
    default:
      return complement([equalStretch(version)]);
  }
}

/** Without a local part, every local version of it is equal. */
function equalStretch(version: Version): Stretch {
  const place = placeOf(version);
  return { from: included(place), to: included(version.local === undefined ? aboveLocals(version) : place) };
}

/** `==1.2.*`: from 1.2.dev0 up to, without, 1.3.dev0. */
function prefixStretches(operator: string, version: Version): readonly Stretch[] {
  const inside: Stretch = {
    from: included(devPlace(version.epoch, version.release)),
    to: excluded(nextPrefix(version.epoch, version.release)),
  };
  return operator === '==' ? [inside] : complement([inside]);
}

function included(place: Place): Edge {
  return { place, isIncluded: true };
}

function excluded(place: Place): Edge {
  return { place, isIncluded: false };
}

function aboveLocals(version: Version): Place {
  return { ...placeOf(version), local: 'above' };
}

/**
 * `>1.0` leaves out the local versions and the post-releases of 1.0; `>1.0.post1` and `>1.0.dev1` only the former, since
 * nothing but these lies before the next post or dev release.
 */
function aboveFamily(version: Version): Place {
  if (version.dev !== undefined || version.post !== undefined) return aboveLocals(version);
  const place = placeOf(version);
  const [preRank, preNumber] = place.suffix;
  return { ...place, suffix: [preRank, preNumber, 1, Number.POSITIVE_INFINITY, 1, 0], local: 'above' };
}

function firstDevOf(version: Version): Place {
  return placeOf({ ...version, dev: 0, local: undefined });
}

function devPlace(epoch: Count, parts: readonly Count[]): Place {
  return placeOf({
    text: '',
    epoch,
    release: parts,
    pre: undefined,
    post: undefined,
    dev: 0,
    local: undefined,
    isPrerelease: true,
  });
}

function nextPrefix(epoch: Count, parts: readonly Count[]): Place {
  return devPlace(epoch, [...parts.slice(0, -1), addOne(parts.at(-1) ?? 0)]);
}

function intersectAll(clauses: readonly Clause[]): readonly Stretch[] {
  let stretches: readonly Stretch[] = [{}];
  for (const clause of clauses) if (clause.stretches !== undefined) stretches = intersect(stretches, clause.stretches);
  return stretches;
}

function intersect(stretches: readonly Stretch[], others: readonly Stretch[]): readonly Stretch[] {
  return stretches
    .flatMap((stretch) =>
      others.map((other) => bounded(higherFrom(stretch.from, other.from), lowerTo(stretch.to, other.to))),
    )
    .filter((stretch) => !isEmpty(stretch));
}

function higherFrom(edge: Edge | undefined, other: Edge | undefined): Edge | undefined {
  if (edge === undefined || other === undefined) return edge ?? other;
  const order = comparePlaces(edge.place, other.place) || Number(other.isIncluded) - Number(edge.isIncluded);
  return order >= 0 ? edge : other;
}

function lowerTo(edge: Edge | undefined, other: Edge | undefined): Edge | undefined {
  if (edge === undefined || other === undefined) return edge ?? other;
  const order = comparePlaces(edge.place, other.place) || Number(edge.isIncluded) - Number(other.isIncluded);
  return order <= 0 ? edge : other;
}

function isEmpty({ from, to }: Stretch): boolean {
  // Nothing comes before 0.dev0.
  if (from === undefined) return to !== undefined && !to.isIncluded && comparePlaces(to.place, devPlace(0, [0])) <= 0;
  if (to === undefined) return false;
  const order = comparePlaces(from.place, to.place);
  return order > 0 || (order === 0 && !(from.isIncluded && to.isIncluded));
}

/** The stretches are sorted and apart, as every operator gives them. */
function complement(stretches: readonly Stretch[]): readonly Stretch[] {
  const gaps: Stretch[] = [];
  let from: Edge | undefined;
  for (const [index, stretch] of stretches.entries()) {
    if (index > 0 || stretch.from !== undefined) gaps.push(bounded(from, flip(stretch.from)));
    if (stretch.to === undefined) return gaps;
    from = flip(stretch.to);
  }
  return [...gaps, bounded(from, undefined)];
}

function bounded(from: Edge | undefined, to: Edge | undefined): Stretch {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function flip(edge: Edge | undefined): Edge | undefined {
  return edge === undefined ? undefined : { place: edge.place, isIncluded: !edge.isIncluded };
}
