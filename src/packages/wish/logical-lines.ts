import type { ProblemList } from './problem-list.ts';

export interface LogicalLine {
  /** Without comment and outer space, put together where it goes on over several. */
  readonly text: string;
  /** Where it begins, from one. */
  readonly line: number;
}

const comment = /(?:^|[ \t])#/;

/**
 * Puts lines together that a “\” holds together, and takes comments away. Where pip, uv and people read a continuation
 * differently, it is refused: what hides behind such a line is seen by one of them only.
 */
export function joinLines(lines: readonly string[], problems: ProblemList): readonly LogicalLine[] {
  const joined: LogicalLine[] = [];
  let open: { parts: string[]; line: number } | undefined;
  for (const [index, raw] of lines.entries()) {
    const line = index + 1;
    if (open !== undefined) checkContinuation({ before: open.parts.at(-1) ?? '', line, raw }, problems);
    const uncommented = withoutComment(raw);
    const goesOn = uncommented === raw && raw.endsWith('\\');
    if (!goesOn) checkEnd({ line, raw, uncommented }, problems);
    open ??= { parts: [], line };
    open.parts.push(uncommented.replace(/\\[ \t]*$/, ''));
    if (goesOn) continue;
    const text = open.parts.join('').trim();
    if (text !== '') joined.push({ text, line: open.line });
    open = undefined;
  }
  if (open !== undefined) {
    problems.add({ line: open.line, text: open.parts[0] ?? '', message: 'nothing follows the “\\” at the end' });
  }
  return joined;
}

function withoutComment(line: string): string {
  const start = line.search(comment);
  return start === -1 ? line : line.slice(0, start);
}

function checkEnd(
  { line, raw, uncommented }: { line: number; raw: string; uncommented: string },
  problems: ProblemList,
): void {
  if (/\\[ \t]*$/.test(uncommented)) {
    problems.add({ line, text: raw, message: 'a “\\” goes on to the next line only where nothing stands behind it' });
  } else if (raw.endsWith('\\') && !/^[ \t]*#/.test(raw)) {
    problems.add({ line, text: raw, message: 'the comment ends in “\\”, and programs differ in whether it goes on' });
  }
}

function checkContinuation(
  { before, line, raw }: { before: string; line: number; raw: string },
  problems: ProblemList,
): void {
  if (raw.trim() === '') {
    problems.add({ line, text: raw, message: 'the line before goes on here, and nothing stands here' });
  } else if (/^[ \t]*#/.test(raw)) {
    problems.add({ line, text: raw, message: 'the line before goes on here, and a comment stands here' });
  } else if (!/[ \t]/.test(before.at(-1) ?? '') && !/^[ \t]/.test(raw)) {
    problems.add({
      line,
      text: raw,
      message: 'a “\\” stands within a word',
      hint: 'Put a space before it: programs differ in whether the word goes on.',
    });
  }
}
