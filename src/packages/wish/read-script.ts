import { readToml, TomlProblem, type TomlTable } from '../toml/index.ts';
import { findHidden } from './characters.ts';
import { findContradictions } from './contradictions.ts';
import { ProblemList } from './problem-list.ts';
import { findScriptBlocks, type ScriptBlock } from './script-block.ts';
import { refuseOtherIndexes, refuseOtherSources } from './other-sources.ts';
import { readRequiresPython, readTexts, type TomlPlace } from './toml-texts.ts';
import type { WishReading } from './wish-requirement.ts';

/** Reads what a script asks for in its head (PEP 723); undefined where it asks for nothing. */
export function readScript(code: string, { from }: { from: string }): WishReading | undefined {
  const [block, second] = findScriptBlocks(code);
  if (block === undefined) return undefined;
  const problems = new ProblemList(from);
  if (second !== undefined)
    problems.add({ line: second.firstLine - 1, message: 'there is a second block “# /// script”' });
  const place: TomlPlace = { from, problems, linesBefore: block.firstLine - 1 };
  const root = readBlock(block, place);
  const requirements = root === undefined ? [] : readTexts(root.entries.get('dependencies'), 'dependencies', place);
  const requiresPython = root && readRequiresPython(root, place);
  if (root !== undefined) {
    refuseOtherSources(root, requirements, place);
    refuseOtherIndexes(root, place);
  }
  for (const problem of findContradictions(requirements)) problems.add(problem);
  return { requirements, problems: problems.finish(), requiresPython };
}

function readBlock({ text }: ScriptBlock, { problems, linesBefore }: TomlPlace): TomlTable | undefined {
  for (const [index, line] of text.split('\n').entries()) {
    for (const { message } of findHidden(line)) problems.add({ line: linesBefore + index + 1, text: line, message });
  }
  try {
    return readToml(text);
  } catch (error) {
    if (!(error instanceof TomlProblem)) throw error;
    problems.add({
      line: linesBefore + error.line,
      message: error.what,
      hint: 'It is TOML in comment lines; see PEP 723.',
    });
    return undefined;
  }
}
