import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';

import { AuditRecord, type Draft } from '../../src/record/index.ts';
import { type Database, openDatabase } from '../../src/storage/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A record of the test's own. */
export interface TemporaryRecord {
  readonly folder: string;
  readonly path: string;
  readonly keyFolder: string;
  readonly database: Database;
  readonly record: AuditRecord;
}

export async function openTemporaryRecord(context: TestContext): Promise<TemporaryRecord> {
  const folder = await temporaryFolder(context);
  const path = join(folder, 'belljar.sqlite');
  const keyFolder = join(folder, 'keys');
  const database = await openDatabase({ path });
  context.after(() => database.close());
  return { folder, path, keyFolder, database, record: new AuditRecord({ database, keyFolder }) };
}

/** So many entries after the first one, at once. */
export async function appendMany(record: AuditRecord, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => record.append(draftOf(index))));
}

export function draftOf(index: number): Draft {
  return {
    action: index % 2 === 0 ? 'run.start' : 'run.end',
    actor: { id: `user-${index % 3}`, kind: 'user', role: 'owner' },
    workspace: `notebook-${index % 5}`,
    details: { index },
  };
}

/** Does to the file what somebody with the right to write it can do, rails and all. */
export function tamper(path: string, change: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path);
  const triggers = database.prepare("select name from sqlite_master where type = 'trigger'").all();
  for (const { name } of triggers) database.exec(`drop trigger ${String(name)}`);
  change(database);
  database.close();
}
