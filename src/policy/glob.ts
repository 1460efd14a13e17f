/**
 * Patterns with `*`, `?` and `[…]`. The matcher walks the text once and steps back to the last star only, so the worst
 * case is pattern length times text length: no pattern in a policy can hang the program that reads it.
 */
type GlobPart =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'one'; readonly character: string }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] };

export interface Glob {
  readonly text: string;
  readonly parts: readonly GlobPart[];
}

type GlobReading = { readonly ok: true; readonly glob: Glob } | { readonly ok: false; readonly message: string };

export function isGlob(text: string): boolean {
  return /[*?[\]]/.test(text);
}

export function parseGlob(text: string): GlobReading {
  const parts: GlobPart[] = [];
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    if (character === '[') {
      const end = text.indexOf(']', at + 2 + (text.charAt(at + 1) === '!' ? 1 : 0));
      if (end === -1) return { ok: false, message: `the “[” in the pattern “${text}” is never closed` };
      const set = parseSet(text.slice(at + 1, end));
      if (set === undefined) return { ok: false, message: `“${text.slice(at, end + 1)}” is no set of characters` };
      parts.push(set);
      at = end + 1;
      continue;
    }
    if (character === ']') return { ok: false, message: `the “]” in the pattern “${text}” was never opened` };
    // Neighbouring stars are one star.
    if (character === '*') {
      if (parts.at(-1)?.kind !== 'star') parts.push({ kind: 'star' });
    } else parts.push(character === '?' ? { kind: 'any' } : { kind: 'one', character });
    at++;
  }
  return { ok: true, glob: { text, parts } };
}

export function matchesGlob({ parts }: Glob, text: string): boolean {
  let part = 0;
  let at = 0;
  let starPart = -1;
  let starAt = 0;
  while (at < text.length) {
    const current = parts[part];
    if (current?.kind === 'star') {
      starPart = part++;
      starAt = at;
    } else if (current !== undefined && matchesOne(current, text.charAt(at))) {
      part++;
      at++;
    } else if (starPart !== -1) {
      part = starPart + 1;
      at = ++starAt;
    } else return false;
  }
  while (parts[part]?.kind === 'star') part++;
  return part === parts.length;
}

function matchesOne(part: GlobPart, character: string): boolean {
  switch (part.kind) {
    case 'star':
      return false;
    case 'any':
      return true;
    case 'one':
      return part.character === character;
    case 'set':
      return part.ranges.some(([low, high]) => low <= character && character <= high) !== part.negated;
  }
}

function parseSet(body: string): GlobPart | undefined {
  const negated = body.startsWith('!');
  const members = negated ? body.slice(1) : body;
  const ranges: [string, string][] = [];
  for (let at = 0; at < members.length; at++) {
    const low = members.charAt(at);
    if (members.charAt(at + 1) === '-' && at + 2 < members.length) {
      const high = members.charAt(at + 2);
      if (high < low) return undefined;
      ranges.push([low, high]);
      at += 2;
    } else ranges.push([low, low]);
  }
  return ranges.length === 0 ? undefined : { kind: 'set', negated, ranges };
}
