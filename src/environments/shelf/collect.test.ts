import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { buildOf, specOf, temporaryShelf } from '../../../test/support/shelf.ts';

const lock = 'a'.repeat(64);

describe('Shelf.collect()', () => {
  it('removes what was not used longest, and tells before it does what it would remove', async (context) => {
    const { shelf, actions } = await temporaryShelf(context);
    const keys: string[] = [];
    for (const [place, each] of ['a', 'b', 'c'].entries()) {
      using lease = await shelf.obtain(specOf(each.repeat(64)), buildOf('x'.repeat(50_000 * (place + 1))));
      keys.push(lease.environment.key);
    }
    await shelf.lease(keys[0] ?? '').then((lease) => lease?.[Symbol.dispose]());
    const { totalBytes, environments } = await shelf.usage();
    const maxBytes = totalBytes - 1;
    const planned = await shelf.collect({ maxBytes, isDryRun: true });
    assert.deepEqual(
      planned.removed.map(({ name }) => name),
      [keys[1]],
    );
    assert.equal((await shelf.list()).length, 3);
    const done = await shelf.collect({ maxBytes });
    assert.deepEqual(done, planned);
    assert.equal(done.beforeBytes - done.afterBytes, environments.get(keys[1] ?? ''));
    assert.deepEqual((await readdir(join(shelf.folder, 'built'))).sort(), [keys[0], keys[2]].sort());
    assert.equal((await actions()).at(-1), 'environment.evicted');
  });

  it('keeps what is leased, by another process too, and what is pinned', async (context) => {
    const { shelf, openOther } = await temporaryShelf(context);
    const other = await openOther();
    using own = await shelf.obtain(specOf('a'.repeat(64)), buildOf(''));
    const others = await other.obtain(specOf('b'.repeat(64)), buildOf(''));
    const pinned = await shelf.obtain(specOf('c'.repeat(64)), buildOf(''));
    pinned[Symbol.dispose]();
    assert.equal(await shelf.pin(pinned.environment.key), true);
    assert.deepEqual((await shelf.collect({ maxBytes: 0 })).removed, []);
    others[Symbol.dispose]();
    await other.close();
    const { removed } = await shelf.collect({ maxBytes: 0 });
    assert.deepEqual(
      removed.map(({ name }) => name),
      [others.environment.key],
    );
    assert.equal(await shelf.pin(pinned.environment.key, false), true);
    assert.equal((await shelf.collect({ maxBytes: 0 })).removed.length, 1);
    assert.deepEqual(
      (await shelf.list()).map(({ key }) => key),
      [own.environment.key],
    );
  });

  it('removes wheels and bytecode that nobody is made of, and counts shared files once', async (context) => {
    const { shelf } = await temporaryShelf(context);
    const [used, unused] = ['1'.repeat(64), '2'.repeat(64)];
    const build = specOf(lock).python.build;
    for (const wheel of [used, unused]) await store(join(shelf.folder, 'wheels', wheel.slice(0, 2), wheel));
    await store(join(shelf.folder, 'bytecode', build, used.slice(0, 2), used));
    await store(join(shelf.folder, 'bytecode', 'f'.repeat(64), used.slice(0, 2), used));
    const leases = [];
    for (const each of ['a', 'b']) {
      const spec = specOf(each.repeat(64), { wheels: [used] });
      leases.push(
        await shelf.obtain(spec, async (folder) => {
          await link(join(shelf.folder, 'wheels', used.slice(0, 2), used, 'file'), join(folder, 'file'));
          return { treeDigest: '', files: 1, bytes: 100_000 };
        }),
      );
    }
    const { environments, wheels, totalBytes } = await shelf.usage();
    assert.ok((wheels.get(used) ?? 0) >= 100_000);
    for (const bytes of environments.values()) assert.ok(bytes < 50_000, String(bytes));
    assert.ok(totalBytes < 500_000);
    const { removed } = await shelf.collect({ maxBytes: 0 });
    assert.deepEqual(
      removed.map(({ kind, name }) => [kind, name]),
      [
        ['bytecode', `${'f'.repeat(64)}/${used}`],
        ['wheel', unused],
      ],
    );
    for (const lease of leases) lease[Symbol.dispose]();
    const rest = await shelf.collect({ maxBytes: 0 });
    assert.deepEqual(rest.removed.map(({ kind }) => kind).sort(), ['bytecode', 'environment', 'environment', 'wheel']);
    assert.deepEqual(await readdir(join(shelf.folder, 'wheels', used.slice(0, 2))), []);
  });

  it('measures what du measures, and says of each that stays why', async (context) => {
    const { shelf } = await temporaryShelf(context);
    using leased = await shelf.obtain(specOf('a'.repeat(64)), buildOf('x'.repeat(30_000)));
    const pinned = await shelf.obtain(specOf('b'.repeat(64)), buildOf('y'));
    pinned[Symbol.dispose]();
    await shelf.pin(pinned.environment.key);
    await store(join(shelf.folder, 'wheels/11', '1'.repeat(64)));
    await shelf.usage(); // what was counted is kept there too
    const { totalBytes } = await shelf.usage();
    const du = execFileSync('du', ['-sk', shelf.folder], { encoding: 'utf8' });
    assert.equal(totalBytes, Number.parseInt(du, 10) * 1024);
    const { kept } = await shelf.collect({ maxBytes: 0 });
    const why = Object.fromEntries(kept.map((each) => [each.key, each.why]));
    assert.deepEqual(why, { [leased.environment.key]: 'leased', [pinned.environment.key]: 'pinned' });
  });

  it('keeps the wheels of what is being built', async (context) => {
    const { shelf, openOther } = await temporaryShelf(context);
    const other = await openOther();
    const wheel = '1'.repeat(64);
    await store(join(shelf.folder, 'wheels', wheel.slice(0, 2), wheel));
    using lease = await shelf.obtain(specOf(lock, { wheels: [wheel] }), async (folder, tools) => {
      assert.deepEqual((await other.collect({ maxBytes: 0 })).removed, []);
      return buildOf('')(folder, tools);
    });
    assert.equal(lease.isNew, true);
  });
});

async function store(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'file'), 'x'.repeat(100_000));
}
