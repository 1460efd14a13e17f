import { open, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import { explainUnkept, isForRoom } from '../sealed/unkept.ts';
import { findMethod, type LinkMethod } from './link-method.ts';
import { doSideBySide } from './side-by-side.ts';
import { type BatchDoer, openBatchDoer } from './tree-threads.ts';

/** What is to be made below an empty folder. No package chooses any of these paths: see TreePlan. */
export interface TreeContents {
  /** Parents before their children. */
  readonly folders: readonly string[];
  /** Where a file lies, and its path below the root. */
  readonly stored: readonly (readonly [from: string, path: string])[];
  readonly written: readonly { readonly path: string; readonly content: Buffer; readonly mode: number }[];
  readonly pointers: readonly (readonly [path: string, target: string])[];
  /** Written after all others. */
  readonly last: { readonly path: string; readonly content: Buffer; readonly mode: number };
}

export interface MakeTreeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Now and then: how many files of the store have their place. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Opened before it was known what there is to do; one for this tree alone where left out. */
  readonly doer?: BatchDoer | undefined;
}

/** So many are one batch: a few milliseconds, after which others are heard. */
const batchSize = 250;

/** Each thread has the next batch at hand when it is done with one. */
const batchesAtOnce = 4;

/**
 * Makes a tree and seals it, all but its root; writes over nothing. What a failure leaves is the caller's to remove.
 *
 * @throws STORAGE_FULL, BUILD_FAILED, CANCELLED
 */
export async function makeTree(
  root: string,
  contents: TreeContents,
  options: MakeTreeOptions = {},
): Promise<LinkMethod> {
  try {
    if (options.doer !== undefined) return await make(root, contents, { ...options, doer: options.doer });
    await using doer = openBatchDoer(contents.stored.length);
    return await make(root, contents, { ...options, doer });
  } catch (error) {
    throw failureOf(error);
  }
}

type Making = MakeTreeOptions & { readonly doer: BatchDoer };

async function make(root: string, contents: TreeContents, options: Making): Promise<LinkMethod> {
  const { folders, stored, written, pointers, last } = contents;
  const { signal, doer } = options;
  const places = folders.map((folder) => join(root, folder));
  // One after the other: a folder is made before those in it.
  for (const part of inBatches(places)) {
    refuseWhenCancelled(signal);
    await doer.do({ op: 'make-folders', folders: part });
  }
  const [first] = stored;
  const method = first === undefined ? 'hard' : await findMethod(first[0], join(root, first[1]));
  const links = stored.map(([from, path]) => [from, `${root}/${path}`] as const);
  await linkAll({ ...options, links, method });
  await doSideBySide(written, (file) => writeSealed(root, file), { signal });
  await doSideBySide(pointers, ([path, target]) => symlink(target, join(root, path)), { signal });
  await writeSealed(root, last);
  const seal = (part: readonly string[]): Promise<void> => doer.do({ op: 'seal-folders', folders: part });
  await doSideBySide(inBatches(places), seal, { signal, atOnce: batchesAtOnce });
  return method;
}

type LinkAllOptions = Making & {
  readonly links: readonly (readonly [from: string, to: string])[];
  readonly method: LinkMethod;
};

async function linkAll({ doer, links, method, signal, onProgress }: LinkAllOptions): Promise<void> {
  let done = 0;
  const link = async (part: LinkAllOptions['links']): Promise<void> => {
    await doer.do({ op: 'link', links: part, method });
    onProgress?.((done += part.length));
  };
  await doSideBySide(inBatches(links), link, { signal, atOnce: batchesAtOnce });
}

function inBatches<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / batchSize);
  return Array.from({ length: count }, (_, index) => items.slice(index * batchSize, (index + 1) * batchSize));
}

/** The mode is set and not only asked for: a umask takes from what is asked for. */
async function writeSealed(root: string, { path, content, mode }: TreeContents['last']): Promise<void> {
  const file = await open(join(root, path), 'wx', mode);
  try {
    await file.writeFile(content);
    await file.chmod(mode);
  } finally {
    await file.close();
  }
}

function failureOf(error: unknown): BelljarError {
  if (error instanceof BelljarError) return error;
  const unkept = isForRoom(error) ? explainUnkept(error, 'an environment') : undefined;
  if (unkept instanceof BelljarError) return unkept;
  const { code, message } = error as NodeJS.ErrnoException;
  const said = `the files of an environment cannot be put on the disk: ${message}`;
  return new BelljarError('BUILD_FAILED', said, { details: { code }, cause: error });
}
