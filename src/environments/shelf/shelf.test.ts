import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { buildOf, specOf, temporaryShelf } from '../../../test/support/shelf.ts';
import { BelljarError } from '../../errors.ts';
import { sql } from '../../storage/index.ts';
import type { BuildEnvironment } from './construct.ts';
import { halfFolder } from './half.ts';
import { environmentKey } from './key.ts';

const lock = 'a'.repeat(64);
const neverAgain: BuildEnvironment = () => assert.fail('it is there already');

describe('environmentKey()', () => {
  it('differs with all that makes an environment another one, and with nothing else', () => {
    const python = { ...specOf(lock).python };
    const others = [
      specOf('b'.repeat(64)),
      specOf(lock, { python: { ...python, build: 'c'.repeat(64) } }),
      specOf(lock, { python: { ...python, executable: '/opt/python3' } }),
      specOf(lock, { platform: 'musl' }),
      specOf(lock, { installer: { name: 'belljar', version: '1', options: { compile: false } } }),
      specOf(lock, { namespace: 'workspace:a' }),
    ];
    assert.equal(new Set([specOf(lock), ...others].map(environmentKey)).size, others.length + 1);
    assert.equal(environmentKey(specOf(lock, { wheels: ['c'.repeat(64)] })), environmentKey(specOf(lock)));
  });
});

describe('Shelf', () => {
  it('builds what is not there, in one rename, and leases it from then on', async (context) => {
    const { shelf, home, actions } = await temporaryShelf(context);
    const key = environmentKey(specOf(lock));
    assert.equal(await shelf.lease(key), undefined);
    using first = await shelf.obtain(specOf(lock), buildOf('pass'));
    using second = await shelf.obtain(specOf(lock), neverAgain);
    using third = await shelf.lease(key);
    assert.deepEqual([first.isNew, second.isNew, third?.isNew], [true, false, false]);
    assert.equal(first.folder, join(home, 'environments/built', key));
    assert.equal(await readFile(join(first.folder, 'lib/0.py'), 'utf8'), 'pass');
    assert.equal((await stat(first.folder)).mode & 0o777, 0o555);
    assert.deepEqual(await readdir(halfFolder(shelf.folder)), []);
    assert.deepEqual(await actions(), ['environment.build', 'environment.built']);
    const [listed] = await shelf.list();
    assert.deepEqual([listed?.key, listed?.files, listed?.python.version], [key, 4, '3.99.1']);
  });

  it('has those who ask meanwhile wait, and see how far it is', async (context) => {
    const { shelf, openOther } = await temporaryShelf(context);
    const other = await openOther();
    const [begun, seen] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const building = shelf.obtain(specOf(lock), async (folder, tools) => {
      begun.resolve(undefined);
      tools.onProgress({ phase: 'compile', package: 'numpy', done: 1, total: 5 });
      await seen.promise;
      return buildOf('')(folder, tools);
    });
    const phases: string[] = [];
    await begun.promise;
    const waiting = other.obtain(specOf(lock), neverAgain, {
      onProgress: ({ phase, package: name, done, total }) => {
        phases.push(`${phase} ${name} ${done}/${total}`);
        seen.resolve(undefined);
      },
    });
    using built = await building;
    using waited = await waiting;
    assert.deepEqual([built.isNew, waited.isNew], [true, false]);
    assert.deepEqual(phases.slice(0, 1), ['compile numpy 1/5']);
  });

  it('leaves nothing of a build that fails, tells all who wait, and tries again for who comes later', async (context) => {
    const { shelf, openOther, actions } = await temporaryShelf(context);
    const other = await openOther();
    const [begun, waitingBegan] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const building = shelf.obtain(specOf(lock), async (folder, { onProgress }) => {
      begun.resolve(undefined);
      await writeFile(join(folder, 'half'), 'half');
      onProgress({ phase: 'unpack', done: 0, total: 1 });
      await waitingBegan.promise;
      throw new BelljarError('STORAGE_FULL', 'no space', { hint: 'make some', details: { wheel: 'numpy' } });
    });
    await begun.promise;
    const waiting = other.obtain(specOf(lock), neverAgain, { onProgress: () => waitingBegan.resolve(undefined) });
    const expected = { code: 'STORAGE_FULL', message: 'no space', hint: 'make some', details: { wheel: 'numpy' } };
    await Promise.all([assert.rejects(building, expected), assert.rejects(waiting, expected)]);
    assert.deepEqual(await readdir(halfFolder(shelf.folder)), []);
    assert.deepEqual(await readdir(join(shelf.folder, 'built')), []);
    assert.deepEqual(await actions(), ['environment.build', 'environment.build-failed']);
    using again = await other.obtain(specOf(lock), buildOf(''));
    assert.equal(again.isNew, true);
  });

  it('says what broke a build in words of its own where the builder has none', async (context) => {
    const { shelf } = await temporaryShelf(context);
    const build: BuildEnvironment = async () => Promise.reject(new TypeError('x is not a function'));
    await assert.rejects(shelf.obtain(specOf(lock), build), { code: 'BUILD_FAILED', message: /x is not a function/ });
    const full: BuildEnvironment = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    await assert.rejects(shelf.obtain(specOf(lock), full), { code: 'STORAGE_FULL' });
  });

  it('has another go on where the builder gives up', async (context) => {
    const { shelf, openOther } = await temporaryShelf(context);
    const other = await openOther();
    const controller = new AbortController();
    const begun = Promise.withResolvers<undefined>();
    const building = shelf.obtain(
      specOf(lock),
      async (_folder, { signal, onProgress }) => {
        begun.resolve(undefined);
        onProgress({ phase: 'wait', done: 0, total: 1 });
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
        return assert.fail();
      },
      { signal: controller.signal },
    );
    await begun.promise;
    const waiting = other.obtain(specOf(lock), buildOf(''), { onProgress: () => controller.abort() });
    await assert.rejects(building, { code: 'CANCELLED' });
    using taken = await waiting;
    assert.equal(taken.isNew, true);
    assert.deepEqual(await readdir(halfFolder(shelf.folder)), []);
  });

  it('lets who waits give up, and goes on with the build', async (context) => {
    const { shelf, openOther } = await temporaryShelf(context);
    const other = await openOther();
    const [begun, gaveUp] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const building = shelf.obtain(specOf(lock), async (folder, tools) => {
      begun.resolve(undefined);
      tools.onProgress({ phase: 'link', done: 0, total: 1 });
      await gaveUp.promise;
      return buildOf('')(folder, tools);
    });
    await begun.promise;
    const controller = new AbortController();
    const options = { signal: controller.signal, onProgress: () => controller.abort() };
    await assert.rejects(other.obtain(specOf(lock), neverAgain, options), { code: 'CANCELLED' });
    gaveUp.resolve(undefined);
    using built = await building;
    assert.equal(built.isNew, true);
  });

  it('takes over from a builder that was not heard of for too long, who then leaves nothing', async (context) => {
    const { shelf, openOther, database } = await temporaryShelf(context);
    const other = await openOther();
    const takenOver = Promise.withResolvers<undefined>();
    const slow = shelf.obtain(specOf(lock), async (folder, tools) => {
      await database.write(sql`update environment_holders set expires = 0`);
      const second = await other.obtain(specOf(lock), buildOf('second'));
      second[Symbol.dispose]();
      takenOver.resolve(undefined);
      return buildOf('first')(folder, tools);
    });
    using lease = await slow;
    await takenOver.promise;
    assert.equal(lease.isNew, false);
    assert.equal(await readFile(join(lease.folder, 'lib/0.py'), 'utf8'), 'second');
    assert.deepEqual(await readdir(halfFolder(shelf.folder)), []);
  });

  const damages: readonly [string, (folder: string) => Promise<void>, RegExp][] = [
    ['is gone', (folder) => rm(folder, { recursive: true }), /gone/],
    ['became a link', (folder) => rm(folder, { recursive: true }).then(() => symlink('/tmp', folder)), /is none/],
    ['was opened to others', (folder) => chmod(folder, 0o777), /others/],
    ['lost a file', (folder) => rm(join(folder, 'whole')), /“whole” is missing/],
  ];
  for (const [what, damage, problem] of damages) {
    it(`never leases one that ${what}; that is on the record, and it is built anew`, async (context) => {
      const { shelf, actions, record } = await temporaryShelf(context, {
        verifyTree: async (folder) => {
          const isThere = (await readdir(folder)).includes('whole');
          return { problems: isThere ? [] : ['“whole” is missing'] };
        },
      });
      const lease = await shelf.obtain(specOf(lock), buildOf(''));
      lease[Symbol.dispose]();
      await damage(lease.folder);
      assert.equal(await shelf.lease(lease.environment.key), undefined);
      assert.equal((await actions()).at(-1), 'environment.damaged');
      assert.match(JSON.stringify((await record.tail({ limit: 1 }))[0]?.details), problem);
      using again = await shelf.obtain(specOf(lock), buildOf('again'));
      assert.equal(again.isNew, true);
      assert.equal(await readFile(join(again.folder, 'lib/0.py'), 'utf8'), 'again');
      assert.deepEqual(await readdir(halfFolder(shelf.folder)), []);
    });
  }

  it('verifies all of one, and condemns it where it is not whole', async (context) => {
    let problems: string[] = [];
    const verifyTree = async (_folder: string, { full }: { full: boolean }) => ({ problems: full ? problems : [] });
    const { shelf, actions } = await temporaryShelf(context, { verifyTree });
    using lease = await shelf.obtain(specOf(lock), buildOf(''));
    const { key } = lease.environment;
    assert.deepEqual(await shelf.verify(key), { problems: [] });
    problems = ['lib/0.py is another file'];
    assert.deepEqual(await shelf.verify(key), { problems });
    assert.deepEqual(await shelf.verify(key), { problems });
    assert.equal((await actions()).filter((action) => action === 'environment.damaged').length, 1);
    assert.equal(await shelf.lease(key), undefined);
    assert.equal(await readFile(join(lease.folder, 'lib/0.py'), 'utf8'), '');
    await assert.rejects(shelf.verify('f'.repeat(64)), { code: 'ENVIRONMENT_MISSING' });
  });

  it('does not take what makes room beside a look for damaged', async (context) => {
    const beside: { doing?: (() => Promise<unknown>) | undefined } = {};
    const verifyTree = async (_folder: string, { full }: { full: boolean }) => {
      if (!full || beside.doing === undefined) return { problems: [] };
      await beside.doing();
      beside.doing = undefined;
      return { problems: ['lib/0.py is missing'] };
    };
    const { shelf, actions } = await temporaryShelf(context, { verifyTree });
    const build = async (): Promise<string> => {
      using lease = await shelf.obtain(specOf(lock), buildOf(''));
      return lease.environment.key;
    };
    const key = await build();
    beside.doing = () => shelf.collect({ maxBytes: 0 });
    await assert.rejects(shelf.verify(key), { code: 'ENVIRONMENT_MISSING' });
    await build();
    beside.doing = () => shelf.collect({ maxBytes: 0 }).then(build);
    assert.deepEqual(await shelf.verify(key), { problems: [] }, 'it was built anew meanwhile');
    assert.equal((await shelf.find(key))?.state, 'whole');
    assert.deepEqual(
      (await actions()).filter((action) => action === 'environment.damaged'),
      [],
    );
  });

  it('sweeps what a builder left that died before it could say that it was done', async (context) => {
    const { shelf, openOther } = await temporaryShelf(context);
    using known = await shelf.obtain(specOf(lock), buildOf(''));
    const unknown = join(shelf.folder, 'built', 'e'.repeat(64));
    await mkdir(join(unknown, 'lib'), { recursive: true });
    const other = await openOther();
    assert.equal(await other.lease('e'.repeat(64)), undefined);
    assert.deepEqual(await readdir(join(shelf.folder, 'built')), [known.environment.key]);
  });
});
