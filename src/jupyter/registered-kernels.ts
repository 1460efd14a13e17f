import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { BelljarError } from '../errors.ts';
import { type KernelSpec, readOwnSpec, requireKernelName } from './kernel-spec.ts';

export interface RegisteredKernel {
  readonly name: string;
  readonly displayName: string;
  readonly workspace: string;
  /** The home that the workspace is of. */
  readonly home: string;
  readonly folder: string;
}

/**
 * Registers a kernel under a name, in the place of one of the same workspace.
 *
 * @throws USAGE where the name is none, or another kernel has it; OUTPUT_UNWRITABLE.
 */
export async function registerKernel(folder: string, name: string, spec: KernelSpec): Promise<RegisteredKernel> {
  await requireNameFree(folder, name, spec);
  const { workspace, home } = spec.metadata.belljar;
  const own = join(folder, name);
  await writeWhole(own, `${JSON.stringify(spec, undefined, 1)}\n`);
  return { name, displayName: spec.display_name, workspace, home, folder: own };
}

/** @throws USAGE where the name is none, or another kernel than one of the same workspace has it. */
export async function requireNameFree(folder: string, name: string, spec: KernelSpec): Promise<void> {
  const { workspace, home } = spec.metadata.belljar;
  const before = await readRegistered(folder, requireKernelName(name));
  if (before === 'foreign') throw taken(name, 'a kernel that is not Belljar’s');
  if (before !== undefined && (before.workspace !== workspace || before.home !== home)) {
    throw taken(name, `the kernel of the workspace “${before.workspace}” of ${before.home}`);
  }
}

/** All kernels of Belljar's in these folders; of those of one name the first. */
export async function listKernels(folders: readonly string[]): Promise<RegisteredKernel[]> {
  const found = new Map<string, RegisteredKernel>();
  for (const folder of folders) {
    for (const name of (await readdir(folder).catch(() => [])).sort()) {
      const kernel = await readRegistered(folder, name);
      if (kernel !== undefined && kernel !== 'foreign' && !found.has(name)) found.set(name, kernel);
    }
  }
  return [...found.values()];
}

/**
 * Takes a kernel away from where it is found first; undefined where there is none of that name.
 *
 * @throws USAGE where it is not Belljar's, OUTPUT_UNWRITABLE.
 */
export async function removeKernel(folders: readonly string[], name: string): Promise<RegisteredKernel | undefined> {
  requireKernelName(name);
  for (const folder of folders) {
    const found = await readRegistered(folder, name);
    if (found === undefined) continue;
    if (found === 'foreign') throw new BelljarError('USAGE', `the kernel “${name}” in ${folder} is not Belljar’s`);
    await unwritable(found.folder, async () => {
      await unlink(join(found.folder, 'kernel.json'));
      // What somebody put beside it, such as a logo, stays theirs.
      await rmdir(found.folder).catch(() => undefined);
    });
    return found;
  }
  return undefined;
}

async function readRegistered(folder: string, name: string): Promise<RegisteredKernel | 'foreign' | undefined> {
  const own = join(folder, name);
  if ((await lstat(own).catch(() => undefined)) === undefined) return undefined;
  const text = await readFile(join(own, 'kernel.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return (await isEmptyFolder(own)) ? undefined : 'foreign';
  const spec = readOwnSpec(text);
  return spec === undefined ? 'foreign' : { name, ...spec, folder: own };
}

async function isEmptyFolder(folder: string): Promise<boolean> {
  return readdir(folder).then(
    (names) => names.length === 0,
    () => false,
  );
}

/** Never half: Jupyter may be looking. */
async function writeWhole(folder: string, text: string): Promise<void> {
  await unwritable(folder, async () => {
    await mkdir(folder, { recursive: true });
    const draft = join(folder, `.kernel-${randomUUID()}.json`);
    try {
      await writeFile(draft, text, { mode: 0o644 });
      await rename(draft, join(folder, 'kernel.json'));
    } finally {
      await rm(draft, { force: true });
    }
  });
}

async function unwritable(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new BelljarError('OUTPUT_UNWRITABLE', `cannot change the kernel in ${folder}: ${code}`, { cause });
  }
}

function taken(name: string, by: string): BelljarError {
  return new BelljarError('USAGE', `the name “${name}” is taken by ${by}`, {
    hint: 'Choose another with --name, or remove that one first.',
  });
}
