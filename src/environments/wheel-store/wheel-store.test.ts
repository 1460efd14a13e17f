import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { hostileWheels } from '../../../test/support/hostile-wheels.ts';
import { bubblewrap, needs, root } from '../../../test/support/prerequisite.ts';
import { makeWheel, type WheelDescription } from '../../../test/support/wheels.ts';
import { BelljarError, type ErrorCode } from '../../errors.ts';
import { inspectionBackend } from '../../packages/index.ts';
import { removeTree } from '../shelf/remove-tree.ts';
import type { WheelToStore } from './fill-wheel.ts';
import { WheelStore } from './wheel-store.ts';

const data = 'acme-1.0.data';
const rich: WheelDescription = {
  name: 'acme',
  files: {
    'acme/__init__.py': 'x = 1\n',
    'acme/größe.txt': 'ü',
    'acme/empty': '',
    'acme/large.bin': Buffer.alloc(5 << 20, 'large'),
    [`${data}/scripts/acme-tool`]: '#!python\nprint(1)\n',
    [`${data}/scripts/acme-shell`]: '#!/bin/sh\n',
    [`${data}/headers/acme.h`]: '',
    [`${data}/data/share/acme/icon`]: 'icon',
    [`${data}/platlib/acme_native.so`]: 'native',
  },
  entryPoints:
    '[console_scripts]\nacme = acme.cli : main.run [color]\n[gui_scripts]\nacme-gui=acme:gui\n[other]\na=b\n',
  change: (entries) =>
    entries.map((entry) => (entry.path.endsWith('large.bin') ? { ...entry, mode: 0o100755 } : entry)),
};
const plain: WheelDescription = { name: 'acme' };

function fails(code: ErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof BelljarError && error.code === code;
}

describe('WheelStore', needs(bubblewrap), () => {
  const base = mkdtempSync(join(tmpdir(), 'belljar-test-'));
  const folder = join(base, 'environments');
  const cacheFolder = join(base, 'cache');
  const backend = inspectionBackend(undefined);
  const store = new WheelStore({ folder, cacheFolder, backend });
  let count = 0;
  const put = (wheel: WheelDescription): WheelToStore => {
    const { filename, bytes, sha256 } = makeWheel(wheel);
    const path = join(base, `wheel-${(count += 1)}`);
    writeFileSync(path, bytes);
    return { path, filename, sha256 };
  };
  /** Each time a wheel of which nothing is known. */
  const putNew = (wheel: WheelDescription = plain): WheelToStore => put({ ...wheel, readme: `number ${count}` });
  const halves = (): string[] => readdirSync(join(folder, 'half'));
  const isStored = (sha256: string): boolean => existsSync(join(folder, 'wheels', sha256.slice(0, 2), sha256));
  after(() => removeTree(base));

  it('lays out a wheel by where its files belong, sealed', async () => {
    const wheel = put(rich);
    const stored = await store.ensure(wheel);
    const listing = stored.files.map(
      ({ scheme, path, isExecutable }) => `${scheme} ${path}${isExecutable ? ' x' : ''}`,
    );
    assert.deepEqual(listing, [
      'data share/acme/icon',
      'headers acme.h',
      'scripts acme-shell x',
      'scripts acme-tool x',
      'site acme-1.0.dist-info/METADATA',
      'site acme-1.0.dist-info/WHEEL',
      'site acme-1.0.dist-info/entry_points.txt',
      'site acme/__init__.py',
      'site acme/empty',
      'site acme/größe.txt',
      'site acme/large.bin x',
      'site acme_native.so',
    ]);
    const scripts = stored.files.filter(({ isPythonScript }) => isPythonScript).map(({ path }) => path);
    assert.deepEqual(scripts, ['acme-tool']);
    for (const { scheme, path, isExecutable, sizeBytes } of stored.files) {
      const found = statSync(join(stored.folder, scheme, path));
      assert.deepEqual([found.mode & 0o7777, found.size], [isExecutable ? 0o555 : 0o444, sizeBytes]);
      assert.equal(found.uid, process.getuid?.());
    }
    assert.equal(statSync(join(stored.folder, 'site/acme')).mode & 0o7777, 0o555);
    assert.deepEqual(readFileSync(join(stored.folder, 'site/acme/large.bin')), rich.files?.['acme/large.bin']);
    assert.deepEqual([stored.name, stored.version, stored.distInfo], ['acme', '1.0', 'acme-1.0.dist-info']);
    assert.deepEqual(stored.entryPoints, [
      { group: 'console_scripts', name: 'acme', module: 'acme.cli', attribute: 'main.run' },
      { group: 'gui_scripts', name: 'acme-gui', module: 'acme', attribute: 'gui' },
    ]);
    assert.equal(
      stored.installedBytes,
      stored.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    );
    assert.deepEqual(halves(), []);
  });

  it('finds again what it stored, in another process too, and reads it all where it is asked to', async () => {
    const wheel = putNew();
    assert.equal(await store.find(wheel.sha256), undefined);
    const stored = await store.ensure(wheel);
    const other = new WheelStore({ folder, cacheFolder, backend });
    assert.deepEqual(await other.find(wheel.sha256), stored);
    // Nothing is read of a wheel that is there.
    assert.deepEqual(await other.ensure({ ...wheel, path: join(base, 'none') }), stored);
    assert.deepEqual(await other.verify(wheel.sha256), []);
    const path = join(stored.folder, 'site/acme/__init__.py');
    chmodSync(path, 0o644);
    writeFileSync(path, 'version = "6.6"\n');
    chmodSync(path, 0o444);
    assert.deepEqual(await other.verify(wheel.sha256), [{ path: 'site/acme/__init__.py', what: 'content' }]);
  });

  it('unpacks a wheel once that several ask for, and both of two stores', async () => {
    const wheel = putNew();
    const told: number[] = [];
    const onProgress = (done: number): void => void told.push(done);
    const twice = await Promise.all([store.ensure({ ...wheel, onProgress }), store.ensure({ ...wheel, onProgress })]);
    assert.equal(twice[0], twice[1]);
    assert.ok(told.length > 0);
    const race = putNew();
    const stores = [store, new WheelStore({ folder, cacheFolder, backend })];
    const [one, other] = await Promise.all(stores.map((each) => each.ensure(race)));
    assert.deepEqual(one, other);
    assert.deepEqual(halves(), []);
  });

  for (const { what, hostile, harmless, sidecar } of hostileWheels) {
    // What an index gives out beside the wheel is the inspection's to judge.
    if (sidecar !== undefined) continue;
    it(`refuses ${what} and leaves nothing, and takes the same made harmless`, async () => {
      const before = readdirSync(base).length + 1;
      const refused = put({ ...hostile, readme: what });
      await assert.rejects(store.ensure(refused), fails('WHEEL_REFUSED'));
      assert.ok(!isStored(refused.sha256));
      assert.deepEqual(halves(), []);
      assert.equal(readdirSync(base).length, before);
      const stored = await store.ensure(put(harmless));
      assert.deepEqual(await store.verify(stored.sha256), []);
    });
  }

  it('refuses a wheel that it has under a name that is not its own', async () => {
    const wheel = putNew();
    await store.ensure(wheel);
    const renamed = { ...wheel, filename: 'requests-1.0-py3-none-any.whl' };
    await assert.rejects(store.ensure(renamed), fails('WHEEL_REFUSED'));
    const built = { ...wheel, filename: 'acme-1.0-1-py3-none-any.whl' };
    assert.equal((await store.ensure(built)).sha256, wheel.sha256);
  });

  it('unpacks nothing but the wheel that was meant', async () => {
    const [one, other] = [putNew(), putNew()];
    await assert.rejects(store.ensure({ ...one, path: other.path }), fails('ARTIFACT_MISMATCH'));
    await assert.rejects(store.ensure({ ...one, path: join(base, 'none') }), fails('INPUT_UNREADABLE'));
    assert.deepEqual(halves(), []);
    assert.equal((await store.ensure(one)).sha256, one.sha256);
  });

  it('refuses what takes longer or is larger than is let in', async () => {
    const tight = new WheelStore({ folder, cacheFolder, backend, limits: { timeMs: 0, timePerMebibyteMs: 0 } });
    const narrow = new WheelStore({ folder, cacheFolder, backend, limits: { maxUnpackedBytes: 1000 } });
    const few = new WheelStore({ folder, cacheFolder, backend, limits: { maxFiles: 2 } });
    for (const each of [tight, narrow, few]) {
      const wheel = putNew(rich);
      await assert.rejects(each.ensure(wheel), fails('WHEEL_REFUSED'));
      assert.deepEqual(halves(), []);
      assert.equal((await store.ensure(wheel)).files.length, 12);
    }
  });

  it('leaves nothing where the caller gives up, and lets others go on', async () => {
    const controller = new AbortController();
    const wheel = putNew(rich);
    const onProgress = (): void => controller.abort();
    const first = store.ensure({ ...wheel, signal: controller.signal, onProgress });
    const second = store.ensure(wheel);
    await assert.rejects(first, fails('CANCELLED'));
    assert.equal((await second).files.length, 12);
    assert.deepEqual(halves(), []);
  });

  it('says that the disk is full, and leaves nothing', needs(root), async () => {
    const small = join(base, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', small]);
    try {
      const crowded = new WheelStore({ folder: small, cacheFolder, backend });
      const wheel = putNew(rich);
      await assert.rejects(crowded.ensure(wheel), (error: unknown) => {
        assert.ok(fails('STORAGE_FULL')(error));
        assert.match((error as BelljarError).message, /the disk is full; nothing of it is left/);
        return true;
      });
      assert.deepEqual([readdirSync(join(small, 'half')), existsSync(join(small, 'wheels'))], [[], false]);
      assert.equal((await crowded.ensure(putNew())).name, 'acme');
      assert.equal((await store.ensure(wheel)).files.length, 12);
    } finally {
      execFileSync('umount', [small]);
    }
  });

  it('leaves nothing in place when it is killed in the middle', async () => {
    const wheel = putNew({ ...rich, files: { ...rich.files, 'acme/more.bin': Buffer.alloc(40 << 20, 'more') } });
    const modules = JSON.stringify(new URL('./wheel-store.ts', import.meta.url).href);
    const code = `
      import { WheelStore } from ${modules};
      const store = new WheelStore(${JSON.stringify({ folder, cacheFolder })});
      const onProgress = (done, total) => { if (done > 3 && done < total) console.log('going'); };
      await store.ensure({ ...${JSON.stringify(wheel)}, onProgress });`;
    const options = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
    const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(!isStored(wheel.sha256));
    assert.equal(halves().length, 1);
    assert.equal((await store.ensure(wheel)).files.length, 13);
    await removeTree(join(folder, 'half'));
  });
});
