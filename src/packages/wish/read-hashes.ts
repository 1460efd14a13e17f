import type { Refusal } from './other-forms.ts';

export interface HashedText {
  /** What stands before the hashes. */
  readonly text: string;
  readonly sha256s: readonly string[];
  readonly problems: readonly Refusal[];
}

/** What pip takes, by their length in hexadecimal digits. */
const lengths: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};
const option = '--hash=';
const hintOf256 = 'A sha256 of 64 hexadecimal digits is what counts: --hash=sha256:…';

/** Takes the `--hash=` pins off the end of a line. Of several digests of a file only sha256 is kept: it is enough. */
export function readHashes(line: string): HashedText {
  const values: string[] = [];
  let end = endOfText(line, line.length);
  for (;;) {
    const start = startOfWord(line, end);
    if (start === 0 || !line.startsWith(option, start)) break;
    values.push(line.slice(start + option.length, end));
    end = endOfText(line, start);
  }
  const text = line.slice(0, end);
  const problems = values.toReversed().flatMap(judge);
  const sha256s = values.filter((value) => value.startsWith('sha256:')).map((value) => value.slice(7).toLowerCase());
  if (values.length > 0 && sha256s.length === 0 && problems.length === 0) {
    problems.push({ message: 'there is no sha256 among its hashes', hint: hintOf256 });
  }
  return { text, sha256s: [...new Set(sha256s)].sort(), problems };
}

function judge(value: string): Refusal[] {
  const [, algorithm = '', digest = ''] = /^([a-z0-9]+):([0-9a-fA-F]*)$/.exec(value) ?? [];
  const length = Object.hasOwn(lengths, algorithm) ? lengths[algorithm] : undefined;
  if (length === digest.length) return [];
  const what =
    length === undefined ? 'is no hash that is known' : `has not the ${length} hexadecimal digits of ${algorithm}`;
  return [{ message: `“--hash=${value.slice(0, 80)}” ${what}`, hint: hintOf256 }];
}

function startOfWord(text: string, end: number): number {
  let start = end;
  while (start > 0 && !isSpace(text[start - 1])) start -= 1;
  return start;
}

/** The end of what stands before the space before a place. */
function endOfText(text: string, before: number): number {
  let end = before;
  while (end > 0 && isSpace(text[end - 1])) end -= 1;
  return end;
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
