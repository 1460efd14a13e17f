import { readdir } from 'node:fs/promises';

import { makeOwnFolder } from '../../own-folder.ts';
import { type Database, type Transaction, sql } from '../../storage/index.ts';
import { sweepHalves } from './half.ts';
import { forgetTheDead } from './holder.ts';
import { builtFolder, environmentFolder } from './layout.ts';
import { takeAway } from './move.ts';
import { removeTree } from '../assemble/remove-tree.ts';

/** Makes the folders of a shelf, and removes what processes left there that are gone. */
export async function sweepShelf(environments: string, database: Database): Promise<void> {
  await makeOwnFolder(environments);
  await makeOwnFolder(builtFolder(environments));
  await forgetTheDead(database);
  await sweepUnknown(environments, database);
  await sweepHalves(environments);
}

/** A builder that died between moving a tree and saying so left one that nobody knows of. */
async function sweepUnknown(environments: string, database: Database): Promise<void> {
  const listUnknown = async (source: Pick<Transaction, 'read'>): Promise<string[]> => {
    const names = await readdir(builtFolder(environments));
    const rows = await source.read<{ readonly key: string }>(sql`select key from environments`);
    const known = new Set(rows.map(({ key }) => key));
    return names.filter((name) => !known.has(name));
  };
  if ((await listUnknown(database)).length === 0) return;
  // Looked at again while nobody else can write: what was just being put in its place is known by now.
  const away = await database.transaction(async (transaction) => {
    const names = await listUnknown(transaction);
    return Promise.all(names.map((name) => takeAway(environments, environmentFolder(environments, name))));
  });
  for (const path of away) if (path !== undefined) await removeTree(path);
}
