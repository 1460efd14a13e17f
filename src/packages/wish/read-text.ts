import { isUtf8 } from 'node:buffer';

import { findHidden } from './characters.ts';
import type { ProblemList } from './problem-list.ts';

/** More than a million characters of requirements nobody has read. */
export const maxWishBytes = 1024 * 1024;
const maxLineLength = 16_384;

const marks: readonly (readonly [readonly number[], string])[] = [
  [[0xff, 0xfe, 0, 0], 'UTF-32'],
  [[0, 0, 0xfe, 0xff], 'UTF-32'],
  [[0xef, 0xbb, 0xbf], 'UTF-8 with a byte order mark'],
  [[0xff, 0xfe], 'UTF-16'],
  [[0xfe, 0xff], 'UTF-16'],
];

const saveAsUtf8 = 'Save it as UTF-8 without a byte order mark.';

/** The lines of a text that is plain UTF-8 in which nothing hides; undefined where it cannot be read at all. */
export function readText(bytes: Uint8Array, problems: ProblemList): readonly string[] | undefined {
  if (bytes.length > maxWishBytes) {
    problems.add({ message: `it is larger than ${maxWishBytes} bytes` });
    return undefined;
  }
  const encoding = marks.find(([mark]) => mark.every((byte, at) => bytes[at] === byte))?.[1];
  if (encoding !== undefined) {
    problems.add({ line: 1, message: `it is ${encoding}`, hint: saveAsUtf8 });
    return undefined;
  }
  if (!checkBytes(bytes, problems)) return undefined;
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\n').map(withoutReturn);
  for (const [index, text] of lines.entries()) checkLine({ line: index + 1, text }, problems);
  return lines;
}

/** Line by line: no character of UTF-8 holds the byte that ends one. */
function checkBytes(bytes: Uint8Array, problems: ProblemList): boolean {
  let line = 1;
  for (let start = 0; start <= bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    const part = bytes.subarray(start, end === -1 ? bytes.length : end);
    if (part.includes(0)) problems.add({ line, message: 'it holds a NUL byte', hint: saveAsUtf8 });
    else if (!isUtf8(part)) problems.add({ line, message: 'this is not UTF-8', hint: saveAsUtf8 });
    if (end === -1) break;
    start = end + 1;
  }
  return problems.isEmpty;
}

function checkLine({ line, text }: { line: number; text: string }, problems: ProblemList): void {
  if (text.length > maxLineLength) {
    problems.add({ line, text, message: `the line is longer than ${maxLineLength} characters` });
  }
  for (const { message } of findHidden(text)) {
    problems.add({
      line,
      text,
      message,
      hint: 'Write the line anew by hand; copied text brings such characters along.',
    });
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
