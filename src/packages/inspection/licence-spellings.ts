import { formatLicence, parseLicenceExpression } from '../../policy/index.ts';

/** What people write for a licence, once words that say nothing are taken out, and what SPDX calls it. */
const spellings: Readonly<Record<string, string>> = {
  mit: 'MIT',
  expat: 'MIT',
  'mit expat': 'MIT',
  apache: 'Apache-2.0',
  'apache 2': 'Apache-2.0',
  'apache 2.0': 'Apache-2.0',
  apache2: 'Apache-2.0',
  'asl 2': 'Apache-2.0',
  'asl 2.0': 'Apache-2.0',
  '3 clause bsd': 'BSD-3-Clause',
  'bsd 3 clause': 'BSD-3-Clause',
  'bsd 3': 'BSD-3-Clause',
  bsd3: 'BSD-3-Clause',
  'new bsd': 'BSD-3-Clause',
  'modified bsd': 'BSD-3-Clause',
  'revised bsd': 'BSD-3-Clause',
  '2 clause bsd': 'BSD-2-Clause',
  'bsd 2 clause': 'BSD-2-Clause',
  'bsd 2': 'BSD-2-Clause',
  'simplified bsd': 'BSD-2-Clause',
  // Which of them is not said.
  bsd: 'LicenseRef-BSD',
  'bsd style': 'LicenseRef-BSD',
  'bsd like': 'LicenseRef-BSD',
  isc: 'ISC',
  'isc iscl': 'ISC',
  iscl: 'ISC',
  psf: 'PSF-2.0',
  'psf 2.0': 'PSF-2.0',
  psfl: 'PSF-2.0',
  python: 'PSF-2.0',
  'python foundation': 'PSF-2.0',
  unlicense: 'Unlicense',
  unlicensed: 'LicenseRef-Proprietary',
  'unlicense unlicense': 'Unlicense',
  zlib: 'Zlib',
  'zlib libpng': 'Zlib',
  'zpl 2.1': 'ZPL-2.1',
  'zope public': 'ZPL-2.1',
  'zope public 2.1': 'ZPL-2.1',
  hpnd: 'HPND',
  'historical permission notice and disclaimer hpnd': 'HPND',
  cc0: 'CC0-1.0',
  'cc0 1.0': 'CC0-1.0',
  'cc0 1.0 universal cc0 1.0 public domain dedication': 'CC0-1.0',
  wtfpl: 'WTFPL',
  boost: 'BSL-1.0',
  'boost 1.0': 'BSL-1.0',
  'boost 1.0 bsl 1.0': 'BSL-1.0',
  'mit no attribution mit 0': 'MIT-0',
  'academic free afl': 'AFL-3.0',
  'mozilla public 2.0 mpl 2.0': 'MPL-2.0',
  'mozilla public 1.1 mpl 1.1': 'MPL-1.1',
  'eclipse public 2.0 epl 2.0': 'EPL-2.0',
  'eclipse public 1.0 epl 1.0': 'EPL-1.0',
  'european union public 1.2 eupl 1.2': 'EUPL-1.2',
  'public domain': 'LicenseRef-Public-Domain',
  proprietary: 'LicenseRef-Proprietary',
  'other proprietary': 'LicenseRef-Proprietary',
};

const emptyWords = /\b(?:the|licen[cs]ed?|under|terms|of|software|version)\b/g;

function fold(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/["'“”(),;:/_-]+/g, ' ')
    .replaceAll(emptyWords, ' ')
    .replaceAll(/\bv\.?(?=\s*\d)/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/\.$/, '')
    .trim();
}

/** An SPDX expression for what was written; undefined where nobody can tell. */
export function readLicenceSpelling(text: string): string | undefined {
  if (text.length > 500) return undefined;
  const expression = parseLicenceExpression(text);
  if (expression !== undefined) return formatLicence(expression);
  const folded = fold(text);
  const known = Object.hasOwn(spellings, folded) ? spellings[folded] : undefined;
  return known ?? readGnu(folded) ?? readMozilla(folded);
}

const gnuNames = [
  ['affero general public', 'agpl'],
  ['lesser general public', 'lgpl'],
  ['library or lesser general public', 'lgpl'],
  ['general public', 'gpl'],
] as const;

const gnu =
  /^(?:gnu )?(?<kind>[al]?gpl) ?v?(?<number>[0-9](?:\.[0-9])?)?(?<later> ?\+| or (?:any )?(?:later|newer|greater).*)?(?: [al]?gplv?[0-9.]*\+?)*$/;

const oldest: Readonly<Record<string, string>> = { gpl: '1.0', lgpl: '2.0', agpl: '1.0' };

/** Where no number is given, any will do: so its authors say. */
function readGnu(folded: string): string | undefined {
  const short = gnuNames
    .reduce((text, [long, name]) => text.replace(long, name), folded)
    .replace('library or lgpl', 'lgpl');
  const { kind, number, later } = gnu.exec(short)?.groups ?? {};
  if (kind === undefined) return undefined;
  const id = kind.toUpperCase();
  if (number === undefined) return `${id}-${oldest[kind]}-or-later`;
  const full = number.includes('.') ? number : `${number}.0`;
  return checked(`${id}-${full}-${later === undefined ? 'only' : 'or-later'}`);
}

function readMozilla(folded: string): string | undefined {
  const { number } = /^(?:mozilla public|mpl) ?v?(?<number>[12](?:\.[01])?)$/.exec(folded)?.groups ?? {};
  return number === undefined ? undefined : checked(`MPL-${number.includes('.') ? number : `${number}.0`}`);
}

function checked(id: string): string | undefined {
  return parseLicenceExpression(id) === undefined ? undefined : id;
}

/** What a classifier says of the licence; undefined for one that is about something else, or says nothing. */
export function readLicenceClassifier(classifier: string): string | undefined {
  const [head, ...rest] = classifier.split('::').map((part) => part.trim());
  const last = rest.at(-1);
  if (head !== 'License' || last === undefined || last === 'OSI Approved') return undefined;
  const slug = last.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '');
  return readLicenceSpelling(last) ?? (slug === '' ? undefined : `LicenseRef-${slug}`);
}
