import { basename } from 'node:path';

import { BelljarError, cancelled, toBelljarError } from '../../errors.ts';
import type { Builders } from './builders.ts';
import type { BuildProgress } from './progress.ts';
import { explainUnkept, isForRoom } from '../sealed/unkept.ts';
import { removeTree } from '../assemble/remove-tree.ts';

/** What a builder says of the tree that it made. */
export interface BuiltTree {
  readonly treeDigest: string;
  readonly files: number;
  readonly bytes: number;
}

export interface BuildTools {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BuildProgress) => void;
}

/** Makes an environment in an empty folder. */
export type BuildEnvironment = (folder: string, tools: BuildTools) => Promise<BuiltTree>;

export interface Construction {
  readonly builders: Builders;
  /** Where it is to be built; the name of the folder is the attempt's. */
  readonly half: string;
  readonly build: BuildEnvironment;
  /** Puts what was made in its place; resolves to whether it was still ours to build. */
  readonly place: (tree: BuiltTree) => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
}

/** So often at most others are told how far it is. */
const tellEveryMs = 250;

/**
 * Builds in a half and puts it in its place. Whatever happens, no half is left, and nobody waits for what will not come.
 * Resolves to whether it is there; another may have taken the building over.
 *
 * @throws CANCELLED and what building throws.
 */
export async function construct(construction: Construction): Promise<boolean> {
  const { half, builders, place } = construction;
  const attempt = basename(half);
  const stop = new AbortController();
  try {
    return await place(await build(construction, stop));
  } catch (thrown) {
    if (stop.signal.reason === takenOver) return false;
    const error = toBuildError(thrown, construction.signal);
    // First: on a full disk it is the room that the word of it needs.
    await removeTree(half);
    await (error.code === 'CANCELLED' ? builders.giveUp(attempt) : builders.fail(attempt, error));
    throw error;
  } finally {
    await removeTree(half);
  }
}

const takenOver = new BelljarError('CANCELLED', 'another process builds it now');

async function build(
  { half, builders, build: make, signal, onProgress }: Construction,
  stop: AbortController,
): Promise<BuiltTree> {
  let toldAt = -Infinity;
  const tell = (progress: BuildProgress): void => {
    onProgress?.(progress);
    if (performance.now() - toldAt < tellEveryMs) return;
    toldAt = performance.now();
    // A database that does not answer is met again when the tree is put in its place.
    const telling = builders.tell(basename(half), progress).catch(() => true);
    void telling.then((isOurs) => isOurs || stop.abort(takenOver));
  };
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  either.throwIfAborted();
  const tree = await make(half, { signal: either, onProgress: tell });
  either.throwIfAborted();
  return tree;
}

function toBuildError(thrown: unknown, signal: AbortSignal | undefined): BelljarError {
  if (signal?.aborted === true) return cancelled(signal);
  if (thrown instanceof BelljarError) return thrown;
  const unkept = isForRoom(thrown) ? explainUnkept(thrown, 'an environment') : undefined;
  if (unkept instanceof BelljarError) return unkept;
  const { message } = toBelljarError(thrown);
  return new BelljarError('BUILD_FAILED', `the environment could not be built: ${message}`, { cause: thrown });
}
