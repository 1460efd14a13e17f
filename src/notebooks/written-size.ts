import type { Output } from './notebook.ts';

/** What an output takes beside what it carries: its keys, their indent, and the brackets. */
const outputOverheadBytes = 256;

/** What each line of a text takes besides: its quotes, its comma and its indent. */
const lineBytes = 11;

/** Deeper values have no place in the file: each level of them is one more step of indent on every line. */
const maxNesting = 200;

/** How much room an output takes in the file, or a little more; infinite where it has no place in it. */
export function writtenSizeOf(output: Output): number {
  switch (output.output_type) {
    case 'stream':
      return outputOverheadBytes + sizeOfText(output.text);
    case 'error':
      return outputOverheadBytes + [output.ename, output.evalue, ...output.traceback].reduce(addText, 0);
    default:
      return outputOverheadBytes + sizeOfBundle(output.data) + sizeOfValue(output.metadata, 0);
  }
}

function sizeOfText(text: string): number {
  return 2 + lineBytes + addedSizeOf(text);
}

/** What a text takes at the end of another, in bytes of UTF-8 as JSON has it, with what it takes to begin its lines. */
export function addedSizeOf(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === newline) bytes += 2 + lineBytes;
    else if (code < firstPrintable) bytes += 6 + lineBytes;
    else if (code < 0x80) bytes += code === quote || code === backslash ? 2 : 1;
    else if (breaksLine(code)) bytes += 3 + lineBytes;
    else bytes += code < 0x800 ? 2 : 3;
  }
  return bytes;
}

const [newline, quote, backslash, firstPrintable] = [10, 34, 92, 32];

function breaksLine(code: number): boolean {
  return code === 0x85 || code === 0x2028 || code === 0x2029;
}

function addText(bytes: number, text: string): number {
  return bytes + sizeOfText(text);
}

function sizeOfBundle(data: Readonly<Record<string, unknown>>): number {
  let bytes = 0;
  for (const [mime, value] of Object.entries(data)) {
    bytes += sizeOfText(mime) + sizeOfValue(value, 0);
  }
  return bytes;
}

/** Every member stands on a line of its own, as far to the right as it is deep. */
function sizeOfValue(value: unknown, depth: number): number {
  const indentBytes = lineBytes + depth;
  if (typeof value === 'string') return indentBytes + sizeOfText(value);
  if (typeof value !== 'object' || value === null) return indentBytes + String(value).length;
  if (depth === maxNesting) return Infinity;
  let bytes = 2 * indentBytes;
  if (Array.isArray(value)) for (const item of value) bytes += sizeOfValue(item, depth + 1);
  else for (const [key, member] of Object.entries(value)) bytes += sizeOfText(key) + sizeOfValue(member, depth + 1);
  return bytes;
}
