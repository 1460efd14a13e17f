import assert from 'node:assert/strict';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { buildOf, specOf } from '../test/support/shelf.ts';
import { temporaryFolder } from '../test/support/temporary-folder.ts';
import type { Shelf } from './environments/index.ts';
import { BelljarError } from './errors.ts';
import { Housekeeping } from './housekeeping.ts';
import { openHomeRecord } from './record/index.ts';

const signal = new AbortController().signal;

async function open(context: TestContext, settings = '') {
  const opened = new AsyncDisposableStack();
  context.after(() => opened.disposeAsync());
  const home = await temporaryFolder(context);
  const { record, database } = opened.use(await openHomeRecord(home));
  await writeFile(join(home, 'belljar.settings.yaml'), `version: 1\n${settings}`, { mode: 0o600 });
  const housekeeping = opened.use(new Housekeeping({ home, env: {}, database, record }));
  const { shelf } = housekeeping;
  const keep = async (sha256: string, bytes: number): Promise<string> => {
    const path = join(home, 'cache/packages/artifacts', sha256.slice(0, 2), sha256);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.alloc(bytes));
    await utimes(path, 0, 0);
    return path;
  };
  return { home, housekeeping, shelf, record, keep };
}

/** An environment that nobody uses any more. */
async function shelve(shelf: Shelf, letter: string, bytes = 50_000): Promise<string> {
  using lease = await shelf.obtain(specOf(letter.repeat(64)), buildOf(letter.repeat(bytes)));
  return lease.environment.key;
}

async function keysOf(shelf: Shelf): Promise<string[]> {
  return (await shelf.list()).map(({ key }) => key).sort();
}

describe('Housekeeping', () => {
  it('finds an environment by the beginning of its key, and says which where several begin so', async (context) => {
    const { housekeeping, shelf } = await open(context);
    const key = await shelve(shelf, 'a');
    assert.equal((await housekeeping.find(key.slice(0, 6))).key, key);
    assert.equal((await housekeeping.find(key)).key, key);
    await assert.rejects(housekeeping.find('f'.repeat(64)), { code: 'ENVIRONMENT_MISSING' });
    for (const none of ['', key.slice(0, 5), 'nokey!', key.toUpperCase(), `${key}0`]) {
      await assert.rejects(housekeeping.find(none), { code: 'USAGE' }, none);
    }
    const twins = [`${key.slice(0, 8)}${'0'.repeat(56)}`, key];
    shelf.match = () => Promise.resolve(twins.map((each) => ({ key: each }) as never));
    await assert.rejects(housekeeping.find(key.slice(0, 8)), (error) => {
      assert.ok(error instanceof BelljarError && error.code === 'USAGE');
      assert.deepEqual(error.details['candidates'], twins);
      return true;
    });
  });

  it('keeps environments and files of packages within what the settings say, each its own', async (context) => {
    const settings = 'environments: {maxBytes: 400kB}\npackages: {cache: {maxBytes: 10kB}}\n';
    const { housekeeping, shelf, keep } = await open(context, settings);
    await keep('ab'.repeat(32), 8000);
    await keep('cd'.repeat(32), 8000);
    const [first, second, third] = [await shelve(shelf, 'a'), await shelve(shelf, 'b'), await shelve(shelf, 'c')];
    // Each takes some 160 kB: the third was built although there was not enough room, as nobody else wanted any.
    const told = await housekeeping.tidy({ isDryRun: true });
    assert.deepEqual(
      [told.packages.removed.length, told.packages.maxBytes, told.packages.afterBytes],
      [1, 10_000, 8000],
    );
    const { environments } = await housekeeping.tidy();
    assert.ok(environments.afterBytes <= 400_000);
    assert.equal((await keysOf(shelf)).includes(first), false);
    assert.deepEqual(await keysOf(shelf), [second, third].sort());
    const all = await housekeeping.tidy({ maxBytes: 0, maxCacheBytes: 0 });
    assert.equal(all.environments.removed.filter(({ kind }) => kind === 'environment').length, 2);
    assert.equal(all.packages.afterBytes, 0);
  });

  it('makes room before a build where there is too much, and looks no closer where there is not', async (context) => {
    const { housekeeping, shelf, home } = await open(context, 'environments: {maxBytes: 300kB}\n');
    const first = await shelve(shelf, 'a');
    const counted = async () => (await readdir(join(home, 'environments'))).includes('measured.json');
    assert.equal(await counted(), true, 'the first build counted what there was');
    await housekeeping.beforeBuild(signal);
    assert.deepEqual(await keysOf(shelf), [first]);
    const second = await shelve(shelf, 'b');
    const third = await shelve(shelf, 'c');
    assert.deepEqual(await keysOf(shelf), [second, third].sort(), 'the first made room for the third');
  });

  it('builds once more where the disk was full and what nobody needs made room', async (context) => {
    const { shelf, keep, record } = await open(context);
    const path = await keep('ab'.repeat(32), 8000);
    const unused = await shelve(shelf, 'a');
    let tries = 0;
    using lease = await shelf.obtain(specOf('b'.repeat(64)), async (folder, tools) => {
      tries += 1;
      if (tries === 1) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      return buildOf('')(folder, tools);
    });
    assert.deepEqual([tries, lease.isNew], [2, true]);
    assert.deepEqual(await keysOf(shelf), [lease.environment.key]);
    assert.equal((await readdir(dirname(path))).length, 0);
    const evicted = (await record.tail({ limit: 10 })).filter(({ action }) => action === 'environment.evicted');
    assert.deepEqual(
      evicted.map(({ subject }) => subject),
      [`environment ${unused}`],
    );
    const full = (): Promise<never> => Promise.reject(Object.assign(new Error('no space'), { code: 'EDQUOT' }));
    await assert.rejects(shelf.obtain(specOf('c'.repeat(64)), full), { code: 'STORAGE_FULL', hint: /belljar env gc/ });
  });

  it('does not remove a file that is being built with, however old', async (context) => {
    const { housekeeping, shelf, keep } = await open(context);
    const [wanted, other] = ['ab'.repeat(32), 'cd'.repeat(32)];
    await keep(wanted, 10);
    await keep(other, 10);
    using _ = await shelf.obtain(specOf('a'.repeat(64), { wheels: [wanted] }), async (folder, tools) => {
      const { packages } = await housekeeping.tidy({ maxCacheBytes: 0 });
      assert.deepEqual(
        packages.removed.map(({ sha256 }) => sha256),
        [other],
      );
      return buildOf('')(folder, tools);
    });
  });

  it('tidies from time to time, without being asked', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    const { housekeeping, shelf } = await open(context, 'environments: {maxBytes: 0, collectEvery: 2m}\n');
    await housekeeping.start();
    const key = await shelve(shelf, 'a');
    const tidied = Promise.withResolvers<unknown>();
    const collect = shelf.collect.bind(shelf);
    shelf.collect = async (options) => {
      const collected = await collect(options);
      tidied.resolve(undefined);
      return collected;
    };
    context.mock.timers.tick(119_000);
    assert.deepEqual(await keysOf(shelf), [key]);
    context.mock.timers.tick(1000);
    await tidied.promise;
    assert.deepEqual(await keysOf(shelf), []);
  });

  it('begins no second round while one goes on, and ends it when it is closed', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    const { housekeeping, shelf } = await open(context, 'environments: {collectEvery: 2m}\n');
    const begun = Promise.withResolvers<unknown>();
    let rounds = 0;
    shelf.collect = (options) => {
      rounds += 1;
      begun.resolve(undefined);
      return new Promise((_resolve, reject) => {
        options.signal?.addEventListener('abort', () => reject(new BelljarError('CANCELLED', 'closed')), {
          once: true,
        });
      });
    };
    await housekeeping.start();
    context.mock.timers.tick(120_000);
    await begun.promise;
    context.mock.timers.tick(120_000);
    await housekeeping[Symbol.asyncDispose]();
    assert.equal(rounds, 1);
  });
});
