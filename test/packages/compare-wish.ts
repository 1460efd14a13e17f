import { fileURLToPath } from 'node:url';

import {
  evaluateMarker,
  formatMarker,
  type MarkerEnvironment,
  markerEnvironment,
  parseMarker,
  readRequirement,
} from '../../src/packages/wish/index.ts';
import { askPackaging } from '../policy/packaging-reference.ts';
import type { SeededRandom } from '../policy/random.ts';
import { randomMarkerText, randomRequirement } from './wish-corpus.ts';

export const wishReference = fileURLToPath(new URL('wish_reference.py', import.meta.url));

const sample = { extra: 'foo-bar', extras: ['a-b', 'tests'], dependency_groups: ['dev'] };
const environments: readonly MarkerEnvironment[] = [
  {
    ...markerEnvironment({ pythonVersion: '3.12.4', system: 'linux', machine: 'x86_64', release: '6.8.0' }),
    ...sample,
  },
  { ...markerEnvironment({ pythonVersion: '3.9.19', system: 'windows', machine: 'AMD64', release: '10' }), ...sample },
  {
    ...markerEnvironment({
      pythonVersion: '3.13.0rc1',
      system: 'macos',
      machine: 'arm64',
      release: '6.8.0-45-generic',
    }),
    ...sample,
    extra: '',
  },
];

/** What `packaging` takes and we do not: what we say of it, and how the text itself shows that it is so. */
const refusals: readonly { readonly reason: string; readonly message: RegExp; readonly shows: RegExp }[] = [
  { reason: 'an address', message: /address|repository/, shows: /@|[A-Za-z]:/ },
  { reason: 'a path', message: /names a path/, shows: /[/\\~]/ },
  { reason: 'an archive', message: /names a file/, shows: /\.(?:whl|egg|zip|tar|tgz|tbz|txz)/i },
  { reason: 'a variable', message: /variable of the environment/, shows: /\$|%/ },
  { reason: 'an option', message: /is an option/, shows: /(?:^|[\s"'])-/ },
  { reason: 'a name that ends in “_”', message: /not a project's name|name of an extra/, shows: /_(?![A-Za-z0-9.-])/ },
  { reason: 'other characters than ASCII', message: /U\+|characters/, shows: /[^\x20-\x7e]/ },
  { reason: 'a marker that compares no name with a text', message: /one name of the environment/, shows: /./ },
  { reason: 'a marker that cannot be evaluated', message: /is no version|no version specifier/, shows: /~=|===/ },
  {
    reason: '“extra” in a wish',
    message: /in the metadata of a package only|“extras?” is no|groups” is no/,
    shows: /extra|groups/,
  },
  { reason: 'a set that is compared', message: /whether a name is in it/, shows: /extras|groups/ },
  { reason: 'another version behind “===”', message: /behind “===”/, shows: /===.*,/ },
  { reason: 'a backslash in a text', message: /has no “\\”/, shows: /\\/ },
];

export interface Comparison {
  readonly asked: number;
  readonly taken: number;
  /** How often each reason was ours alone. */
  readonly refused: Readonly<Record<string, number>>;
  readonly differences: readonly Record<string, unknown>[];
}

interface Theirs {
  readonly ok: boolean;
  readonly name?: string;
  readonly extras?: string[];
  readonly specifiers?: string[];
  readonly url?: string | null;
  readonly marker?: string | null;
  readonly holds?: (boolean | null)[] | null;
}

/** Reads random requirements here and there: what we take they take, and read the same. */
export async function compareRequirements(random: SeededRandom, count: number): Promise<Comparison> {
  const texts = Array.from({ length: count }, () => randomRequirement(random));
  return compareAll(texts, await ask('requirement', texts), (text, theirs) => {
    const reading = readRequirement(text);
    if (!reading.ok) return { messages: reading.problems.map(({ message }) => message) };
    const { name, extras, specifier, marker } = reading.requirement;
    const ours = { name, extras, specifiers: specifier.split(',').filter(Boolean).map(lower).sort(), url: null };
    const { name: theirName, extras: theirExtras, specifiers, url } = theirs;
    const isSame = JSON.stringify(ours) === JSON.stringify({ name: theirName, extras: theirExtras, specifiers, url });
    return { isSame: isSame && isSameMarker(marker, theirs, 'wish'), ours: reading.requirement };
  });
}

/** The same of markers, as they may stand in a lock; they are evaluated in three environments. */
export async function compareMarkers(random: SeededRandom, count: number): Promise<Comparison> {
  const texts = Array.from({ length: count }, () => randomMarkerText(random));
  return compareAll(texts, await ask('marker', texts), (text, theirs) => {
    const reading = parseMarker(text, 'lock');
    if (!reading.ok) return { messages: [reading.message] };
    const ours = formatMarker(reading.marker);
    return { isSame: isSameMarker(ours, theirs, 'lock'), ours };
  });
}

type Verdict = { readonly messages: readonly string[] } | { readonly isSame: boolean; readonly ours: unknown };

function compareAll(
  texts: readonly string[],
  answers: readonly Theirs[],
  judge: (text: string, theirs: Theirs) => Verdict,
): Comparison {
  const refused: Record<string, number> = {};
  const differences: Record<string, unknown>[] = [];
  let taken = 0;
  for (const [index, text] of texts.entries()) {
    const theirs = answers[index] ?? { ok: false };
    const verdict = judge(text, theirs);
    if ('isSame' in verdict) taken += 1;
    if ('isSame' in verdict ? theirs.ok && verdict.isSame : !theirs.ok) continue;
    const reason = 'messages' in verdict ? reasonFor(text, verdict.messages) : undefined;
    if (reason === undefined) differences.push({ text, theirs, ...verdict });
    else refused[reason] = (refused[reason] ?? 0) + 1;
  }
  return { asked: texts.length, taken, refused, differences };
}

function reasonFor(text: string, messages: readonly string[]): string | undefined {
  const known = refusals.find(({ message, shows }) => shows.test(text) && messages.some((each) => message.test(each)));
  return known?.reason;
}

/** The spelling that `packaging` gives it is ours too once we have read it, and both hold in the same environments. */
function isSameMarker(ours: string | undefined, { marker, holds }: Theirs, place: 'wish' | 'lock'): boolean {
  if (ours === undefined) return marker === null;
  const reading = parseMarker(ours, place);
  const theirs = parseMarker(marker ?? '', place);
  if (!reading.ok || !theirs.ok || formatMarker(theirs.marker) !== ours) return false;
  const evaluated = environments.map((environment) => evaluateMarker(reading.marker, environment));
  // Where packaging finds that it cannot compare two texts, we say that the condition does not hold.
  return evaluated.every((value, index) => value === (holds?.[index] ?? value));
}

async function ask(kind: string, texts: readonly string[]): Promise<Theirs[]> {
  const questions = [{ ask: 'environments', environments }, ...texts.map((text) => ({ ask: kind, text }))];
  return (await askPackaging<Theirs>(questions, wishReference)).slice(1);
}

function lower(text: string): string {
  return text.toLowerCase();
}
