import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';

import { OtherProcess } from '../../test/storage/other-process.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { testMigrations } from '../../test/storage/test-migrations.ts';
import { type Database } from './database.ts';
import { type Migration } from './migrate.ts';
import { migrations } from './migrations/list.ts';
import { openDatabase } from './open-database.ts';
import { sql } from './sql.ts';

const second: Migration = {
  number: 2,
  name: 'more',
  statements: () => ['alter table things add column more text', 'create table others (x integer)'],
};
const broken: Migration = {
  number: 2,
  name: 'broken',
  statements: () => ['create table half (x integer)', 'insert into nowhere values (1)'],
};
const fixture = (name: string): URL => new URL(`../../test/storage/fixtures/${name}.ts`, import.meta.url);
const applied = sql`select number, name from migrations order by number`;

async function open(context: TestContext, path: string, list: readonly Migration[]): Promise<Database> {
  const database = await openDatabase({ path, migrations: list });
  context.after(() => database.close());
  return database;
}

test('migrations run once, in their order, and the next opening only adds', async (context) => {
  const path = join(await temporaryFolder(context), 'a.sqlite');
  const first = await open(context, path, testMigrations);
  await first.write(sql`insert into things (key) values (${'kept'})`);
  await first.close();
  const later = await open(context, path, [...testMigrations, second]);
  assert.deepEqual(await later.read(applied), [
    { number: 1, name: 'things' },
    { number: 2, name: 'more' },
  ]);
  assert.deepEqual(await later.read(sql`select key, more from things`), [{ key: 'kept', more: null }]);
});

test('a migration that fails leaves the version before whole', async (context) => {
  const path = join(await temporaryFolder(context), 'a.sqlite');
  await assert.rejects(openDatabase({ path, migrations: [...testMigrations, broken] }), {
    code: 'STORAGE_FAILED',
    message: /nowhere/,
  });
  const database = await open(context, path, testMigrations);
  assert.deepEqual(await database.read(applied), [{ number: 1, name: 'things' }]);
  await assert.rejects(database.read(sql`select * from half`), { code: 'STORAGE_FAILED' });
});

test('a crash in the middle of a migration leaves the version before whole', async (context) => {
  const path = join(await temporaryFolder(context), 'a.sqlite');
  await using dying = new OtherProcess(fixture('die-while-migrating'), [path]);
  assert.equal(await dying.nextLine(), 'migrating');
  // It writes for minutes: once its log holds pages, it is in the middle.
  await waitForLog(path);
  dying.child.kill('SIGKILL');
  assert.equal((await dying.exit()).signal, 'SIGKILL');
  const database = await open(context, path, [...testMigrations, second]);
  assert.equal((await database.read(applied)).length, 2);
  assert.deepEqual(await database.read(sql`select count(*) as count from things`), [{ count: 0 }]);
  await assert.rejects(database.read(sql`select * from half_made`), { code: 'STORAGE_FAILED' });
});

test('processes that open a new database at once migrate it once', async (context) => {
  const path = join(await temporaryFolder(context), 'a.sqlite');
  const processes = ['a', 'b', 'c'].map((key) => new OtherProcess(fixture('open-database'), [path, key]));
  for (const each of processes) {
    assert.equal(await each.nextLine(), 'opened');
    assert.deepEqual(await each.exit(), { code: 0, signal: null });
  }
  const database = await open(context, path, testMigrations);
  assert.equal((await database.read(sql`select key from things`)).length, 3);
  assert.deepEqual(await database.read(applied), [{ number: 1, name: 'things' }]);
});

test('a database of a newer version is refused, and not a byte of it changes', async (context) => {
  const path = join(await temporaryFolder(context), 'a.sqlite');
  await (await openDatabase({ path, migrations: [...testMigrations, second] })).close();
  const before = await readFile(path);
  await assert.rejects(openDatabase({ path, migrations: testMigrations }), {
    code: 'STORAGE_TOO_NEW',
    message: 'the database is at version 2, this Belljar knows 1',
  });
  assert.deepEqual(await readFile(path), before);
  await (await openDatabase({ path, migrations: [...testMigrations, second] })).close();
});

test('a migration that differs from what was applied is refused', async (context) => {
  const path = join(await temporaryFolder(context), 'a.sqlite');
  await (await openDatabase({ path, migrations: [...testMigrations, second] })).close();
  const changed: Migration = { ...second, statements: () => ['create table others (x text)'] };
  await assert.rejects(openDatabase({ path, migrations: [...testMigrations, changed] }), {
    code: 'STORAGE_FAILED',
    message: /migration 2 \(more\)/,
  });
});

test('the migrations of Belljar are numbered without gaps, and open an empty file', async (context) => {
  assert.deepEqual(
    migrations.map(({ number }) => number),
    migrations.map((_, index) => index + 1),
  );
  const database = await open(context, join(await temporaryFolder(context), 'a.sqlite'), migrations);
  assert.equal((await database.read(applied)).length, migrations.length);
});

async function waitForLog(path: string): Promise<void> {
  for (;;) {
    const log = await readFile(`${path}-wal`).catch(() => Buffer.alloc(0));
    if (log.length > 4_000_000) break;
    await new Promise(setImmediate);
  }
  const reader = new DatabaseSync(path, { readOnly: true });
  assert.deepEqual({ ...reader.prepare('select count(*) as count from things').get() }, { count: 0 });
  reader.close();
}
