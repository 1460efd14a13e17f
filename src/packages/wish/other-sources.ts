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

/** Where tools look for other indexes than the installation's. */
const otherIndexes: readonly (readonly [table: readonly string[], key: string])[] = [
  ...['index', 'index-url', 'extra-index-url', 'find-links'].map((key) => [['uv'], key] as const),
  [['poetry'], 'source'],
  [['pdm'], 'source'],
  ...['index-url', 'extra-index-urls', 'find-links'].map((key) => [['pixi', 'pypi-options'], key] as const),
];

/** Refuses a file that names indexes of its own: its names would be looked for where it does not mean them. */
export function refuseOtherIndexes(root: TomlTable, { problems, linesBefore }: TomlPlace): void {
  for (const [table, key] of otherIndexes) {
    const node = findTable(root, 'tool', ...table)?.entries.get(key);
    if (node === undefined) continue;
    const text = ['tool', ...table, key].join('.');
    problems.add({
      line: linesBefore + node.line,
      text,
      message: `${text} names another index, and that is not followed`,
      hint: 'The indexes of the installation stand in its settings; leave it out.',
    });
  }
}

type OtherSource = readonly [name: string, node: TomlNode, section: string];

function otherSources(root: TomlTable): readonly OtherSource[] {
  const groups = [...(findTable(root, 'tool', 'poetry', 'group')?.entries.keys() ?? [])];
  const poetry = [['dependencies'], ['dev-dependencies'], ...groups.map((group) => ['group', group, 'dependencies'])];
  return [
    ...entriesOf(root, ['tool', 'uv', 'sources']),
    ...poetry
      .flatMap((keys) => entriesOf(root, ['tool', 'poetry', ...keys]))
      .filter(([, node]) => isFromElsewhere(node)),
  ];
}

function entriesOf(root: TomlTable, keys: readonly string[]): readonly OtherSource[] {
  const entries = [...(findTable(root, ...keys)?.entries ?? [])];
  return entries.map(([name, node]) => [name, node, keys.join('.')]);
}

function isFromElsewhere(node: TomlNode): boolean {
  if (node.kind === 'list') return node.items.some(isFromElsewhere);
  return node.kind === 'table' && poetryKeys.some((key) => node.entries.has(key));
}
