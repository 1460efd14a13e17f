import { nearestOf } from '../../nearest.ts';
import { isProjectName, normalizeName } from '../../policy/index.ts';
import type { TomlNode, TomlTable } from '../toml/index.ts';
import { findTable, readItem, readTexts, type TomlPlace } from './toml-texts.ts';
import type { WishRequirement } from './wish-requirement.ts';

type Kind = 'extra' | 'dependency group';

/** Each that includes another costs frames of our own stack. */
const maxLists = 500;

/** The lists of a `pyproject.toml`, which refer to each other; each is read once. */
export class DependencyLists {
  readonly #place: TomlPlace;
  readonly #project: TomlTable | undefined;
  readonly #projectName: string | undefined;
  readonly #lists: Readonly<Record<Kind, ReadonlyMap<string, TomlNode>>>;
  readonly #read = new Set<string>();
  readonly #openGroups = new Set<string>();

  constructor(root: TomlTable, place: TomlPlace) {
    this.#place = place;
    this.#project = findTable(root, 'project');
    const name = this.#project?.entries.get('name');
    this.#projectName = name?.kind === 'string' ? normalizeName(name.value) : undefined;
    this.#lists = {
      extra: this.#named('extra', findTable(root, 'project', 'optional-dependencies')),
      'dependency group': this.#named('dependency group', findTable(root, 'dependency-groups')),
    };
  }

  /** `[project] dependencies`. */
  readOwn(): readonly WishRequirement[] {
    if (this.#project === undefined) return [];
    this.#refuseDynamic('dependencies');
    return this.#expand(readTexts(this.#project.entries.get('dependencies'), 'dependencies', this.#place));
  }

  readExtra(name: string): readonly WishRequirement[] {
    if (this.#project !== undefined) this.#refuseDynamic('optional-dependencies');
    const node = this.#find('extra', name);
    return node === undefined ? [] : this.#expand(readTexts(node, `the extra “${name}”`, this.#place));
  }

  readGroup(name: string, line?: number): readonly WishRequirement[] {
    const normal = normalizeName(name);
    if (this.#openGroups.has(normal)) {
      this.#place.problems.add({ line, text: name, message: `the dependency group “${name}” includes itself` });
      return [];
    }
    const node = this.#find('dependency group', name, line);
    const what = `the dependency group “${name}”`;
    if (node?.kind !== 'list') return readTexts(node, what, this.#place);
    this.#openGroups.add(normal);
    const requirements = node.items.flatMap((item) => this.#readGroupItem(item, what));
    this.#openGroups.delete(normal);
    return this.#expand(requirements);
  }

  #readGroupItem(item: TomlNode, what: string): readonly WishRequirement[] {
    if (item.kind !== 'table') return readItem(item, what, this.#place);
    const included = item.entries.get('include-group');
    if (included?.kind === 'string' && item.entries.size === 1) return this.readGroup(included.value, item.line);
    this.#place.problems.add({
      line: this.#place.linesBefore + item.line,
      message: `${what} has what no group can have`,
    });
    return [];
  }

  /** Undefined where it was read before: lists that name each other in a circle end here. */
  #find(kind: Kind, name: string, line?: number): TomlNode | undefined {
    const normal = normalizeName(name);
    const node = this.#lists[kind].get(normal);
    const key = `${kind} ${normal}`;
    if (node === undefined) {
      const near = nearestOf(normal, this.#lists[kind].keys());
      const hint = near === undefined ? undefined : `Did you mean ${near}?`;
      this.#place.problems.add({ line, text: name, message: `it has no ${kind} “${name}”`, hint });
    }
    if (this.#read.has(key)) return undefined;
    this.#read.add(key);
    return node;
  }

  /** `all = ["this-project[a,b]"]` means the lists of these extras, and nothing that an index has. */
  #expand(requirements: readonly WishRequirement[]): readonly WishRequirement[] {
    return requirements.flatMap((requirement) => {
      if (requirement.name !== this.#projectName) return [requirement];
      if (requirement.marker === undefined) return requirement.extras.flatMap((extra) => this.readExtra(extra));
      this.#place.problems.add({
        line: requirement.source.line,
        text: requirement.name,
        message: 'the project names itself under a condition, and that is not read',
      });
      return [];
    });
  }

  #named(kind: Kind, table: TomlTable | undefined): ReadonlyMap<string, TomlNode> {
    const lists = new Map<string, TomlNode>();
    if ((table?.entries.size ?? 0) > maxLists) {
      this.#place.problems.add({ line: table?.line, message: `it has more than ${maxLists} ${kind}s` });
      return lists;
    }
    for (const [name, node] of table?.entries ?? []) {
      const normal = normalizeName(name);
      const line = this.#place.linesBefore + node.line;
      if (!isProjectName(name)) {
        this.#place.problems.add({ line, text: name, message: `“${name}” is not the name of an extra or group` });
      } else if (lists.has(normal)) {
        this.#place.problems.add({ line, text: name, message: `the ${kind} “${name}” is there twice` });
      }
      lists.set(normal, node);
    }
    return lists;
  }

  #refuseDynamic(key: string): void {
    if (this.#read.has(`dynamic ${key}`)) return;
    this.#read.add(`dynamic ${key}`);
    const dynamic = this.#project?.entries.get('dynamic');
    if (dynamic?.kind !== 'list') return;
    const found = dynamic.items.find((item) => item.kind === 'string' && item.value === key);
    if (found === undefined) return;
    this.#place.problems.add({
      line: this.#place.linesBefore + found.line,
      text: key,
      message: `${key} is dynamic: only a build of the project would tell`,
      hint: 'Write them into the file, or name a requirements file.',
    });
  }
}
