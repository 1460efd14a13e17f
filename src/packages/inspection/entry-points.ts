import type { WheelProblem } from './problem.ts';
import { findProgramProblem } from './program-name.ts';

/** A program that a wheel has made for it: its name, and the function behind it. */
export interface EntryPoint {
  readonly name: string;
  readonly target: string;
  readonly isGraphical: boolean;
}

export interface EntryPointsReading {
  readonly entryPoints: readonly EntryPoint[];
  readonly problems: readonly WheelProblem[];
}

const maxPrograms = 1000;
const targetPattern =
  /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*\s*:\s*[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*(?:\s*\[[\w\s,.-]*\])?$/u;

/** Reads entry_points.txt; only what becomes a program is looked at, since a line of code is written for each. */
export function readEntryPoints(text: string, project: string): EntryPointsReading {
  const entryPoints: EntryPoint[] = [];
  const problems: WheelProblem[] = [];
  const refuse = (message: string): void => {
    if (problems.length < 20) problems.push({ rule: 'wheel.script', message });
  };
  const ambiguity = findAmbiguity(text);
  if (ambiguity !== undefined) refuse(`entry_points.txt ${ambiguity}`);
  const seen = new Set<string>();
  for (const { group, name, target } of readLines(text)) {
    if (group !== 'console_scripts' && group !== 'gui_scripts') continue;
    const problem = target === undefined ? 'is no line that can be read' : findProgramProblem(name, project);
    if (problem !== undefined) refuse(`the program ${JSON.stringify(name.slice(0, 100))} ${problem}`);
    else if (!targetPattern.test(target ?? '')) refuse(`the program ${name} stands for no function of a module`);
    else if (seen.has(name.toLowerCase())) refuse(`the program ${name} is there twice`);
    else if (entryPoints.length >= maxPrograms) refuse(`it brings more than ${maxPrograms} programs`);
    else entryPoints.push({ name, target: target ?? '', isGraphical: group === 'gui_scripts' });
    seen.add(name.toLowerCase());
  }
  return { entryPoints, problems };
}

interface Line {
  readonly group: string;
  readonly name: string;
  readonly target: string | undefined;
}

/** What ends a line, or cannot be seen, for some of the programs that read this file and not for the others. */
const strangeCharacters = /(?![\t\n])[\p{Cc}\p{Cf}\u2028\u2029]/u;
const sectionName = /^\[[^[\]#;=]+\]$/;

/** Installers read this file in different ways: what one of them takes for another section would hide programs from here. */
function findAmbiguity(text: string): string | undefined {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  if (lines.some((line) => strangeCharacters.test(line))) return 'has characters that end a line for some who read it';
  const sections = lines.filter((line) => line.trim().startsWith('['));
  const strange = sections.find((line) => !sectionName.test(line.trimEnd()));
  if (strange !== undefined) return `has a section that is read in two ways: ${JSON.stringify(strange.slice(0, 100))}`;
  // Python’s own reader of settings gives its lines to every other section.
  if (sections.some((line) => /^\[\s*DEFAULT\s*\]/.test(line))) return 'has a section DEFAULT';
  return undefined;
}

function* readLines(text: string): Generator<Line> {
  let group = '';
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || (line.startsWith(';') && !line.includes('='))) continue;
    const section = /^\[(.*)\]$/.exec(line)?.[1];
    if (section !== undefined) group = section.trim();
    else {
      const at = line.indexOf('=');
      const target =
        at === -1
          ? undefined
          : line
              .slice(at + 1)
              .replace(/\s[#;].*$/, '')
              .trim();
      yield { group, name: (at === -1 ? line : line.slice(0, at)).trim(), target };
    }
  }
}
