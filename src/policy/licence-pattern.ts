import { nearestOf } from '../nearest.ts';
import { type Glob, isGlob, matchesGlob, parseGlob } from './glob.ts';
import type { LicenceLeaf } from './licence-expression.ts';
import { canonicalExceptionId, canonicalLicenceId, licenceIds, modernSpelling } from './licence-ids.ts';

/** One entry of a licence list: an id or a glob over ids, with or without a named exception. */
export interface LicencePattern {
  readonly text: string;
  readonly id: Glob;
  readonly exception: Glob | undefined;
}

type LicencePatternReading =
  { readonly ok: true; readonly pattern: LicencePattern } | { readonly ok: false; readonly message: string };

/** Reads `MIT`, `GPL-*`, `LicenseRef-Acme`, `GPL-2.0-only WITH Classpath-exception-2.0`. */
export function readLicencePattern(text: string): LicencePatternReading {
  const [idText = '', exceptionText, ...more] = text.trim().split(/[ \t]+WITH[ \t]+/i);
  if (more.length > 0 || /\s/.test(idText) || idText === '') {
    return { ok: false, message: `“${text}” is one licence too many: list each licence by itself` };
  }
  const id = isGlob(idText) ? readGlobOverIds(idText) : readId(idText);
  if (!id.ok) return id;
  if (exceptionText === undefined)
    return { ok: true, pattern: { text: text.trim(), id: id.glob, exception: undefined } };
  const exception = readException(exceptionText);
  if (!exception.ok) return exception;
  return { ok: true, pattern: { text: text.trim(), id: id.glob, exception: exception.glob } };
}

export function matchesLicence(pattern: LicencePattern, leaf: LicenceLeaf): boolean {
  if (pattern.exception !== undefined) {
    if (leaf.exception === undefined || !matchesGlob(pattern.exception, leaf.exception.toLowerCase())) return false;
  }
  const id = leaf.id.toLowerCase();
  return matchesGlob(pattern.id, id) || (leaf.hasPlus && matchesGlob(pattern.id, `${id}+`));
}

type GlobOverIds = { readonly ok: true; readonly glob: Glob } | { readonly ok: false; readonly message: string };

function readId(text: string): GlobOverIds {
  const hasPlus = text.endsWith('+');
  const canonical = canonicalLicenceId(hasPlus ? text.slice(0, -1) : text);
  if (canonical === undefined) {
    const nearest = nearestOf(text, licenceIds);
    const question = nearest === undefined ? '' : `; did you mean “${nearest}”?`;
    return { ok: false, message: `“${text}” is not the id of an SPDX licence${question}` };
  }
  const modern = modernSpelling(canonical, hasPlus);
  return parseGlob(`${modern.id}${modern.hasPlus ? '+' : ''}`.toLowerCase());
}

function readGlobOverIds(text: string): GlobOverIds {
  const reading = parseGlob(text.toLowerCase());
  if (!reading.ok) return reading;
  const names = licenceIds.some((id) => matchesGlob(reading.glob, id.toLowerCase()));
  if (names || text.toLowerCase().startsWith('licenseref-')) return reading;
  return { ok: false, message: `the glob “${text}” matches no SPDX licence` };
}

function readException(text: string): GlobOverIds {
  if (isGlob(text)) return parseGlob(text.toLowerCase());
  const canonical = canonicalExceptionId(text);
  if (canonical === undefined) return { ok: false, message: `“${text}” is not the id of an SPDX exception` };
  return parseGlob(canonical.toLowerCase());
}
