import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import type { Misbehaviour } from '../../../test/support/misbehaviour.ts';
import { PackageIndex, type PackageIndexOptions } from '../../../test/support/package-index.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { makeWheel } from '../../../test/support/wheels.ts';
import { BelljarError } from '../../errors.ts';
import { keepWithin } from '../keep-within.ts';
import { type LocalUpstream, openUpstream, type UpstreamOptions } from './open-upstream.ts';
import type { ProjectFile } from './project-page.ts';
import type { Artifact } from './upstream.ts';

// Nothing that could be packed into fewer bytes.
const noise = Buffer.concat(Array.from({ length: 1500 }, (_, n) => createHash('sha256').update(String(n)).digest()));
const wheel = makeWheel({ name: 'good', files: { 'good.bin': noise } });
const path = `/files/${wheel.filename}`;

async function setStage(context: TestContext, options: PackageIndexOptions = {}) {
  const folder = await temporaryFolder(context);
  const index = await PackageIndex.open(options);
  context.after(() => index[Symbol.asyncDispose]());
  index.add('good', wheel);
  const open = async (more: Partial<UpstreamOptions> = {}): Promise<LocalUpstream> => {
    const quick = { retryDelaysMs: [1], retryMs: 0, env: {}, silenceMs: 500 };
    const upstream = await openUpstream({ folder, indexes: [{ name: 'default', url: index.url }], ...quick, ...more });
    context.after(() => upstream[Symbol.asyncDispose]());
    return upstream;
  };
  const upstream = await open();
  const file = (await upstream.findPage('good'))?.files[0];
  assert.ok(file !== undefined);
  return { index, folder, open, upstream, file };
}

async function keptFiles(folder: string): Promise<string[]> {
  const found = await Promise.all(
    ['artifacts', 'halves'].map((name) => readdir(join(folder, name), { recursive: true, withFileTypes: true })),
  );
  return found
    .flat()
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

function refusal(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BelljarError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
}

describe('Artifacts', () => {
  it('keeps nothing that is not what was promised, and the honest file after', async (context) => {
    const { index, folder, upstream, file } = await setStage(context);
    const withoutSize: ProjectFile = { ...file, sizeBytes: undefined };
    const cases: [Misbehaviour, ProjectFile, string, RegExp][] = [
      [{ kind: 'swapped' }, file, 'ARTIFACT_MISMATCH', /promised .* and sent a file with sha256 [0-9a-f]{64}/],
      [{ kind: 'shortened', toBytes: 100 }, file, 'ARTIFACT_MISMATCH', /100 bytes long/],
      [{ kind: 'endless' }, file, 'ARTIFACT_MISMATCH', /more than the \d+ bytes/],
      [{ kind: 'endless' }, withoutSize, 'INDEX_UNAVAILABLE', /no more than 1000000 bytes/],
      [{ kind: 'truncated', afterBytes: 0 }, file, 'INDEX_UNAVAILABLE', /aborted|ended|hang up/],
      [{ kind: 'silent' }, file, 'INDEX_UNAVAILABLE', /nothing came/],
      [{ kind: 'silent', afterBytes: 100 }, file, 'INDEX_UNAVAILABLE', /nothing came/],
      [{ kind: 'status', status: 404 }, file, 'INDEX_UNAVAILABLE', /status 404/],
      [{ kind: 'status', status: 500 }, file, 'INDEX_UNAVAILABLE', /status 500/],
      [{ kind: 'redirect' }, file, 'INDEX_UNAVAILABLE', /leads on/],
      [{ kind: 'redirect', to: 'http://127.0.0.1:1/' }, file, 'INDEX_UNAVAILABLE', /no place of this index/],
      [{ kind: 'cut' }, file, 'INDEX_UNAVAILABLE', /hang up|ECONNRESET/],
      [{ kind: 'body', body: '<html>' }, file, 'ARTIFACT_MISMATCH', /6 bytes/],
    ];
    const bounded = await openUpstream({
      folder,
      indexes: [{ name: 'default', url: index.url }],
      retryDelaysMs: [1],
      silenceMs: 300,
      maxArtifactBytes: 1_000_000,
      env: {},
    });
    await using _ = bounded;
    for (const [misbehaviour, wanted, code, message] of cases) {
      index.misbehave(path, misbehaviour);
      await assert.rejects(bounded.fetchArtifact(wanted), refusal(code, message), JSON.stringify(misbehaviour));
      assert.deepEqual(await keptFiles(folder), [], JSON.stringify(misbehaviour));
    }
    index.behave(path);
    assert.deepEqual(await readFile((await upstream.fetchArtifact(file)).path), wheel.bytes);
    assert.deepEqual(await keptFiles(folder), [wheel.sha256]);
  });

  it('wants a hash, and the size that was promised', async (context) => {
    const { upstream, file } = await setStage(context);
    await assert.rejects(
      upstream.fetchArtifact({ ...file, sha256: undefined }),
      refusal('ARTIFACT_MISMATCH', /promises no sha256/),
    );
    await assert.rejects(
      upstream.fetchArtifact({ ...file, sizeBytes: wheel.bytes.length + 1 }),
      refusal('ARTIFACT_MISMATCH', /bytes/),
    );
    await upstream.fetchArtifact(file);
    await assert.rejects(
      upstream.fetchArtifact({ ...file, sizeBytes: 1 }),
      refusal('ARTIFACT_MISMATCH', /with 1 bytes/),
    );
  });

  it('takes up a broken download where it broke off, if upstream can', async (context) => {
    for (const hasRanges of [true, false]) {
      const { index, upstream, file } = await setStage(context, { hasRanges });
      index.misbehave(path, { kind: 'truncated', afterBytes: 2000, once: true });
      assert.deepEqual(await readFile((await upstream.fetchArtifact(file)).path), wheel.bytes);
      const [first, second] = index.requests.filter((seen) => seen.path === path);
      assert.equal(first?.headers.range, undefined);
      assert.match(second?.headers.range ?? '', /^bytes=\d+-$/);
    }
  });

  it('does not sew two different files together', async (context) => {
    const { index, upstream, file } = await setStage(context);
    index.misbehave(path, { kind: 'truncated', afterBytes: 2000, once: true }, { kind: 'swapped', once: true });
    await assert.rejects(upstream.fetchArtifact(file), refusal('ARTIFACT_MISMATCH', /promised/));
    assert.deepEqual(await readFile((await upstream.fetchArtifact(file)).path), wheel.bytes);
  });

  it('says what the disk refused', async (context) => {
    const { folder, upstream, file } = await setStage(context);
    await writeFile(join(folder, 'artifacts', wheel.sha256.slice(0, 2)), 'in the way');
    await assert.rejects(upstream.fetchArtifact(file), refusal('ARTIFACT_UNKEPT', /cannot be kept/));
    assert.deepEqual(await readdir(join(folder, 'halves')), []);
  });

  it('notices a kept file that has lost bytes', async (context) => {
    const { folder, upstream, file } = await setStage(context);
    const place = join(folder, 'artifacts', wheel.sha256.slice(0, 2));
    await mkdir(place);
    await writeFile(join(place, wheel.sha256), wheel.bytes.subarray(0, 10));
    assert.deepEqual(await readFile((await upstream.fetchArtifact(file)).path), wheel.bytes);
  });

  it('is brought by one of several processes, and by another where that one died', async (context) => {
    const { index, folder, open, upstream, file } = await setStage(context);
    const halves = join(folder, 'halves');
    const { promise, resolve } = Promise.withResolvers<undefined>();
    index.misbehave(path, { kind: 'held', until: promise });
    const first = upstream.fetchArtifact(file);
    while (index.countRequests(path) === 0) await new Promise((done) => setImmediate(done));
    const claimed = (await readdir(halves)).find((name) => name.endsWith('.claim'));
    const second = (await open()).fetchArtifact(file); // shares nothing with the first but the folder
    resolve(undefined);
    assert.deepEqual(await first, await second);
    assert.equal(index.countRequests(path), 1);
    const child = spawn('true');
    await once(child, 'exit');
    await writeFile(join(halves, claimed!.replace(wheel.sha256, '0'.repeat(64))), String(child.pid));
    const dead = { ...file, sha256: '0'.repeat(64) };
    await assert.rejects(upstream.fetchArtifact(dead), refusal('ARTIFACT_MISMATCH', /promised/)); // it got as far as that
  });

  it('is not held up by another index that lists the same bytes and never sends them', async (context) => {
    const { index, open } = await setStage(context);
    await using slow = await PackageIndex.open();
    const alias = { ...wheel, filename: 'lab_x-1.0-py3-none-any.whl' };
    slow.add('lab-x', alias);
    slow.misbehave(`/files/${alias.filename}`, { kind: 'held', until: new Promise(() => undefined) });
    const indexes = [
      { name: 'lab', url: slow.url, only: ['lab-*'] },
      { name: 'default', url: index.url },
    ];
    for (const isSameProcess of [true, false]) {
      const folder = await temporaryFolder(context);
      const upstream = await open({ folder, indexes, silenceMs: 60_000 });
      const [held, wanted] = [await upstream.findPage('lab-x'), await upstream.findPage('good')];
      const waiting = upstream.fetchArtifact(held!.files[0]!);
      waiting.catch(() => undefined);
      const before = slow.requests.length;
      while (slow.requests.length === before) await new Promise((done) => setImmediate(done));
      const asker = isSameProcess ? upstream : await open({ folder, indexes });
      assert.deepEqual(await readFile((await asker.fetchArtifact(wanted!.files[0]!)).path), wheel.bytes);
      await upstream[Symbol.asyncDispose]();
      await assert.rejects(waiting, refusal('CANCELLED', /./));
    }
  });

  it('removes what was not used for longest, and nothing in use', async (context) => {
    const { index, open } = await setStage(context);
    const upstream = await open();
    const wheels = ['a', 'b', 'c', 'd'].map((name) => makeWheel({ name }));
    const artifacts: Artifact[] = [];
    for (const [position, one] of wheels.entries()) {
      const name = one.filename.slice(0, 1);
      index.add(name, one);
      const found = (await upstream.findPage(name))?.files[0];
      assert.ok(found !== undefined);
      const artifact = await upstream.fetchArtifact(found);
      const then = new Date(Date.now() - (10 - position) * 3_600_000);
      if (name !== 'd') await utimes(artifact.path, then, then); // d was used just now
      artifacts.push(artifact);
    }
    using _ = upstream.holdArtifact(wheels[0]!.sha256);
    const [one, two, three, four] = wheels.map(({ bytes }) => bytes.length) as [number, number, number, number];
    const all = one + two + three + four;
    const keep = async (maxBytes: number) => keepWithin(await upstream.listArtifacts(), { maxBytes });
    assert.deepEqual((await keep(all)).removed, []);
    const { beforeBytes, afterBytes, removed } = await keep(all - 1);
    assert.deepEqual([beforeBytes, afterBytes], [all, all - two]);
    assert.deepEqual(removed, [{ kind: 'artifact', sha256: wheels[1]!.sha256, bytes: two }]);
    const isThere = async () =>
      Promise.all(
        artifacts.map((artifact) =>
          stat(artifact.path).then(
            () => true,
            () => false,
          ),
        ),
      );
    assert.deepEqual(await isThere(), [true, false, true, true]);
    assert.equal((await keep(0)).removed.length, 1);
    assert.deepEqual(await isThere(), [true, false, false, true]);
  });

  it('stops when it is cancelled and leaves nothing', async (context) => {
    const { index, folder, upstream, file } = await setStage(context);
    index.misbehave(path, { kind: 'silent', afterBytes: 1000 });
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await assert.rejects(
      upstream.fetchArtifact(file, { signal: controller.signal, onProgress }),
      refusal('CANCELLED', /cancelled/),
    );
    await upstream[Symbol.asyncDispose]();
    assert.deepEqual(await keptFiles(folder), []);
  });
});
