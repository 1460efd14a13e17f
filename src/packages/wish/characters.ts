/**
 * Characters that make a text read otherwise than it is: what steers, what is not seen, and letters that look like others.
 */
export interface OddCharacter {
  readonly character: string;
  readonly message: string;
}

// An emoji may say that it wants to be coloured; that hides nothing.
const emoji = /\p{Extended_Pictographic}\ufe0f/gu;
const steering = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const bidi = /\p{Bidi_Control}/u;
const oddSpace = /(?! )\p{Zs}/gu;

/** Letters of other scripts that stand for these in most fonts. */
const lookAlikes: readonly (readonly [string, string])[] = [
  ['аɑα', 'a'],
  ['Ьƅ', 'b'],
  ['сϲⅽ', 'c'],
  ['ԁⅾ', 'd'],
  ['еҽ', 'e'],
  ['ɡց', 'g'],
  ['һհ', 'h'],
  ['іıɩι', 'i'],
  ['јϳ', 'j'],
  ['κк', 'k'],
  ['ӏⅼ', 'l'],
  ['ⅿ', 'm'],
  ['ոп', 'n'],
  ['оοօσ', 'o'],
  ['рρ', 'p'],
  ['ԛզ', 'q'],
  ['гⲅ', 'r'],
  ['ѕꜱ', 's'],
  ['τт', 't'],
  ['υս', 'u'],
  ['ѵν', 'v'],
  ['ԝѡ', 'w'],
  ['хχ', 'x'],
  ['уүγ', 'y'],
  ['ᴢ', 'z'],
  ['АΑ', 'A'],
  ['ВΒ', 'B'],
  ['СϹ', 'C'],
  ['ЕΕ', 'E'],
  ['НΗ', 'H'],
  ['ІΙ', 'I'],
  ['ЈͿ', 'J'],
  ['КΚ', 'K'],
  ['МΜ', 'M'],
  ['Ν', 'N'],
  ['ОΟ', 'O'],
  ['РΡ', 'P'],
  ['Ѕ', 'S'],
  ['ТΤ', 'T'],
  ['ХΧ', 'X'],
  ['ҮΥ', 'Y'],
  ['Ζ', 'Z'],
  ['‐‑‒–—−', '-'],
  ['‚', ','],
  ['；', ';'],
  ['“”„″', '"'],
  ['‘’′', "'"],
  ['＝⹀', '='],
  ['≥', '>='],
  ['≤', '<='],
  ['≠', '!='],
];

const asciiOf = new Map(lookAlikes.flatMap(([letters, ascii]) => Array.from(letters, (letter) => [letter, ascii])));

/** What is neither seen nor text, wherever it stands, a comment too; each character once. */
export function findHidden(text: string): readonly OddCharacter[] {
  const found = new Set(text.replaceAll(emoji, '').match(steering) ?? []);
  found.delete('\t');
  const hidden = [...found].map((character) => ({ character, message: describeHidden(character) }));
  const spaces = [...new Set(text.match(oddSpace) ?? [])].map((character) => ({
    character,
    message: `${codeOf(character)} looks like a space and is none`,
  }));
  return [...hidden, ...spaces];
}

/** What is no ASCII, and with what it may be confused; for places where only ASCII means something. */
export function findForeign(text: string): readonly OddCharacter[] {
  const found = new Set(text.match(/[^\x00-\x7f]/gu) ?? []);
  return [...found].map((character) => {
    const ascii = lookAlikeOf(character);
    const what = `“${character}” (${codeOf(character)})`;
    return {
      character,
      message:
        ascii === undefined ? `${what} cannot stand here` : `${what} looks like “${ascii}” and is another character`,
    };
  });
}

function lookAlikeOf(character: string): string | undefined {
  const known = asciiOf.get(character);
  if (known !== undefined) return known;
  // Full-width, mathematical and accented letters.
  const plain = character.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return /^[\x21-\x7e]+$/.test(plain) ? plain : undefined;
}

function describeHidden(character: string): string {
  const code = codeOf(character);
  if (bidi.test(character)) return `${code} changes the direction in which text is shown`;
  return /\p{Cc}/u.test(character) ? `${code} is a control character` : `${code} is not seen where it stands`;
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
