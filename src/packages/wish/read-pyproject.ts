import { readToml, TomlProblem, type TomlTable } from '../toml/index.ts';
import { DependencyLists } from './dependency-lists.ts';
import { findContradictions } from './contradictions.ts';
import { refuseOtherIndexes, refuseOtherSources } from './other-sources.ts';
import { ProblemList } from './problem-list.ts';
import { readText } from './read-text.ts';
import { findTable, readRequiresPython, type TomlPlace } from './toml-texts.ts';
import type { WishReading, WishRequirement } from './wish-requirement.ts';

export interface PyprojectOptions {
  readonly from: string;
  /** Which of `[project.optional-dependencies]` are wanted too. */
  readonly extras?: readonly string[];
  /** Which of `[dependency-groups]` are (PEP 735). */
  readonly groups?: readonly string[];
}

/** Reads the dependencies that a `pyproject.toml` declares in the standard places; it is never built. */
export function readPyproject(bytes: Uint8Array, options: PyprojectOptions): WishReading {
  const problems = new ProblemList(options.from);
  const place: TomlPlace = { from: options.from, problems, linesBefore: 0 };
  const text = readText(bytes, problems)?.join('\n');
  const root = text === undefined ? undefined : readRoot(text, problems);
  if (root === undefined) return { requirements: [], problems: problems.finish() };
  const requirements = readLists(root, options, place);
  const project = findTable(root, 'project');
  const requiresPython = project && readRequiresPython(project, place);
  refuseOtherSources(root, requirements, place);
  refuseOtherIndexes(root, place);
  for (const problem of findContradictions(requirements)) problems.add(problem);
  return { requirements, problems: problems.finish(), requiresPython };
}

function readRoot(text: string, problems: ProblemList): TomlTable | undefined {
  try {
    return readToml(text);
  } catch (error) {
    if (!(error instanceof TomlProblem)) throw error;
    problems.add({ line: error.line, message: error.what });
    return undefined;
  }
}

function readLists(
  root: TomlTable,
  { extras = [], groups = [] }: PyprojectOptions,
  place: TomlPlace,
): readonly WishRequirement[] {
  const lists = new DependencyLists(root, place);
  if (findTable(root, 'project') === undefined && groups.length === 0) {
    const isPoetry = findTable(root, 'tool', 'poetry') !== undefined;
    place.problems.add({
      message: 'it has no table “[project]”',
      hint: isPoetry ? 'What [tool.poetry] has is not read; Poetry 2 can write [project].' : undefined,
    });
  }
  return [
    ...lists.readOwn(),
    ...extras.flatMap((extra) => lists.readExtra(extra)),
    ...groups.flatMap((group) => lists.readGroup(group)),
  ];
}
