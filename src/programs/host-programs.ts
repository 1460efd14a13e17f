import { join } from 'node:path';

import { BelljarError, toBelljarError } from '../errors.ts';
import type { ShownFolders } from './shown-folders.ts';

/** A program of this machine that the operator has commands find inside. */
export interface HostProgram {
  readonly folder: string;
  /** Below it, where its commands are. */
  readonly path: string;
}

/** By their names; asked for at each start, so that what the operator changes holds for the next. */
export type ReadHostPrograms = () => Promise<Readonly<Record<string, HostProgram>>>;

export interface ShownHostPrograms {
  readonly folders: readonly string[];
  readonly bundles: readonly string[];
  /** For PATH. */
  readonly places: readonly string[];
}

/**
 * What the operator's programs are shown by.
 *
 * @throws SETTINGS_INVALID where the folder of one is none, or shows what is not for code behind glass.
 */
export async function showHostPrograms(
  read: ReadHostPrograms | undefined,
  shownFolders: Pick<ShownFolders, 'bundleOf'>,
): Promise<ShownHostPrograms> {
  const programs = Object.entries((await read?.()) ?? {});
  const bundles = await Promise.all(
    programs.map(([name, { folder }]) => shownFolders.bundleOf(folder).catch((cause: unknown) => refuse(name, cause))),
  );
  const folders = programs.map(([, { folder }]) => folder);
  return { folders, bundles, places: programs.map(([, { folder, path }]) => join(folder, path)) };
}

function refuse(name: string, cause: unknown): never {
  throw new BelljarError('SETTINGS_INVALID', `programs.${name}: ${toBelljarError(cause).message}`, { cause });
}
