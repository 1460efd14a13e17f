import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import {
  type BuildEnvironment,
  type EnvironmentSpec,
  type PythonBuild,
  Shelf,
  type ShelfOptions,
} from '../../src/environments/index.ts';
import { AuditRecord } from '../../src/record/index.ts';
import { type Database, openDatabase } from '../../src/storage/index.ts';

/** A Python that nothing of a shelf's own ever starts. */
export const somePython: PythonBuild = {
  executable: '/usr/bin/python3',
  version: '3.99.1',
  parts: [],
  tag: 'cpython-399',
  build: 'b'.repeat(64),
};

/** What differs is the lock, or what the test says. */
export function specOf(lock: string, changes: Partial<EnvironmentSpec> = {}): EnvironmentSpec {
  const installer = { name: 'belljar', version: '1' };
  return { lock, python: somePython, platform: 'linux', installer, namespace: 'installation', wheels: [], ...changes };
}

export interface TestShelf {
  readonly shelf: Shelf;
  readonly home: string;
  readonly database: Database;
  readonly record: AuditRecord;
  /** The actions on the record, oldest first, of the shelf alone. */
  readonly actions: () => Promise<string[]>;
  /** Another process's view of the same home, as far as rows go. */
  readonly openOther: () => Promise<Shelf>;
}

export interface OpenedHome extends Omit<TestShelf, 'actions' | 'openOther'>, AsyncDisposable {}

/** A shelf on a home, as each process opens its own. */
export async function openShelf(home: string, options: Partial<ShelfOptions> = {}): Promise<OpenedHome> {
  const database = await openDatabase({ path: join(home, 'a.sqlite') });
  const record = new AuditRecord({ database, keyFolder: join(home, 'keys') });
  const shelf = new Shelf({ folder: join(home, 'environments'), database, record, lingerMs: 0, ...options });
  const close = async (): Promise<void> => {
    await shelf.close();
    await database.close();
  };
  return { shelf, home, database, record, [Symbol.asyncDispose]: close };
}

export async function temporaryShelf(
  context: Pick<TestContext, 'after'>,
  options: Partial<ShelfOptions> = {},
): Promise<TestShelf> {
  const home = await mkdtemp(join(tmpdir(), 'belljar-test-'));
  const opened = new AsyncDisposableStack();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  context.after(() => opened.disposeAsync());
  const first = opened.use(await openShelf(home, options));
  const actions = async (): Promise<string[]> => {
    const entries = await first.record.tail({ limit: 1000 });
    return entries.map(({ action }) => action).filter((action) => action.startsWith('environment.'));
  };
  return { ...first, actions, openOther: async () => opened.use(await openShelf(home)).shelf };
}

/** Builds a tree of a few files; those of equal content are equal trees. */
export function buildOf(content: string, filesCount = 3): BuildEnvironment {
  return async (folder, { signal, onProgress }) => {
    await mkdir(join(folder, 'lib'));
    for (let done = 0; done < filesCount; done++) {
      signal.throwIfAborted();
      await writeFile(join(folder, 'lib', `${done}.py`), content, { mode: 0o444 });
      onProgress({ phase: 'link', done: done + 1, total: filesCount });
    }
    await writeFile(join(folder, 'whole'), String(filesCount), { mode: 0o444 });
    return { treeDigest: 'd'.repeat(64), files: filesCount + 1, bytes: filesCount * content.length };
  };
}
