import { posix } from 'node:path';

import type { PythonBuild } from '../pythons/index.ts';
import type { EnvironmentDescription, EnvironmentList } from './environment-file.ts';
import { sha256Of } from './installed-record.ts';
import { layoutFor } from './layout.ts';
import type { PlacedWheel } from './plan-environment.ts';
import { digestTree, lineOf } from './tree-digest.ts';
import type { PlannedTree, StoredEntry, TreeEntry, WrittenEntry } from './tree-plan.ts';

/** So many files can be looked at in a millisecond or two. */
const maxLandmarks = 300;

export interface Described {
  readonly description: EnvironmentDescription;
  /** The long list as it is written. */
  readonly list: Buffer;
}

export interface DescribeOptions {
  readonly plan: PlannedTree;
  readonly wheels: readonly PlacedWheel[];
  readonly python: PythonBuild;
}

/** What an environment will say of itself; all of it follows from its plan. */
export function describeEnvironment({ plan, wheels, python }: DescribeOptions): Described {
  const list = Buffer.from(JSON.stringify(listOf(plan)));
  const files = plan.entries.filter(([, entry]) => entry.kind !== 'pointer');
  const description: EnvironmentDescription = {
    format: 1,
    treeDigest: digestTree(plan.entries.flatMap(([path, entry]) => lineOf(path, entry) ?? [])),
    python: { version: python.version, tag: python.tag, build: python.build },
    packages: wheels.map(({ wheel: { name, version, sha256 }, isRequested }) => ({
      ...{ name, version, sha256, isRequested },
    })),
    files: files.length,
    bytes: files.reduce((sum, [, entry]) => sum + sizeOf(entry), 0),
    list: { sha256: sha256Of(list), sizeBytes: list.length },
    landmarks: landmarksOf(plan, python.version),
  };
  return { description, list };
}

function listOf(plan: PlannedTree): EnvironmentList {
  const list: EnvironmentList = { folders: [...plan.folders], files: [], pointers: [] };
  for (const [path, entry] of plan.entries) {
    if (entry.kind === 'pointer') list.pointers.push([path, entry.target]);
    else list.files.push([path, sizeOf(entry), entry.isExecutable, digestOf(entry)]);
  }
  return list;
}

function sizeOf(entry: TreeEntry): number {
  if (entry.kind === 'pointer') return 0;
  return entry.kind === 'stored' ? entry.sizeBytes : entry.content.length;
}

function digestOf(entry: StoredEntry | WrittenEntry): string {
  return entry.kind === 'stored' ? entry.sha256 : sha256Of(entry.content);
}

/**
 * The folders of packages and of programs, which lack an entry where a package was lost; and the largest files that were
 * written for this environment alone, which a power cut may have left empty: those of the store were on the disk before.
 */
function landmarksOf({ folders, entries }: PlannedTree, version: string): EnvironmentDescription['landmarks'] {
  const { site, scripts } = layoutFor(version);
  const parents = [...folders, ...entries.map(([path]) => path)].map((path) => posix.dirname(path));
  const counts = [site, scripts].map(
    (folder) => [folder, parents.filter((parent) => parent === folder).length] as const,
  );
  const written = entries
    .flatMap(([path, entry]) => (entry.kind === 'written' ? [[path, sizeOf(entry)] as const] : []))
    .toSorted(([, one], [, other]) => other - one);
  return {
    folders: Object.fromEntries(counts.filter(([, count]) => count > 0)),
    files: Object.fromEntries(written.slice(0, maxLandmarks)),
  };
}
