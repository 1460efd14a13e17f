/** A tag of a page, its name and the names of its attributes in lower case, entities read. */
export interface HtmlTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const namedEntities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  num: '#',
  plus: '+',
  period: '.',
  comma: ',',
  equals: '=',
  excl: '!',
};

/** What is text whatever it looks like. */
const rawText = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'noscript', 'template', 'iframe']);

/** The opening tags that were asked for, in order; comments and scripts are passed over. */
export function* findTags(html: string, wanted: ReadonlySet<string>): Generator<HtmlTag> {
  let at = html.indexOf('<');
  while (at !== -1) {
    if (html.startsWith('<!--', at)) at = endOf(html, '-->', at + 4);
    else {
      const [head, name] = matchAt(/<([a-zA-Z][^\s/>]*)/y, html, at) ?? [];
      if (head === undefined || name === undefined) at += 1;
      else {
        const lower = name.toLowerCase();
        const end = endOfTag(html, at + head.length);
        if (wanted.has(lower)) yield { name: lower, attributes: readAttributes(html.slice(at + head.length, end)) };
        at = rawText.has(lower) ? endOf(html, `</${lower}`, end) : end;
      }
    }
    if (at >= html.length) return;
    at = html.indexOf('<', at);
  }
}

function endOf(html: string, text: string, from: number): number {
  const found = html.indexOf(text, from);
  return found === -1 ? html.length : found + text.length;
}

/** A “>” in quotes does not end a tag. */
function endOfTag(html: string, from: number): number {
  const [rest] = matchAt(/(?:[^"'>]|"[^"]*"|'[^']*')*>/y, html, from) ?? [];
  return rest === undefined ? html.length : from + rest.length;
}

function readAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single, bare] of text.matchAll(
    /([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    const lower = name.toLowerCase();
    if (!attributes.has(lower)) attributes.set(lower, decodeEntities(double ?? single ?? bare ?? ''));
  }
  return attributes;
}

export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));/g, (whole, ...found: unknown[]) => {
    const [decimal, hex, name] = found as (string | undefined)[];
    if (name !== undefined) return namedEntities[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? '\ufffd' : String.fromCodePoint(code);
  });
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
