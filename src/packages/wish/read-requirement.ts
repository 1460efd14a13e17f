import { normalizeName, parseRequirement, type SpecifierSet } from '../../policy/index.ts';
import { findForeign, findHidden } from './characters.ts';
import { formatMarker } from './marker.ts';
import { refuseOtherForms, type Refusal } from './other-forms.ts';
import { type MarkerPlace, parseMarker } from './parse-marker.ts';
import type { WishRequirement } from './wish-requirement.ts';

export type RequirementText = Omit<WishRequirement, 'source' | 'sha256s'>;

export type RequirementReading =
  | { readonly ok: true; readonly requirement: RequirementText }
  | { readonly ok: false; readonly problems: readonly Refusal[] };

const maxLength = 8000;

/** Reads one PEP 508 requirement by name: extras, versions, a marker; no address, no option. */
export function readRequirement(text: string, place: MarkerPlace = 'wish'): RequirementReading {
  if (text.length > maxLength) return { ok: false, problems: [{ message: 'the requirement is too long' }] };
  const foreign = [...findHidden(text).filter(({ character }) => character < '\x80'), ...findForeign(text)];
  if (foreign.length > 0) return { ok: false, problems: foreign.map(({ message }) => ({ message })) };
  const refusal = refuseOtherForms(text);
  if (refusal !== undefined) return { ok: false, problems: [refusal] };
  const semicolon = text.indexOf(';');
  const head = readHead(semicolon === -1 ? text : text.slice(0, semicolon));
  const marker = semicolon === -1 ? undefined : parseMarker(text.slice(semicolon + 1), place);
  const problems: Refusal[] = [];
  if ('message' in head) problems.push(head);
  if (marker?.ok === false) problems.push({ message: marker.message });
  if ('message' in head || marker?.ok === false) return { ok: false, problems };
  return { ok: true, requirement: { ...head, marker: marker && formatMarker(marker.marker) } };
}

function readHead(text: string): Omit<RequirementText, 'marker'> | Refusal {
  if (/,[ \t]*,|^[^<>=!~]*,(?![^[]*\])/.test(text)) return { message: 'a comma stands where no version is named' };
  // Python's `packaging` takes what follows for a part of the text, or for none, by where a space stands.
  if (/===.*,[ \t]*[^ \t)]/.test(text)) return { message: 'behind “===” stands another version' };
  const reading = parseRequirement(text);
  if (!reading.ok) return { message: reading.message, hint: hintFor(text) };
  const { name, extras } = reading.requirement;
  return {
    name,
    extras: [...new Set(extras.map(normalizeName))].sort(),
    specifier: formatSpecifiers(reading.specifiers),
  };
}

/** Sorted, without spaces and repetitions. */
export function formatSpecifiers({ clauses }: SpecifierSet): string {
  const texts = clauses.map(({ operator, versionText }) =>
    operator === '===' ? `===${versionText}` : `${operator}${versionText.toLowerCase()}`,
  );
  return [...new Set(texts)].sort().join(',');
}

function hintFor(text: string): string | undefined {
  const single = /^([A-Za-z0-9._-]+)[ \t]*=[ \t]*([0-9][^=]*)$/.exec(text.trim());
  if (single !== null) return `Did you mean ${single[1] ?? ''}==${(single[2] ?? '').trim()}?`;
  const spaced = /^([A-Za-z0-9._-]+)[ \t]+v?([0-9]\S*)$/.exec(text.trim());
  if (spaced !== null) return `Did you mean ${spaced[1] ?? ''}==${spaced[2] ?? ''}?`;
  return /[0-9*][ \t]+[<>=!~]/.test(text) ? 'Put a comma between versions.' : undefined;
}
