import { isProjectName, normalizeName } from '../../policy/index.ts';
import type { TomlNode, TomlTable } from '../toml/index.ts';
import { findTable, type TomlPlace } from './toml-texts.ts';
import type { WishRequirement } from './wish-requirement.ts';

/** Keys of Poetry that say that a dependency comes from elsewhere. */
const poetryKeys = ['git', 'url', 'path', 'file', 'source'];

/**
 * Refuses names for which the file itself names another source. The names alone would be looked for in the index, where
 * anybody may have put something by the same name.
 */
export function refuseOtherSources(
  root: TomlTable,
  requirements: readonly WishRequirement[],
  { problems, linesBefore }: TomlPlace,
): void {
  const wanted = new Set(requirements.map(({ name }) => name));
  for (const [name, node, section] of otherSources(root)) {
    if (!isProjectName(name) || !wanted.has(normalizeName(name))) continue;
    problems.add({
      line: linesBefore + node.line,
      text: name,
      message: `${section} takes ${name} from somewhere else than the index, and that is not followed`,
      hint: 'Have it published on an index of the installation, or leave it out.',
    });
  }
}

function otherSources(root: TomlTable): readonly (readonly [name: string, node: TomlNode, section: string])[] {
  const uv = [...(findTable(root, 'tool', 'uv', 'sources')?.entries ?? [])];
  const poetry = [...(findTable(root, 'tool', 'poetry', 'dependencies')?.entries ?? [])];
  return [
    ...uv.map(([name, node]) => [name, node, 'tool.uv.sources'] as const),
    ...poetry
      .filter(([, node]) => isFromElsewhere(node))
      .map(([name, node]) => [name, node, 'tool.poetry.dependencies'] as const),
  ];
}

function isFromElsewhere(node: TomlNode): boolean {
  if (node.kind === 'list') return node.items.some(isFromElsewhere);
  return node.kind === 'table' && poetryKeys.some((key) => node.entries.has(key));
}
