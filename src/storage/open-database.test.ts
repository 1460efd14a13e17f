import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rename, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';

import { needs, type Prerequisite, root } from '../../test/support/prerequisite.ts';
import { OtherProcess } from '../../test/storage/other-process.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { testMigrations } from '../../test/storage/test-migrations.ts';
import { type Database } from './database.ts';
import { openDatabase, type OpenDatabaseOptions } from './open-database.ts';
import { sql } from './sql.ts';

const fixture = (name: string): URL => new URL(`../../test/storage/fixtures/${name}.ts`, import.meta.url);
const holdLock = fixture('hold-lock');
const mounting: Prerequisite = {
  what: 'the right to mount',
  holds: root.holds && spawnSync('unshare', ['--mount', 'true']).status === 0,
};
const count = sql`select count(*) as count from things`;

async function open(context: TestContext, options: OpenDatabaseOptions): Promise<Database> {
  const database = await openDatabase({ migrations: testMigrations, ...options });
  context.after(() => database.close());
  return database;
}

async function newPath(context: TestContext): Promise<string> {
  return join(await temporaryFolder(context), 'a.sqlite');
}

const put = (key: string, bytes = 0) => sql`insert into things (key, data) values (${key}, ${new Uint8Array(bytes)})`;

test('a write waits for another process’s lock while reads and timers go on', async (context) => {
  const path = await newPath(context);
  const database = await open(context, { path });
  await using other = new OtherProcess(holdLock, [path]);
  assert.equal(await other.nextLine(), 'locked');
  const order: string[] = [];
  const writing = database.write(put('waited')).then(() => order.push('written'));
  for (let turn = 0; turn < 3; turn++) {
    assert.deepEqual(await database.read(count), [{ count: 0 }]);
    await new Promise((resolve) => setTimeout(resolve, 1));
    order.push('read');
  }
  other.release();
  await writing;
  assert.deepEqual(order, ['read', 'read', 'read', 'written']);
  assert.deepEqual(await database.read(count), [{ count: 1 }]);
});

test('a lock that lasts is reported, and nothing was written', async (context) => {
  const path = await newPath(context);
  const database = await open(context, { path, lockTimeoutMs: 50 });
  await using other = new OtherProcess(holdLock, [path]);
  assert.equal(await other.nextLine(), 'locked');
  await assert.rejects(database.write(put('a')), { code: 'STORAGE_LOCKED' });
  await assert.rejects(
    database.transaction(async () => assert.fail('it must not begin')),
    { code: 'STORAGE_LOCKED' },
  );
  other.release();
  await other.exit();
  await database.write(put('b'));
  assert.deepEqual(await database.read(sql`select key from things`), [{ key: 'b' }]);
});

test('writes that queue behind each other do not each wait for the lock anew', async (context) => {
  const path = await newPath(context);
  const database = await open(context, { path, lockTimeoutMs: 400 });
  await using other = new OtherProcess(holdLock, [path]);
  assert.equal(await other.nextLine(), 'locked');
  const order: string[] = [];
  const writes = ['a', 'b', 'c', 'd'].map(async (key) => {
    await assert.rejects(database.write(put(key)), { code: 'STORAGE_LOCKED' });
    order.push(key);
  });
  await writes[0];
  const second = openDatabase({ path, lockTimeoutMs: 400, migrations: testMigrations });
  const later = (await second).write(put('later')).catch(() => order.push('later'));
  await Promise.all([...writes, later]);
  assert.deepEqual(
    order,
    ['a', 'b', 'c', 'd', 'later'],
    'all gave up before one that began to wait after the first gave up',
  );
  await (await second).close();
});

test('an iteration that is cancelled lets go of its snapshot', async (context) => {
  const path = await newPath(context);
  const database = await open(context, { path });
  await database.write(...Array.from({ length: 50 }, (_, index) => put(String(index))));
  const controller = new AbortController();
  const { signal } = controller;
  const reading = Array.fromAsync(database.iterate(sql`select key from things`, { batchSize: 2, signal }), () =>
    controller.abort(),
  );
  await assert.rejects(reading, { code: 'CANCELLED' });
  await database.write(put('after'));
  const plain = new DatabaseSync(path);
  const emptied = plain.prepare('pragma wal_checkpoint(truncate)').get();
  plain.close();
  assert.deepEqual({ ...emptied }, { busy: 0, log: 0, checkpointed: 0 });
});

test('waiting for a lock can be cancelled', async (context) => {
  const path = await newPath(context);
  const database = await open(context, { path });
  await using other = new OtherProcess(holdLock, [path]);
  assert.equal(await other.nextLine(), 'locked');
  const controller = new AbortController();
  const waiting = database.transaction(async () => assert.fail('it must not begin'), { signal: controller.signal });
  await database.read(count);
  controller.abort();
  await assert.rejects(waiting, { code: 'CANCELLED' });
});

test('a database that needs a migration waits for the lock, as its caller allows', async (context) => {
  const path = await newPath(context);
  await (await openDatabase({ path, migrations: [] })).close();
  await using other = new OtherProcess(holdLock, [path]);
  assert.equal(await other.nextLine(), 'locked');
  await assert.rejects(openDatabase({ path, migrations: testMigrations, lockTimeoutMs: 30 }), {
    code: 'STORAGE_LOCKED',
  });
  const signal = AbortSignal.timeout(30);
  await assert.rejects(openDatabase({ path, migrations: testMigrations, signal }), { code: 'CANCELLED' });
  const opening = open(context, { path });
  other.release();
  assert.deepEqual(await (await opening).read(count), [{ count: 0 }]);
});

test(
  'a full disk is reported, what was there stays, and writing goes on when there is room',
  needs(mounting),
  async (context) => {
    const disk = await mountDisk(context, '512k');
    const database = await openDatabase({ path: join(disk, 'a.sqlite'), migrations: testMigrations });
    await database.write(put('before'));
    const before = await fill(database);
    await assert.rejects(database.write(put('too much', 400_000)), { code: 'STORAGE_FULL' });
    assert.deepEqual(await database.read(count), [{ count: before }], 'the half that fitted is gone again');
    execFileSync('mount', ['-o', 'remount,size=4m', disk]);
    await database.write(put('after'));
    assert.deepEqual(await database.read(count), [{ count: before + 1 }]);
    assert.deepEqual(await database.read(sql`pragma integrity_check`), [{ integrity_check: 'ok' }]);
    await database.close();
  },
);

test('a full database refuses a transaction, and none of it is kept', async (context) => {
  const database = await open(context, { path: await newPath(context), maxPages: 40 });
  const before = await fill(database);
  const transaction = database.transaction(async (inside) => {
    await inside.write(sql`update things set key = ${'changed'} where key = ${'0'}`);
    await inside.write(put('too much', 400_000)).catch(() => undefined);
    await inside.write(put('small'));
  });
  await assert.rejects(transaction, { code: /^STORAGE_/ });
  assert.deepEqual(await database.read(count), [{ count: before }]);
  assert.equal((await database.read(sql`select key from things where key = ${'0'}`)).length, 1);
});

test('a file that is no database is refused and stays as it is', async (context) => {
  const path = await newPath(context);
  for (const content of ['x', 'x'.repeat(511), 'x'.repeat(512), 'This is a letter. '.repeat(1000)]) {
    await writeFile(path, content);
    await assert.rejects(openDatabase({ path }), { code: 'STORAGE_CORRUPT', message: /no SQLite database/ });
    assert.equal(await readFile(path, 'utf8'), content);
  }
});

test('a database with garbage in its middle is reported, and not written to any more', async (context) => {
  const path = await newPath(context);
  const first = await openDatabase({ path, migrations: testMigrations });
  await first.write(...Array.from({ length: 500 }, (_, index) => put(`key ${index}`, 200)));
  await first.close();
  const control = await openDatabase({ path, migrations: testMigrations });
  assert.deepEqual(await control.read(sql`select count(data) as count from things`), [{ count: 500 }]);
  await control.close();
  const content = await readFile(path);
  content.fill(0xa5, 20_000, content.length - 20_000);
  await writeFile(path, content);
  const database = await open(context, { path });
  await assert.rejects(database.read(sql`select sum(length(data)) from things`), { code: 'STORAGE_CORRUPT' });
  await assert.rejects(database.write(put('more')), { code: 'STORAGE_CORRUPT' });
  await assert.rejects(
    database.transaction(async () => assert.fail('it must not begin')),
    { code: 'STORAGE_CORRUPT' },
  );
  await database.close();
  assert.deepEqual(await readFile(path), content);
});

test('a folder that cannot be written to is reported', needs(mounting), async (context) => {
  const disk = await mountDisk(context, '4m');
  const path = join(disk, 'a.sqlite');
  const database = await openDatabase({ path, migrations: testMigrations });
  await database.write(put('kept'));
  await database.close();
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  await assert.rejects(openDatabase({ path, migrations: testMigrations }), { code: 'STORAGE_FAILED' });
  await assert.rejects(openDatabase({ path: join(disk, 'b.sqlite') }), {
    code: 'STORAGE_FAILED',
    message: /read-only/,
  });
  execFileSync('mount', ['-o', 'remount,rw', disk]);
  const again = await openDatabase({ path, migrations: testMigrations });
  assert.deepEqual(await again.read(count), [{ count: 1 }]);
  await again.close();
});

test('a missing folder is reported and not made', async (context) => {
  const folder = join(await temporaryFolder(context), 'missing');
  await assert.rejects(openDatabase({ path: join(folder, 'a.sqlite') }), {
    code: 'STORAGE_FAILED',
    message: /does not exist/,
  });
  await assert.rejects(stat(folder), { code: 'ENOENT' });
});

test('an acknowledged write is kept when the process ends without closing, and a pending one is finished', async (context) => {
  const path = await newPath(context);
  await using other = new OtherProcess(fixture('exit-without-close'), [path]);
  assert.equal(await other.nextLine(), 'written');
  assert.equal(await other.nextLine(), 'pending written');
  assert.deepEqual(await other.exit(), { code: 0, signal: null });
  const database = await open(context, { path });
  assert.deepEqual(await database.read(sql`select key from things order by value`), [
    { key: 'kept' },
    { key: 'pending' },
  ]);
});

test('the database is as safe as SQLite can make it', async (context) => {
  const path = await newPath(context);
  const database = await open(context, { path });
  const [mode] = await database.transaction((inside) => inside.read(sql`pragma synchronous`));
  assert.deepEqual(mode, { synchronous: 2 }, 'FULL: every commit reaches the disk');
  assert.deepEqual(await database.transaction((inside) => inside.read(sql`pragma foreign_keys`)), [
    { foreign_keys: 1 },
  ]);
  const plain = new DatabaseSync(path);
  assert.deepEqual({ ...plain.prepare('pragma journal_mode').get() }, { journal_mode: 'wal' });
  plain.close();
});

/** A disk of its own, that can be filled. */
async function mountDisk(context: TestContext, size: string): Promise<string> {
  const disk = await mkdtemp(join(tmpdir(), 'belljar-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]);
  context.after(async () => {
    execFileSync('umount', ['--lazy', disk]);
    await rmdir(disk);
  });
  return disk;
}

/** Until nothing more fits; resolves to how many rows there are. */
async function fill(database: Database): Promise<number> {
  for (let index = 0; ; index++) {
    try {
      await database.write(put(String(index), 10_000));
    } catch (error) {
      assert.equal((error as { code: string }).code, 'STORAGE_FULL');
      const [row] = await database.read<{ count: number }>(count);
      return row?.count ?? -1;
    }
  }
}

test('a database that is removed or replaced while it is open takes no more writes', async (context) => {
  const path = await newPath(context);
  const database = await open(context, { path });
  const insideTransaction = (): Promise<number> => database.transaction((transaction) => transaction.write(put('b')));
  await database.write(put('a'));
  await rename(path, `${path}.away`);
  const gone = { code: 'STORAGE_FAILED', message: /was removed or replaced while it was open/ };
  await assert.rejects(database.write(put('lost')), gone);
  await assert.rejects(insideTransaction(), gone);
  await copyFile(`${path}.away`, path);
  await assert.rejects(database.write(put('lost')), gone, 'the same content in another file');
  await rename(`${path}.away`, path);
  await database.write(put('c'));
  assert.deepEqual(await database.read(sql`select key from things order by key`), [{ key: 'a' }, { key: 'c' }]);
});
