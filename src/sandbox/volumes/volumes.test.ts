import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

import { BelljarError } from '../../errors.ts';
import { makeDeepFolder } from '../../../test/support/deep-folder.ts';
import { needs, root } from '../../../test/support/prerequisite.ts';
import { runScarce } from '../../../test/support/scarce.ts';
import { loopImages, mountsBelow, smallDisk, temporaryVolumes } from '../../../test/support/volumes.ts';
import type { VolumeMeans } from './means.ts';
import { Volumes } from './volumes.ts';

const small = { name: 'a', maxBytes: 8 << 20, maxFiles: 128 };
const folderOnly: VolumeMeans = { kind: 'folder', why: 'for a test', remedy: 'none' };

let marks = 0;

/** As a server of its own would have them: what it leaves is another's to judge. */
function openVolumes(folder: string, means?: VolumeMeans, dead: readonly string[] = []): Volumes {
  const nextMark = (): string => `1-2-3-${(marks += 1)}`;
  const isAbandoned = (mark: string): boolean => dead.includes(mark);
  return new Volumes({ folder, nextMark, isAbandoned, ...(means && { means }) });
}

describe('Volumes', needs(root, loopImages), () => {
  it('makes, mounts and unmounts what is asked for, and keeps its files and its uid', async (context) => {
    const folder = temporaryVolumes(context);
    const volumes = openVolumes(folder);
    const first = await volumes.acquire(small);
    assert.ok(first.isHard);
    writeFileSync(join(first.hostPath, 'kept'), 'kept');
    assert.equal(mountsBelow(folder).length, 1);
    assert.equal(await first.end(), undefined);
    assert.deepEqual(mountsBelow(folder), []);
    const again = await openVolumes(folder).acquire(small);
    assert.equal(readFileSync(join(again.hostPath, 'kept'), 'utf8'), 'kept');
    assert.equal(again.uid, first.uid);
    await again.end();
  });

  it('makes nothing before it is asked', async (context) => {
    const folder = temporaryVolumes(context);
    await openVolumes(folder).sweep();
    assert.ok(!existsSync(folder));
  });

  it('shares one mount between two, and unmounts it after the last', async (context) => {
    const folder = temporaryVolumes(context);
    const volumes = openVolumes(folder);
    const [one, other] = await Promise.all([volumes.acquire(small), volumes.acquire(small)]);
    assert.equal(one.hostPath, other.hostPath);
    await one.end();
    await one.end(); // twice is once
    assert.equal(mountsBelow(folder).length, 1);
    writeFileSync(join(other.hostPath, 'x'), 'x');
    await other.end();
    assert.deepEqual(mountsBelow(folder), []);
  });

  it('makes files that are nobody’s, and gives them to a workspace that has none, as they are', async (context) => {
    const folder = temporaryVolumes(context);
    const volumes = openVolumes(folder);
    const lease = await volumes.acquireNew(small);
    writeFileSync(join(lease.hostPath, 'kept'), 'kept');
    assert.ok(!(await volumes.has('a')));
    assert.ok(await lease.nameAs('a'));
    assert.ok(await volumes.has('a'));
    assert.equal(readFileSync(join(lease.hostPath, 'kept'), 'utf8'), 'kept', 'they stay where they are shown');
    const another = openVolumes(folder);
    await assert.rejects(another.remove('a'), { code: 'WORKSPACE_UNUSABLE', message: /in use/ });
    const [same, elsewhere] = [await volumes.acquire(small), await another.acquire(small)];
    assert.deepEqual([same.hostPath, same.uid, elsewhere.uid], [lease.hostPath, lease.uid, lease.uid]);
    assert.equal(readFileSync(join(elsewhere.hostPath, 'kept'), 'utf8'), 'kept');
    for (const each of [lease, same, elsewhere]) await each.end();
    assert.deepEqual([mountsBelow(folder), readdirSync(join(folder, 'mounted'))], [[], []]);
    assert.ok(await volumes.remove('a'));
    assert.deepEqual(readdirSync(join(folder, 'uids')), []);
  });

  it('gives none to a workspace that has files, nor twice, and leaves nothing of what nobody got', async (context) => {
    const folder = temporaryVolumes(context);
    const volumes = openVolumes(folder);
    await (await volumes.acquire(small)).end();
    const [lease, other] = [await volumes.acquireNew(small), await volumes.acquireNew(small)];
    assert.notEqual(lease.uid, other.uid);
    assert.ok(!(await lease.nameAs('a')), 'it is there already');
    assert.deepEqual(await Promise.all([lease.nameAs('b'), other.nameAs('b')]), [true, false]);
    assert.ok(!(await lease.nameAs('c')), 'it has a name');
    await assert.rejects(other.nameAs('../c'), { code: 'USAGE' });
    await lease.end();
    await other.end();
    assert.deepEqual(readdirSync(join(folder, 'workspaces')).sort(), ['a', 'b']);
    assert.deepEqual([readdirSync(join(folder, 'unfinished')), readdirSync(join(folder, 'uids')).length], [[], 2]);
    await assert.rejects(volumes.acquire({ ...small, name: '+1-2-3-1' }), { code: 'USAGE' });
  });

  it('sweeps what is nobody’s after the server that made it', async (context) => {
    const folder = temporaryVolumes(context);
    const lease = await openVolumes(folder).acquireNew(small);
    context.after(() => lease.end());
    const [server = ''] = readdirSync(join(folder, 'mounted'));
    await openVolumes(folder).sweep();
    assert.equal(mountsBelow(folder).length, 1, 'it lives');
    await openVolumes(folder, undefined, [server]).sweep();
    assert.deepEqual([mountsBelow(folder), readdirSync(join(folder, 'unfinished'))], [[], []]);
  });

  it('gives a plain folder a name too', async (context) => {
    const folder = temporaryVolumes(context);
    const volumes = openVolumes(folder, folderOnly);
    const lease = await volumes.acquireNew(small);
    writeFileSync(join(lease.hostPath, 'kept'), 'kept');
    assert.ok(await lease.nameAs('a'));
    const again = await volumes.acquire(small);
    assert.equal(readFileSync(join(again.hostPath, 'kept'), 'utf8'), 'kept');
    await lease.end();
    await again.end();
    const nobodys = await volumes.acquireNew(small);
    await nobodys.end();
    assert.deepEqual([readdirSync(join(folder, 'unfinished')), readdirSync(join(folder, 'mounted'))], [[], []]);
  });

  it('shares one file system between two servers that start at once; neither unmounts the other’s', async (context) => {
    const folder = temporaryVolumes(context);
    const [one, other] = await Promise.all([openVolumes(folder).acquire(small), openVolumes(folder).acquire(small)]);
    assert.notEqual(one.hostPath, other.hostPath);
    assert.equal(one.uid, other.uid);
    writeFileSync(join(one.hostPath, 'x'), 'from one');
    assert.equal(readFileSync(join(other.hostPath, 'x'), 'utf8'), 'from one');
    await one.end();
    assert.equal(readFileSync(join(other.hostPath, 'x'), 'utf8'), 'from one');
    await other.end();
  });

  it('never gives two volumes one uid', async (context) => {
    const volumes = openVolumes(temporaryVolumes(context));
    const leases = await Promise.all(['a', 'b', 'c', 'd'].map((name) => volumes.acquire({ ...small, name })));
    assert.equal(new Set(leases.map(({ uid }) => uid)).size, 4);
    await Promise.all(leases.map((lease) => lease.end()));
  });

  it('gives more room where the bound grew, and watches where it shrank', async (context) => {
    const volumes = openVolumes(temporaryVolumes(context));
    const first = await volumes.acquire(small);
    writeFileSync(join(first.hostPath, 'kept'), Buffer.alloc(6 << 20, 1));
    await first.end();
    const larger = await volumes.acquire({ ...small, maxBytes: 64 << 20 });
    assert.ok(larger.isHard);
    writeFileSync(join(larger.hostPath, 'more'), Buffer.alloc(40 << 20, 1));
    assert.equal(statSync(join(larger.hostPath, 'kept')).size, 6 << 20);
    await larger.end();
    await assert.rejects(volumes.acquire(small), { code: 'WORKSPACE_UNUSABLE', message: /full: its files take 47/ });
    const watched = await volumes.acquire({ ...small, maxBytes: 50 << 20 });
    assert.equal(watched.isHard, false);
    await watched.end();
  });

  it('gives more room to an image that was not unmounted when the machine went down', async (context) => {
    const folder = temporaryVolumes(context);
    const volumes = openVolumes(folder);
    const lease = await volumes.acquire(small);
    writeFileSync(join(lease.hostPath, 'kept'), 'kept', { flush: true });
    const image = join(folder, 'workspaces/a/image');
    copyFileSync(image, `${image}-after-crash`);
    const { uid } = statSync(image);
    await lease.end();
    renameSync(`${image}-after-crash`, image);
    execFileSync('chown', [String(uid), image]);
    const larger = await volumes.acquire({ ...small, maxBytes: 32 << 20 });
    assert.equal(readFileSync(join(larger.hostPath, 'kept'), 'utf8'), 'kept');
    await larger.end();
  });

  it('tells a damaged image and leaves it as it is', async (context) => {
    const folder = temporaryVolumes(context);
    const volumes = openVolumes(folder);
    await (await volumes.acquire(small)).end();
    const image = join(folder, 'workspaces/a/image');
    const sound = readFileSync(image);
    const broken = Buffer.from(sound).fill(0xff, 4096, 3 * 4096);
    for (const content of [broken, sound.subarray(0, 1 << 20), Buffer.alloc(1 << 20), Buffer.alloc(0)]) {
      writeFileSync(image, content);
      const error: unknown = await volumes.acquire(small).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof BelljarError && error.code === 'WORKSPACE_UNUSABLE', String(error));
      assert.equal(error.details['reason'], 'damaged');
      assert.ok(readFileSync(image).equals(content));
    }
    writeFileSync(image, sound);
    await (await volumes.acquire(small)).end();
  });

  it('takes nothing for a volume that was not made whole, and does not follow a link in its place', async (context) => {
    const folder = temporaryVolumes(context);
    const volumes = openVolumes(folder, undefined, ['1-1-1-1']);
    await (await volumes.acquire(small)).end();
    mkdirSync(join(folder, 'unfinished/1-1-1-1'));
    writeFileSync(join(folder, 'unfinished/1-1-1-1/image'), Buffer.alloc(1 << 16));
    symlinkSync(join(folder, 'workspaces/a'), join(folder, 'workspaces/link'));
    mkdirSync(join(folder, 'workspaces/half'));
    symlinkSync(join(folder, 'workspaces/a/image'), join(folder, 'workspaces/half/image'));
    for (const name of ['half', 'link']) {
      await assert.rejects(volumes.acquire({ ...small, name }), { code: 'WORKSPACE_UNUSABLE' }, name);
    }
    await volumes.sweep();
    assert.deepEqual(readdirSync(join(folder, 'unfinished')), []);
  });

  it('sweeps what a server that is gone left mounted, and only that', async (context) => {
    const folder = temporaryVolumes(context);
    const [gone, living] = [openVolumes(folder), openVolumes(folder)];
    const left = await gone.acquire(small);
    const used = await living.acquire({ ...small, name: 'b' });
    const both = await living.acquire(small);
    writeFileSync(join(left.hostPath, 'kept'), 'kept');
    const dead = left.hostPath.split('/').at(-3)!;
    await openVolumes(folder, undefined, [dead]).sweep();
    assert.ok(!existsSync(join(folder, 'mounted', dead)));
    assert.equal(mountsBelow(folder).length, 2);
    assert.equal(readFileSync(join(both.hostPath, 'kept'), 'utf8'), 'kept');
    await Promise.all([used.end(), both.end()]);
  });

  it('removes a volume, whatever it holds, and gives its uid back', async (context) => {
    const folder = temporaryVolumes(context);
    const outside = join(dirname(folder), 'outside');
    writeFileSync(outside, 'mine');
    for (const means of [undefined, folderOnly]) {
      const volumes = openVolumes(folder, means);
      const roomy = { ...small, maxBytes: 128 << 20, maxFiles: 20_000 };
      const lease = await volumes.acquire(roomy);
      symlinkSync(outside, join(lease.hostPath, 'link'));
      symlinkSync('/', join(lease.hostPath, 'root'));
      writeFileSync(join(lease.hostPath, 'giant'), '');
      truncateSync(join(lease.hostPath, 'giant'), 2 ** 40);
      makeDeepFolder(lease.hostPath, 10_000);
      await assert.rejects(volumes.remove('a'), { code: 'WORKSPACE_UNUSABLE', message: /in use/ });
      await assert.rejects(openVolumes(folder, means).remove('a'), { code: 'WORKSPACE_UNUSABLE', message: /in use/ });
      await lease.end();
      assert.equal(await volumes.remove('a'), true);
      assert.equal(await volumes.remove('a'), false);
      assert.equal(readFileSync(outside, 'utf8'), 'mine');
      for (const name of ['workspaces', 'unfinished', 'uids']) assert.deepEqual(readdirSync(join(folder, name)), []);
    }
  });

  it('removes what a server that nobody can ask any more says it uses, and what is in use never', async (context) => {
    const folder = temporaryVolumes(context);
    const volumes = openVolumes(folder);
    for (const means of [undefined, folderOnly]) {
      await (await openVolumes(folder, means).acquire(small)).end();
      mkdirSync(join(folder, 'mounted/9-9-9-9/a'), { recursive: true });
      mkdirSync(join(folder, 'unfinished/9-9-9-9.1'));
      const user = await openVolumes(folder, means).acquire(small);
      await assert.rejects(volumes.remove('a'), { message: /in use/ }, 'the control');
      await volumes.sweep();
      assert.ok(existsSync(user.hostPath));
      await user.end();
      assert.equal(await volumes.remove('a'), true);
      assert.deepEqual(readdirSync(join(folder, 'unfinished')), []);
      assert.deepEqual(readdirSync(join(folder, 'mounted')), []);
      assert.deepEqual(readdirSync(join(folder, 'servers')), []);
    }
  });

  it('never shows what another server removes at that moment', async (context) => {
    const folder = temporaryVolumes(context);
    for (const means of [undefined, folderOnly]) {
      for (let round = 0; round < 10; round++) {
        await (await openVolumes(folder, means).acquire(small)).end();
        const acquiring = openVolumes(folder, means).acquire(small);
        const removing = openVolumes(folder, means).remove('a');
        const [lease, removed] = await Promise.allSettled([acquiring, removing]);
        assert.ok(lease.status === 'fulfilled', removed.status);
        writeFileSync(join(lease.value.hostPath, 'x'), 'x');
        await lease.value.end();
        assert.ok(existsSync(join(folder, 'workspaces/a')));
      }
      await openVolumes(folder, means).remove('a');
    }
  });

  it('gives the files back though it can start no program, and what it could not end soon after', (context) => {
    const folder = temporaryVolumes(context);
    const told = runScarce(`
      const { Volumes } = await import(${JSON.stringify(new URL('volumes.ts', import.meta.url).href)});
      let marks = 0;
      const folder = ${JSON.stringify(folder)};
      const volumes = new Volumes({ folder, nextMark: () => '1-1-1-' + (marks += 1), isAbandoned: () => false });
      const request = ${JSON.stringify(small)};
      const lease = await volumes.acquire(request);
      const free = exhaust();
      const ended = await lease.end().then(() => 'ended');
      const refused = await volumes.acquire(request).catch(({ code }) => code);
      free();
      await (await volumes.acquire(request)).end();
      console.log(JSON.stringify([ended, refused, await volumes.remove('a')]));`);
    assert.deepEqual(JSON.parse(told), ['ended', 'WORKSPACE_UNUSABLE', true]);
    assert.deepEqual(mountsBelow(folder), []);
  });

  it('leaves nothing half-made where making it is cancelled, and makes it for whoever asked after', async (context) => {
    const folder = temporaryVolumes(context);
    const volumes = openVolumes(folder);
    const controller = new AbortController();
    const cancelled = assert.rejects(volumes.acquire(small, controller.signal), { code: 'CANCELLED' });
    const waiting = assert.rejects(volumes.acquire(small, controller.signal), { code: 'CANCELLED' });
    while (!isMaking(folder)) await new Promise((resolve) => setImmediate(resolve));
    const next = volumes.acquire(small);
    controller.abort();
    await Promise.all([cancelled, waiting]);
    await (await next).end();
    await assert.rejects(volumes.acquire(small, controller.signal), { code: 'CANCELLED' });
    assert.deepEqual(readdirSync(join(folder, 'unfinished')), []);
    assert.equal(readdirSync(join(folder, 'uids')).length, 1);
    assert.deepEqual(mountsBelow(folder), []);
  });

  it('leaves an image as it was where growing it is cancelled', async (context) => {
    const folder = temporaryVolumes(context);
    const volumes = openVolumes(folder);
    await (await volumes.acquire(small)).end();
    const { size, ino } = statSync(join(folder, 'workspaces/a/image'));
    const controller = new AbortController();
    const larger = { ...small, maxBytes: 2 ** 30 };
    const cancelled = assert.rejects(volumes.acquire(larger, controller.signal), { code: 'CANCELLED' });
    while (!isMaking(folder)) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await cancelled;
    const after = statSync(join(folder, 'workspaces/a/image'));
    assert.deepEqual([after.size, after.ino], [size, ino]);
    assert.deepEqual(readdirSync(join(folder, 'unfinished')), []);
    await (await volumes.acquire(larger)).end();
  });

  it('refuses names that are paths, and bounds that are none', async (context) => {
    const volumes = openVolumes(temporaryVolumes(context));
    await assert.rejects(volumes.acquire({ ...small, name: '../a' }), { code: 'USAGE' });
    await assert.rejects(volumes.acquire({ ...small, maxBytes: 0 }), { code: 'USAGE' });
    await assert.rejects(volumes.remove('../a'), { code: 'USAGE' });
  });
});

describe('Volumes on a disk that is nearly full', needs(root, loopImages), () => {
  it('says so before anything is mounted, with what to do', async (context) => {
    const disk = smallDisk(context, '24m');
    const volumes = openVolumes(join(disk, 'volumes'));
    const error: unknown = await volumes.acquire(small).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof BelljarError && error.code === 'WORKSPACE_UNUSABLE', String(error));
    assert.match(error.message, /are free .*“a” may still take/);
    assert.match(error.hint, /Free space/);
    assert.deepEqual(mountsBelow(disk), []);
  });

  it('never promises the disk to two that are in use, by two servers neither', async (context) => {
    const disk = smallDisk(context, '200m');
    const [one, other] = [openVolumes(join(disk, 'volumes')), openVolumes(join(disk, 'volumes'))];
    const half = { ...small, maxBytes: 100 << 20 };
    const first = await one.acquire(half);
    for (const volumes of [one, other]) {
      await assert.rejects(volumes.acquire({ ...half, name: 'b' }), {
        code: 'WORKSPACE_UNUSABLE',
        message: /are free/,
      });
    }
    await first.end();
    await (await other.acquire({ ...half, name: 'b' })).end();
  });

  it('promises the disk to one of two that start at once, by one server or two', async (context) => {
    const disk = smallDisk(context, '200m');
    const [one, other] = [openVolumes(join(disk, 'volumes')), openVolumes(join(disk, 'volumes'))];
    const half = { ...small, maxBytes: 100 << 20 };
    for (const second of [one, other]) {
      const both = [one.acquire({ ...half, name: 'a' }), second.acquire({ ...half, name: 'b' })];
      const settled = await Promise.allSettled(both);
      const [lease, ...more] = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      assert.ok(lease !== undefined && more.length === 0, JSON.stringify(settled));
      await lease.end();
    }
    for (const name of ['a', 'b']) await (await one.acquire({ ...half, name })).end();
  });

  it('cannot grow an image that has no room to be copied, and leaves it whole', async (context) => {
    const disk = smallDisk(context, '120m');
    const volumes = openVolumes(join(disk, 'volumes'));
    const roomy = { ...small, maxBytes: 70 << 20 };
    const lease = await volumes.acquire(roomy);
    writeFileSync(join(lease.hostPath, 'kept'), Buffer.alloc(64 << 20, 1));
    await lease.end();
    await assert.rejects(volumes.acquire({ ...roomy, maxBytes: 100 << 20 }), {
      code: 'WORKSPACE_UNUSABLE',
      message: /cannot be given more room/,
    });
    assert.deepEqual(readdirSync(join(disk, 'volumes/unfinished')), []);
    execFileSync('mount', ['-o', 'remount,size=300m', disk]);
    const later = await volumes.acquire({ ...roomy, maxBytes: 100 << 20 });
    assert.equal(statSync(join(later.hostPath, 'kept')).size, 64 << 20);
    await later.end();
  });
});

describe('Volumes where no image can be mounted', needs(root), () => {
  it('keeps a plain folder with a uid of its own, which is watched', async (context) => {
    const folder = temporaryVolumes(context);
    const lease = await openVolumes(folder, folderOnly).acquire(small);
    assert.equal(lease.isHard, false);
    assert.equal(lstatSync(lease.hostPath).uid, lease.uid);
    const excess = new Promise((resolve) => lease.watch(undefined, resolve));
    writeFileSync(join(lease.hostPath, 'large'), Buffer.alloc(9 << 20, 1));
    assert.partialDeepStrictEqual(await excess, { what: 'bytes', limit: 8 << 20 });
    assert.partialDeepStrictEqual(await lease.end(), { what: 'bytes', limit: 8 << 20 });
    await assert.rejects(openVolumes(folder, folderOnly).acquire(small), {
      code: 'WORKSPACE_UNUSABLE',
      message: /full/,
    });
  });

  it('finds a folder again after images became possible, and does not turn it into one', async (context) => {
    const folder = temporaryVolumes(context);
    const first = await openVolumes(folder, folderOnly).acquire(small);
    writeFileSync(join(first.hostPath, 'kept'), 'kept');
    await first.end();
    const again = await openVolumes(folder, { kind: 'image' }).acquire(small);
    assert.equal(readFileSync(join(again.hostPath, 'kept'), 'utf8'), 'kept');
    assert.equal(again.isHard, false);
    await again.end();
  });

  it('makes one folder where two servers start at once', async (context) => {
    const folder = temporaryVolumes(context);
    const both = [openVolumes(folder, folderOnly), openVolumes(folder, folderOnly)];
    const [one, other] = await Promise.all(both.map((volumes) => volumes.acquire(small)));
    assert.equal(one?.uid, other?.uid);
    await Promise.all([one?.end(), other?.end()]);
    assert.deepEqual(readdirSync(join(folder, 'unfinished')), []);
    assert.equal(readdirSync(join(folder, 'uids')).length, 1);
  });
});

/** Whether an image is being made or grown just now. */
function isMaking(folder: string): boolean {
  const unfinished = join(folder, 'unfinished');
  return existsSync(unfinished) && readdirSync(unfinished).some((name) => existsSync(join(unfinished, name, 'image')));
}
