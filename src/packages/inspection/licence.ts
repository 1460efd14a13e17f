import { formatLicence, type LicenceExpression, parseLicenceExpression } from '../../policy/index.ts';
import type { Headers } from './headers.ts';
import { readLicenceClassifier, readLicenceSpelling } from './licence-spellings.ts';

/** A licence as METADATA states it: an SPDX expression where one can be made of it. */
export interface StatedLicence {
  readonly expression: string;
  /** The field it was read from. */
  readonly source: 'License-Expression' | 'License' | 'Classifier';
}

export interface LicenceReading {
  readonly licence: StatedLicence | undefined;
  /** Where the fields say different things, in words. */
  readonly contradictions: readonly string[];
}

/**
 * The first field that tells: License-Expression, then License, then the classifiers. A License-Expression that cannot be read
 * stays what is stated: nobody knows that licence, whatever the older fields say.
 */
export function readLicence(headers: Headers): LicenceReading {
  const stated = [readExpression(headers), readFreeText(headers), readClassifiers(headers)];
  const told = stated.filter((licence) => licence !== undefined);
  const readable = told.find(({ expression }) => parseLicenceExpression(expression) !== undefined);
  const licence = told.find(({ source }) => source === 'License-Expression') ?? readable ?? told[0];
  const others = told.filter((other) => other !== licence);
  const contradictions = licence === undefined ? [] : others.flatMap((other) => contradict(licence, other));
  return { licence, contradictions };
}

function readExpression(headers: Headers): StatedLicence | undefined {
  const text = headers.get('license-expression')?.[0];
  if (text === undefined || text === '') return undefined;
  const expression = parseLicenceExpression(text);
  return {
    expression: expression === undefined ? text.slice(0, 200) : formatLicence(expression),
    source: 'License-Expression',
  };
}

/** Many put the whole text there; its first line is its name. */
function readFreeText(headers: Headers): StatedLicence | undefined {
  const text = headers.get('license')?.[0]?.trim() ?? '';
  if (text === '' || /^unknown$/i.test(text)) return undefined;
  const firstLine = text.split('\n', 1)[0]?.trim() ?? '';
  const expression = readLicenceSpelling(text) ?? readLicenceSpelling(firstLine) ?? readRestriction(firstLine);
  return { expression: expression ?? firstLine.slice(0, 200), source: 'License' };
}

/** Words that no licence begins with under which one may do as one likes. */
function readRestriction(firstLine: string): string | undefined {
  const isRestricted = /\b(?:proprietary|commercial|eula|confidential|no redistribution)\b/i.test(firstLine);
  return isRestricted ? 'LicenseRef-Proprietary' : undefined;
}

/** All of them hold, as long as nobody says that one may choose. */
function readClassifiers(headers: Headers): StatedLicence | undefined {
  const found = (headers.get('classifier') ?? []).map(readLicenceClassifier).filter((each) => each !== undefined);
  const different = [...new Set(found)];
  return different.length === 0 ? undefined : { expression: different.join(' AND '), source: 'Classifier' };
}

function contradict(licence: StatedLicence, other: StatedLicence): string[] {
  const [chosen, told] = [licence, other].map(({ expression }) => parseLicenceExpression(expression));
  if (chosen === undefined || told === undefined) return tellUnreadable(licence, other);
  const strange = leavesOf(told).filter((id) => !leavesOf(chosen).some((known) => isSameFamily(id, known)));
  if (strange.length === 0) return [];
  return [`${licence.source} says ${licence.expression}, ${nameOf(other)} ${strange.join(', ')}`];
}

/** A long text is the licence itself; a short one that nobody can read may say anything. */
const maxShortLength = 100;

function tellUnreadable(licence: StatedLicence, other: StatedLicence): string[] {
  const isReadable = (text: string): boolean => parseLicenceExpression(text) !== undefined;
  const [strange, known] = isReadable(licence.expression) ? [other, licence] : [licence, other];
  if (strange.expression.length > maxShortLength || /^copyright\b/i.test(strange.expression)) return [];
  return [
    `${strange.source} says ${strange.expression}, which is no known licence, ${nameOf(known)} ${known.expression}`,
  ];
}

function nameOf({ source }: StatedLicence): string {
  return source === 'Classifier' ? 'the classifiers say' : `${source} says`;
}

function leavesOf(expression: LicenceExpression): string[] {
  if (expression.kind === 'licence') return [expression.id];
  return [...leavesOf(expression.left), ...leavesOf(expression.right)];
}

/** Classifiers and short names often leave out the number: that is less, and not something else. */
function isSameFamily(one: string, other: string): boolean {
  if (one === other) return true;
  const vague = [
    [/^LicenseRef-BSD$/, /BSD/],
    [/^GPL-1.0-or-later$/, /^GPL/],
    [/^LGPL-2.0-or-later$/, /^LGPL/],
    [/^AGPL-1.0-or-later$/, /^AGPL/],
    [/^(?:PSF|Python)-2/, /^(?:PSF|Python|CNRI)/],
    [/^LicenseRef-/, /^LicenseRef-/],
  ] as const;
  return vague.some(
    ([short, family]) => (short.test(one) && family.test(other)) || (short.test(other) && family.test(one)),
  );
}
