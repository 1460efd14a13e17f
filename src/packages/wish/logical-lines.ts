import type { ProblemList } from './problem-list.ts';

export interface LogicalLine {
  /** Without comment and outer space, put together where it goes on over several. */
  readonly text: string;
  /** Where it begins, from one. */
  readonly line: number;
}

const comment = /(?:^|[ \t])#.*$/;

/**
 * Puts lines together that a “\” holds together, and takes comments away. Where pip, uv and people read a continuation
 * differently, it is refused: what hides behind such a line is seen by one of them only.
 */
export function joinLines(lines: readonly string[], problems: ProblemList): readonly LogicalLine[] {
  const joined: LogicalLine[] = [];
  let open: { text: string; line: number } | undefined;
  for (const [index, raw] of lines.entries()) {
    const line = index + 1;
    if (open !== undefined) checkContinuation({ before: open.text, line, raw }, problems);
    const uncommented = raw.replace(comment, '');
    const goesOn = uncommented === raw && raw.endsWith('\\');
    if (!goesOn) checkEnd({ line, raw, uncommented }, problems);
    const whole: string = (open?.text ?? '') + uncommented.replace(/\\[ \t]*$/, '');
    const start: number = open?.line ?? line;
    open = goesOn ? { text: whole, line: start } : undefined;
    if (!goesOn && whole.trim() !== '') joined.push({ text: whole.trim(), line: start });
  }
  if (open !== undefined)
    problems.add({ line: open.line, text: open.text, message: 'nothing follows the “\\” at the end' });
  return joined;
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
  } else if (!/[ \t]$/.test(before) && !/^[ \t]/.test(raw)) {
    problems.add({
      line,
      text: raw,
      message: 'a “\\” stands within a word',
      hint: 'Put a space before it: programs differ in whether the word goes on.',
    });
  }
}
