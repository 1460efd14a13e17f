import { lstat } from 'node:fs/promises';

import { BelljarError } from '../errors.ts';
import { type Database, databasePath, ensureHome, isHomeThere, keyFolder, openDatabase } from '../storage/index.ts';
import { AuditRecord, type SignalOption } from './record.ts';

/** A home's record, with the database that must be closed in the end. */
export interface HomeRecord extends AsyncDisposable {
  readonly record: AuditRecord;
  readonly database: Database;
}

/**
 * Opens the record of a home, and makes home and database where there are none.
 *
 * @throws HOME_UNUSABLE and the codes of the database.
 *
 * @example
 * await using home = await openHomeRecord(resolveHome());
 * await home.record.append({ action: 'policy.changed' });
 */
export async function openHomeRecord(home: string, options: SignalOption = {}): Promise<HomeRecord> {
  await ensureHome(home);
  return open(home, options);
}

/**
 * The record of a home, or undefined where nothing was ever recorded: who only reads must not make a home.
 *
 * @throws HOME_UNUSABLE where the home cannot be looked into or is not ours alone, and the codes of the database.
 */
export async function findHomeRecord(home: string, options: SignalOption = {}): Promise<HomeRecord | undefined> {
  if (!(await isHomeThere(home))) return undefined;
  try {
    await lstat(databasePath(home));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new BelljarError('HOME_UNUSABLE', `cannot look into ${home}: ${(cause as Error).message}`, { cause });
  }
  return open(home, options);
}

async function open(home: string, options: SignalOption): Promise<HomeRecord> {
  const database = await openDatabase({ path: databasePath(home), ...options });
  const record = new AuditRecord({ database, keyFolder: keyFolder(home) });
  return { record, database, [Symbol.asyncDispose]: () => database.close() };
}
