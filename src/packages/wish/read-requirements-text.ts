import { pinnedVersion, parseSpecifiers } from '../../policy/index.ts';
import { findContradictions } from './contradictions.ts';
import { joinLines, type LogicalLine } from './logical-lines.ts';
import { ProblemList } from './problem-list.ts';
import { readHashes } from './read-hashes.ts';
import { readRequirement } from './read-requirement.ts';
import { readText } from './read-text.ts';
import type { WishReading, WishRequirement } from './wish-requirement.ts';

/** Reads `requirements.txt` and its kin, whatever they are called: all of it, or all that is wrong with it. */
export function readRequirementsText(bytes: Uint8Array, { from }: { from: string }): WishReading {
  const problems = new ProblemList(from);
  const lines = readText(bytes, problems);
  if (lines === undefined) return { requirements: [], problems: problems.finish() };
  checkCoding(lines, problems);
  const requirements = joinLines(lines, problems).flatMap((line) => readLine(line, { from, problems }));
  for (const problem of findContradictions(requirements)) problems.add(problem);
  return { requirements, problems: problems.finish() };
}

/** Where Python would look for a line that changes the encoding, so does pip. */
function checkCoding(lines: readonly string[], problems: ProblemList): void {
  for (const [index, text] of lines.slice(0, 2).entries()) {
    const coding = /^[ \t]*#.*coding[:=][ \t]*([-\w.]+)/.exec(text)?.[1];
    if (coding === undefined || /^(?:utf[-_]?8|(?:us[-_]?)?ascii)$/i.test(coding)) continue;
    problems.add({ line: index + 1, text, message: `it says that it is ${coding}; only UTF-8 is read` });
  }
}

/** Reads one line that may have hashes; what is wrong with it goes on the list. */
export function readLine(
  { text: whole, line }: { text: string; line?: LogicalLine['line'] | undefined },
  { from, problems }: { from: string; problems: ProblemList },
): WishRequirement[] {
  const { text, sha256s, problems: wrongHashes } = readHashes(whole);
  const reading = readRequirement(text);
  const wrong = [...(reading.ok ? [] : reading.problems), ...wrongHashes];
  if (reading.ok && sha256s.length > 0 && !isPin(reading.requirement.specifier)) {
    wrong.push({ message: 'a hash belongs to one version, and none is named', hint: 'Name it with “==”.' });
  }
  for (const problem of wrong) problems.add({ line, text: whole, ...problem });
  return reading.ok && wrong.length === 0 ? [{ ...reading.requirement, sha256s, source: { from, line } }] : [];
}

function isPin(specifier: string): boolean {
  const specifiers = parseSpecifiers(specifier);
  return specifiers !== undefined && pinnedVersion(specifiers) !== undefined;
}
