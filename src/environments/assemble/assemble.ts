import type { PythonBuild } from '../pythons/index.ts';
import { type Described, describeEnvironment } from './describe-environment.ts';
import { descriptionFile, listFile, ownFolder } from './layout.ts';
import type { LinkMethod } from './link-method.ts';
import { makeTree, type TreeContents } from './make-tree.ts';
import { type PlacedWheel, planEnvironment } from './plan-environment.ts';
import type { PlannedTree } from './tree-plan.ts';
import { openBatchDoer } from './tree-threads.ts';

export interface AssembleOptions {
  readonly wheels: readonly PlacedWheel[];
  readonly python: PythonBuild;
  /** Empty, and on the file system of the store where files are to be shared. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Assembled {
  /** Covers everything but bytecode: the same wheels have the same on every machine. */
  readonly treeDigest: string;
  readonly files: number;
  readonly bytes: number;
  readonly linked: LinkMethod;
}

/**
 * Brings unpacked wheels and their bytecode together in one folder, as installers do, and seals what is in it. The folder
 * itself stays open to its owner, who could not move it otherwise. What a failure leaves is the caller's to remove.
 *
 * @throws PACKAGES_COLLIDE, STORAGE_FULL, BUILD_FAILED, CANCELLED
 */
export async function assemble(options: AssembleOptions): Promise<Assembled> {
  const { folder, onProgress, signal } = options;
  // First: it starts while there is planned what it is to do.
  await using doer = openBatchDoer(countFiles(options));
  const plan = await planEnvironment(options);
  const described = describeEnvironment({ plan, ...options });
  const { treeDigest, files, bytes } = described.description;
  const linked = await makeTree(folder, contentsOf(plan, described), {
    ...{ signal, doer },
    onProgress: (done) => onProgress?.(done, files),
  });
  onProgress?.(files, files);
  return { treeDigest, files, bytes, linked };
}

function countFiles({ wheels }: AssembleOptions): number {
  return wheels.reduce((sum, { wheel, bytecode }) => sum + wheel.files.length + (bytecode?.files.length ?? 0), 0);
}

function contentsOf({ folders, entries }: PlannedTree, { description, list }: Described): TreeContents {
  const written = entries.flatMap(([path, entry]) => {
    return entry.kind === 'written' ? [{ path, content: entry.content, mode: entry.isExecutable ? 0o555 : 0o444 }] : [];
  });
  return {
    folders: [ownFolder, ...folders],
    stored: entries.flatMap(([path, entry]) => (entry.kind === 'stored' ? [[entry.from, path] as const] : [])),
    written: [...written, { path: listFile, content: list, mode: 0o444 }],
    pointers: entries.flatMap(([path, entry]) => (entry.kind === 'pointer' ? [[path, entry.target] as const] : [])),
    // Where an environment says what it is, the rest of it stands.
    last: { path: descriptionFile, content: Buffer.from(JSON.stringify(description)), mode: 0o444 },
  };
}
