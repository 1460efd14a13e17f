import { join } from 'node:path';

import { type Database, sql } from '../../storage/index.ts';
import { removeTree } from '../assemble/remove-tree.ts';
import { bytecodeFolder, wheelsFolder } from './layout.ts';
import { takeAway } from './move.ts';

/** A stored wheel, or what it was compiled to. */
export interface StoredPart {
  readonly kind: 'wheel' | 'bytecode';
  /** The sha256, of bytecode `build/sha256`. */
  readonly name: string;
}

/** Whoever is made of it; resolves to whether it was there. */
export async function discardStored(
  { environments, database }: { readonly environments: string; readonly database: Database },
  { name }: StoredPart,
): Promise<boolean> {
  const away = await database.transaction(() => takeAway(environments, placeOf(environments, name)));
  if (away !== undefined) await removeTree(away);
  return away !== undefined;
}

/** With what says that a row of an environment’s wheels means it. */
export function partsOf(name: string) {
  const [sha256 = '', build] = name.split('/').reverse();
  return { sha256, build, isOfBuild: build === undefined ? sql`true` : sql`build = ${build}` };
}

export function placeOf(environments: string, name: string): string {
  const { sha256, build } = partsOf(name);
  const store = build === undefined ? wheelsFolder(environments) : join(bytecodeFolder(environments), build);
  return join(store, sha256.slice(0, 2), sha256);
}
