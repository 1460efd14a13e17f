import { findHidden } from './characters.ts';
import { ProblemList } from './problem-list.ts';
import { readLine } from './read-requirements-text.ts';
import type { WishReading } from './wish-requirement.ts';

/** Reads requirements that were given one by one, on a command line or in a request. */
export function readArguments(texts: readonly string[], { from = 'argument' }: { from?: string } = {}): WishReading {
  const problems = new ProblemList(from);
  const requirements = texts.flatMap((text) => {
    const hidden = findHidden(text);
    for (const { message } of hidden) problems.add({ text, message });
    return hidden.length > 0 ? [] : readLine({ text: text.trim() }, { from, problems });
  });
  return { requirements, problems: problems.finish() };
}
