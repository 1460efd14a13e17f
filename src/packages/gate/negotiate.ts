/** The forms of a page, as they are told apart inside. */
export type PageForm = 'json' | 'html' | 'text-html';

export const contentTypes: Readonly<Record<PageForm, string>> = {
  json: 'application/vnd.pypi.simple.v1+json',
  html: 'application/vnd.pypi.simple.v1+html',
  'text-html': 'text/html; charset=utf-8',
};

/** The forms by the names that a client may ask for, the one we would rather send first. */
const exactNames: readonly (readonly [string, PageForm])[] = [
  ['application/vnd.pypi.simple.v1+json', 'json'],
  ['application/vnd.pypi.simple.latest+json', 'json'],
  ['application/vnd.pypi.simple.v1+html', 'html'],
  ['application/vnd.pypi.simple.latest+html', 'html'],
  ['text/html', 'text-html'],
];

/** What a client is sent that takes anything: what a person can read, as PEP 691 advises. */
const byDefault: readonly PageForm[] = ['text-html', 'json', 'html'];

interface Range {
  readonly type: string;
  readonly quality: number;
}

/** Real clients send less than a hundred characters. */
const maxAcceptLength = 2000;
const remembered = new Map<string, PageForm | undefined>();
const maxRemembered = 200;

/** The form that suits an Accept header best; undefined where none does. */
export function negotiate(accept: string | undefined): PageForm | undefined {
  if (accept === undefined || accept.trim() === '') return 'text-html';
  if (accept.length > maxAcceptLength) return undefined;
  if (remembered.has(accept)) return remembered.get(accept);
  const form = choose(readAccept(accept));
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(accept, form);
  return form;
}

function choose(ranges: readonly Range[]): PageForm | undefined {
  const exact = exactNames.flatMap(([type, form]) => {
    const quality = ranges.find((range) => range.type === type)?.quality;
    return quality === undefined ? [] : [{ form, quality, isExact: true }];
  });
  const named = new Set(exact.map(({ form }) => form));
  const wild = byDefault
    .filter((form) => !named.has(form))
    .map((form) => ({ form, quality: wildcardQuality(form, ranges), isExact: false }));
  const best = [...exact, ...wild]
    .filter(({ quality }) => quality > 0)
    .reduce<{ form: PageForm; quality: number } | undefined>(
      (found, each) => (found === undefined || each.quality > found.quality ? each : found),
      undefined,
    );
  return best?.form;
}

function wildcardQuality(form: PageForm, ranges: readonly Range[]): number {
  const family = form === 'text-html' ? 'text/*' : 'application/*';
  const range = ranges.find(({ type }) => type === family) ?? ranges.find(({ type }) => type === '*/*');
  return range?.quality ?? 0;
}

function readAccept(accept: string): Range[] {
  return accept.split(',').map((piece) => {
    const [type = '', ...parameters] = piece.split(';').map((each) => each.trim().toLowerCase());
    const quality = parameters.find((each) => each.startsWith('q='))?.slice(2);
    return { type, quality: quality === undefined ? 1 : readQuality(quality) };
  });
}

function readQuality(text: string): number {
  return /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

/** Whether the answer may be compressed with gzip. */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined || acceptEncoding.length > maxAcceptLength) return false;
  const ranges = readAccept(acceptEncoding);
  const range = ranges.find(({ type }) => type === 'gzip') ?? ranges.find(({ type }) => type === '*');
  return range !== undefined && range.quality > 0;
}
