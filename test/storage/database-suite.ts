import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

import { z } from 'zod';

import { type Database, joinSql, sql, type Transaction } from '../../src/storage/index.ts';

/** Makes an empty database with the test's tables, and another connection to the same one. */
export interface DatabaseFactory {
  readonly open: (context: TestContext) => Promise<Database>;
}

/** What every implementation of `Database` must do. */
export function describeDatabase(name: string, factory: DatabaseFactory): void {
  describe(`${name} as a database`, () => {
    describeValues(factory);
    describeReading(factory);
    describeTransactions(factory);
    describeClosing(factory);
  });
}

const put = (key: string, value: number | bigint | null = null) =>
  sql`insert into things (key, value) values (${key}, ${value})`;
const all = sql`select key, value from things order by key`;

function describeValues({ open }: DatabaseFactory): void {
  test('gives back what was written, of every type', async (context) => {
    const database = await open(context);
    const data = Uint8Array.of(0, 1, 255);
    await database.write(sql`insert into things (key, value, data) values (${'é\u0000😀'}, ${-7}, ${data})`);
    const [row] = await database.read(sql`select key, value, data from things`);
    assert.equal(row?.['key'], 'é\u0000😀');
    assert.equal(row['value'], -7);
    assert.deepEqual(new Uint8Array(row['data'] as Uint8Array), data);
    await database.write(put('nothing'));
    assert.deepEqual(await database.read(sql`select value, data from things where key = ${'nothing'}`), [
      { value: null, data: null },
    ]);
  });

  test('never rounds an integer beyond 2^53', async (context) => {
    const database = await open(context);
    for (const value of [2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n]) {
      await database.write(sql`delete from things`, put('big', value));
      assert.deepEqual(await database.read(all), [{ key: 'big', value }]);
    }
    await assert.rejects(database.write(put('lost', 2 ** 60)), { code: 'STORAGE_FAILED' });
    const safe = Number.MAX_SAFE_INTEGER;
    await database.write(sql`delete from things`, put('safe', safe), put('safer', -safe));
    assert.deepEqual(await database.read(all), [
      { key: 'safe', value: safe },
      { key: 'safer', value: -safe },
    ]);
  });

  test('takes a parameter for a value, whatever is in it', async (context) => {
    const database = await open(context);
    const hostile = "'); drop table things; --";
    await database.write(put(hostile, 1));
    assert.deepEqual(await database.read(all), [{ key: hostile, value: 1 }]);
  });

  test('keeps references whole', async (context) => {
    const database = await open(context);
    await assert.rejects(database.write(sql`insert into parts values (${'nowhere'})`), { code: 'STORAGE_FAILED' });
    await database.write(put('there'), sql`insert into parts values (${'there'})`);
  });
}

function describeReading({ open }: DatabaseFactory): void {
  test('parses rows by the schema it is given', async (context) => {
    const database = await open(context);
    await database.write(put('a', 1));
    const schema = z.object({ key: z.string(), value: z.number() });
    assert.deepEqual(await database.read(all, { schema }), [{ key: 'a', value: 1 }]);
    await database.write(put('b'));
    await assert.rejects(database.read(all, { schema }), z.ZodError);
  });

  test('composes queries from fragments', async (context) => {
    const database = await open(context);
    await database.write(put('a', 1), put('b', 2), put('c', 3));
    const conditions = joinSql([sql`value > ${1}`, sql`value < ${3}`], ' and ');
    assert.deepEqual(await database.read(sql`select key from things where ${conditions} limit ${5}`), [{ key: 'b' }]);
  });

  test('iterates in batches over one snapshot, and other reads see what is newer', async (context) => {
    const database = await open(context);
    await database.write(...Array.from({ length: 25 }, (_, index) => put(String(index).padStart(2, '0'), index)));
    const seen: unknown[] = [];
    for await (const { value } of database.iterate(all, { batchSize: 10 })) {
      if (value === 3) {
        await database.write(put('99', 99));
        assert.equal((await database.read(all)).length, 26);
      }
      seen.push(value);
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 25 }, (_, index) => index),
    );
  });

  test('stops an iteration that its caller leaves, or that is cancelled', async (context) => {
    const database = await open(context);
    await database.write(...Array.from({ length: 25 }, (_, index) => put(String(index), index)));
    for await (const row of database.iterate(all, { batchSize: 2 })) {
      assert.equal(row['key'], '0');
      break;
    }
    const controller = new AbortController();
    const { signal } = controller;
    await assert.rejects(
      async () => {
        for await (const _row of database.iterate(all, { batchSize: 2, signal })) controller.abort();
      },
      { code: 'CANCELLED' },
    );
    assert.equal((await database.read(all)).length, 25);
  });

  test('says what is wrong with a query', async (context) => {
    const database = await open(context);
    await assert.rejects(database.read(sql`select nonsense from things`), {
      code: 'STORAGE_FAILED',
      message: /nonsense/,
    });
    await assert.rejects(Array.fromAsync(database.iterate(sql`select nonsense from things`)), {
      code: 'STORAGE_FAILED',
    });
    await assert.rejects(database.write(sql`insert into nowhere values (${1})`), { code: 'STORAGE_FAILED' });
  });
}

function describeTransactions({ open }: DatabaseFactory): void {
  test('commits all of a transaction, or nothing', async (context) => {
    const database = await open(context);
    const result = await database.transaction(async (transaction) => {
      await transaction.write(put('a', 1), put('b', 2));
      assert.equal((await transaction.read(all)).length, 2);
      assert.deepEqual(await database.read(all), [], 'nobody else sees it before the commit');
      return 'done';
    });
    assert.equal(result, 'done');
    const thrown = new Error('changed my mind');
    const failing = database.transaction(async (transaction) => {
      await transaction.write(put('c', 3));
      throw thrown;
    });
    await assert.rejects(failing, thrown);
    assert.equal((await database.read(all)).length, 2);
  });

  test('writes several queries in one go, or none of them', async (context) => {
    const database = await open(context);
    assert.equal(await database.write(put('a', 1), put('b', 2), sql`update things set value = ${0}`), 4);
    await assert.rejects(database.write(put('c', 3), put('a', 1)), { code: 'STORAGE_FAILED' });
    assert.equal((await database.read(all)).length, 2);
  });

  test('queues transactions in the order of asking', async (context) => {
    const database = await open(context);
    const order: number[] = [];
    const one = async (index: number): Promise<void> => {
      await database.transaction(async (transaction) => {
        const [row] = await transaction.read<{ count: number }>(sql`select count(*) as count from things`);
        await transaction.write(put(String(index), row?.count ?? -1));
        order.push(index);
      });
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => one(index)));
    assert.deepEqual(
      order,
      Array.from({ length: 20 }, (_, index) => index),
    );
    const counts = await database.read(sql`select value from things order by value`);
    assert.deepEqual(
      counts.map(({ value }) => value),
      order,
      'each saw what the one before had written',
    );
  });

  test('refuses to be used after it has ended', async (context) => {
    const database = await open(context);
    let kept: Transaction | undefined;
    await database.transaction(async (transaction) => {
      kept = transaction;
    });
    await assert.rejects(async () => kept?.write(put('late', 1)), { code: 'STORAGE_FAILED', message: /over/ });
    assert.deepEqual(await database.read(all), []);
  });

  test('rolls back a callback that never returns, and goes on', async (context) => {
    const database = await open(context);
    const stuck = database.transaction(
      async (transaction) => {
        await transaction.write(put('half', 1));
        await new Promise(() => undefined);
      },
      { timeoutMs: 20 },
    );
    await assert.rejects(stuck, { code: 'STORAGE_FAILED', message: /longer than 20 ms/ });
    await database.write(put('whole', 1));
    assert.deepEqual(await database.read(all), [{ key: 'whole', value: 1 }]);
  });

  test('rolls back when it is cancelled, and is cancelled while it queues', async (context) => {
    const database = await open(context);
    const controller = new AbortController();
    const entered = Promise.withResolvers<undefined>();
    const running = database.transaction(
      async (transaction) => {
        await transaction.write(put('half', 1));
        entered.resolve(undefined);
        await new Promise(() => undefined);
      },
      { signal: controller.signal },
    );
    await entered.promise;
    const queued = new AbortController();
    const waiting = database.transaction(async () => assert.fail('it must not begin'), { signal: queued.signal });
    queued.abort();
    await assert.rejects(waiting, { code: 'CANCELLED' });
    controller.abort();
    await assert.rejects(running, { code: 'CANCELLED' });
    const never = database.transaction(async () => assert.fail('it must not begin'), { signal: controller.signal });
    await assert.rejects(never, { code: 'CANCELLED' });
    await database.write(put('after', 1));
    assert.deepEqual(await database.read(all), [{ key: 'after', value: 1 }]);
  });
}

function describeClosing({ open }: DatabaseFactory): void {
  test('waits for what was begun when it is closed, and refuses what comes after', async (context) => {
    const database = await open(context);
    const begun = [database.write(put('a', 1)), database.write(put('b', 2)), database.read(all)];
    const closing = database.close();
    assert.equal(database.close(), closing, 'closing twice is closing once');
    await closing;
    for (const one of await Promise.allSettled(begun)) assert.equal(one.status, 'fulfilled');
    await assert.rejects(database.read(all), { code: 'STORAGE_FAILED', message: /closed/ });
    await assert.rejects(database.write(put('c')), { code: 'STORAGE_FAILED', message: /closed/ });
    await assert.rejects(
      database.transaction(async () => undefined),
      { code: 'STORAGE_FAILED', message: /closed/ },
    );
    await assert.rejects(Array.fromAsync(database.iterate(all)), { code: 'STORAGE_FAILED', message: /closed/ });
  });

  test('ends an iteration that is under way when it is closed', async (context) => {
    const database = await open(context);
    await database.write(...Array.from({ length: 25 }, (_, index) => put(String(index), index)));
    const rows = database.iterate(all, { batchSize: 2 });
    assert.equal((await rows.next()).done, false);
    await database.close();
    await assert.rejects(Array.fromAsync(rows), { code: 'STORAGE_FAILED', message: /closed/ });
  });
}
