import assert from 'node:assert/strict';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import type { Misbehaviour } from '../../../test/support/misbehaviour.ts';
import { PackageIndex, type PackageIndexOptions } from '../../../test/support/package-index.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { makeWheel } from '../../../test/support/wheels.ts';
import { BelljarError } from '../../errors.ts';
import { type LocalUpstream, openUpstream, type UpstreamOptions } from './open-upstream.ts';

const path = '/simple/good/';
const minuteMs = 60_000;

async function setStage(context: TestContext, options: PackageIndexOptions = {}) {
  const folder = await temporaryFolder(context);
  const index = await PackageIndex.open(options);
  context.after(() => index[Symbol.asyncDispose]());
  index.add('good', makeWheel({ name: 'good' }));
  const open = async (more: Partial<UpstreamOptions> = {}): Promise<LocalUpstream> => {
    const quick = { retryDelaysMs: [1], retryMs: 0, env: {} };
    const upstream = await openUpstream({ folder, indexes: [{ name: 'default', url: index.url }], ...quick, ...more });
    context.after(() => upstream[Symbol.asyncDispose]());
    return upstream;
  };
  return { index, folder, open };
}

async function keptPages(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'pages'), { recursive: true });
  return entries.filter((name) => name.endsWith('.page')).map((name) => join(folder, 'pages', name));
}

async function age(folder: string, ms: number): Promise<void> {
  const then = new Date(Date.now() - ms);
  for (const file of await keptPages(folder)) await utimes(file, then, then);
}

function unavailable(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BelljarError && error.code === 'INDEX_UNAVAILABLE', String(error));
    assert.match(error.message, message);
    return true;
  };
}

describe('Pages', () => {
  it('asks once for what is fresh, whoever asks, in this process and after a restart', async (context) => {
    const { index, open } = await setStage(context);
    const upstream = await open();
    const pages = await Promise.all([upstream.findPage('good'), upstream.findPage('Good'), upstream.findPage('good')]);
    assert.deepEqual(pages[0], pages[1]);
    assert.deepEqual((await (await open()).findPage('good'))?.files, pages[0]?.files);
    assert.equal(index.countRequests(path), 1);
  });

  it('revalidates what is old, and takes what is new', async (context) => {
    for (const hasETags of [true, false]) {
      const { index, folder, open } = await setStage(context, { hasETags });
      const before = await (await open()).findPage('good');
      await age(folder, 120 * minuteMs);
      const same = await (await open()).findPage('good');
      assert.equal(same?.digest, before?.digest);
      assert.ok(Date.parse(same?.fetchedAt ?? '') >= Date.parse(before?.fetchedAt ?? ''));
      assert.equal(index.requests.at(-1)?.headers['if-none-match'] !== undefined, hasETags);
      await (await open()).findPage('good');
      assert.equal(index.countRequests(path), 2); // confirmed on the disk too
      await age(folder, 120 * minuteMs);
      index.add('good', makeWheel({ name: 'good', version: '2.0' }));
      assert.equal((await (await open()).findPage('good'))?.files.length, 2);
      index.remove('good');
      await age(folder, 120 * minuteMs);
      assert.equal(await (await open()).findPage('good'), undefined);
    }
  });

  it('asks anew what was last asked before a moment, however fresh it is, and once', async (context) => {
    const { index, folder, open } = await setStage(context);
    await (await open()).findPage('good');
    await age(folder, minuteMs);
    index.add('good', makeWheel({ name: 'good', version: '2.0' }));
    const checkedSinceMs = Date.now();
    const upstream = await open();
    assert.equal((await upstream.findPage('good'))?.files.length, 1, 'it is fresh');
    assert.equal((await upstream.findPage('good', { checkedSinceMs }))?.files.length, 2);
    await upstream.findPage('good', { checkedSinceMs });
    assert.equal(index.countRequests(path), 2);
  });

  it('takes what is kept, and says that it is old, where the index cannot be asked anew', async (context) => {
    const { index, open } = await setStage(context);
    const upstream = await open();
    await upstream.findPage('good');
    index.misbehave(path, { kind: 'status', status: 503 });
    const page = await upstream.findPage('good', { checkedSinceMs: Date.now() + minuteMs });
    assert.deepEqual([page?.files.length, page?.isStale], [1, true]);
  });

  it('answers at once within the window and asks behind the scenes', async (context) => {
    const { index, folder, open } = await setStage(context);
    await (await open()).findPage('good');
    await age(folder, 30 * minuteMs);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    index.misbehave(path, { kind: 'held', until: promise });
    index.add('good', makeWheel({ name: 'good', version: '2.0' }));
    const upstream = await open();
    assert.equal((await upstream.findPage('good'))?.files.length, 1); // though upstream says nothing yet
    resolve(undefined);
    while ((await upstream.findPage('good'))?.files.length !== 2) await new Promise((done) => setImmediate(done));
    assert.equal(index.countRequests(path), 2);
  });

  it('keeps to what it has when upstream is down, and says so until it is back', async (context) => {
    const { index, folder, open } = await setStage(context);
    const before = await (await open()).findPage('good');
    await age(folder, 600 * minuteMs);
    index.kill();
    const upstream = await open();
    const page = await upstream.findPage('good');
    assert.equal(page?.isStale, true);
    assert.deepEqual(page.files, before?.files);
    await assert.rejects(upstream.findPage('other'), unavailable(/socket hang up|ECONN/));
    index.revive();
    assert.equal((await upstream.findPage('good'))?.isStale, false);
  });

  it('keeps no file of names that nobody has, and asks for each once a minute', async (context) => {
    const { index, folder, open } = await setStage(context);
    const upstream = await open();
    for (const name of ['no-such-thing', 'nor-this', 'no-such-thing']) {
      assert.equal(await upstream.findPage(name), undefined);
    }
    assert.equal(index.countRequests('/simple/no-such-thing/'), 1);
    assert.deepEqual(await keptPages(folder), []);
    await upstream.findPage('good');
    assert.equal((await keptPages(folder)).length, 1, 'what is there is kept');
    index.remove('good');
    await age(folder, 120 * minuteMs);
    assert.equal(await (await open()).findPage('good'), undefined);
    assert.deepEqual(await keptPages(folder), []);
  });

  it('does not ask a lost index again and again for what it has', async (context) => {
    const { index, folder, open } = await setStage(context);
    index.add('more', makeWheel({ name: 'more' }));
    const first = await open();
    await Promise.all([first.findPage('good'), first.findPage('more')]);
    await age(folder, 600 * minuteMs);
    index.kill();
    const upstream = await open({ retryMs: minuteMs });
    assert.equal((await upstream.findPage('good'))?.isStale, true);
    const asked = index.requests.length;
    assert.equal((await upstream.findPage('more'))?.isStale, true);
    assert.equal((await upstream.findPage('good'))?.isStale, true);
    assert.equal(index.requests.length, asked);
  });

  it('notices damage on the disk and fetches again', async (context) => {
    const { index, folder, open } = await setStage(context);
    const before = await (await open()).findPage('good');
    const [file] = await keptPages(folder);
    assert.ok(file !== undefined);
    const sound = await readFile(file, 'utf8');
    for (const damaged of [
      '',
      sound.slice(0, -5),
      sound.replace('good-1.0', 'evil-1.0'),
      sound.replace('"form":4', '"form":3'),
      '{}\n[]',
    ]) {
      await writeFile(file, damaged);
      assert.deepEqual((await (await open()).findPage('good'))?.files, before?.files);
    }
    assert.equal(index.countRequests(path), 6);
    await writeFile(file, sound);
    assert.equal((await (await open()).findPage('good'))?.digest, before?.digest);
    assert.equal(index.countRequests(path), 6); // the control: what is sound is taken
  });

  it('does not take the pages of another index for its own', async (context) => {
    const { open } = await setStage(context);
    await (await open()).findPage('good');
    await using other = await PackageIndex.open();
    const upstream = await open({ indexes: [{ name: 'default', url: other.url }] });
    assert.equal(await upstream.findPage('good'), undefined);
  });

  it('refuses every answer that is no page, keeps nothing of it, and takes the honest one after', async (context) => {
    const { index, folder, open } = await setStage(context);
    const cases: [Misbehaviour, RegExp][] = [
      [{ kind: 'status', status: 500 }, /status 500/],
      [{ kind: 'status', status: 503 }, /status 503/],
      [{ kind: 'status', status: 204 }, /status 204/],
      [{ kind: 'status', status: 302 }, /status 302/],
      [{ kind: 'body', body: '' }, /neither JSON nor HTML/],
      [{ kind: 'body', body: 'Sorry' }, /neither JSON nor HTML/],
      [{ kind: 'body', body: '<html><a href="/login">Log in</a>' }, /no link in it is a file/],
      [{ kind: 'body', body: '{"meta": {"api-version": "2.0"}, "files": []}' }, /version of the index protocol/],
      [{ kind: 'body', body: '{"name": "other", "files": []}' }, /another project/],
      [{ kind: 'body', body: '{"name": "good"}' }, /lists no files/],
      [{ kind: 'body', body: '{"files": [' }, /cut off/],
      [{ kind: 'redirect' }, /leads on more than/],
      [{ kind: 'redirect', to: 'http://127.0.0.1:1/simple/good/' }, /no place of this index/],
      [{ kind: 'redirect', to: 'file:///etc/passwd' }, /no place of this index/],
      [{ kind: 'cut' }, /hang up|ECONNRESET/],
      [{ kind: 'truncated', afterBytes: 20 }, /aborted|ECONNRESET|terminated/],
      [{ kind: 'shortened', toBytes: 200 }, /cut off/],
      [{ kind: 'endless' }, /more than 100000 bytes/],
      [{ kind: 'gzip-bomb', unpackedBytes: 5_000_000 }, /more than 100000 bytes/],
      [{ kind: 'silent' }, /nothing came for|longer than/],
      [{ kind: 'silent', afterBytes: 10 }, /nothing came for|longer than/],
      [{ kind: 'slow', everyMs: 20 }, /longer than/],
    ];
    const upstream = await open({ maxPageBytes: 100_000, silenceMs: 300, pageTimeoutMs: 700 });
    for (const [misbehaviour, message] of cases) {
      index.misbehave(path, misbehaviour);
      await assert.rejects(upstream.findPage('good'), unavailable(message), JSON.stringify(misbehaviour));
    }
    assert.deepEqual(await keptPages(folder), []);
    index.behave(path);
    assert.equal((await upstream.findPage('good'))?.files.length, 1);
  });

  it('follows where its own index sends it, and tries again what passes', async (context) => {
    const { index, open } = await setStage(context);
    index.misbehave(
      path,
      { kind: 'cut', once: true },
      { kind: 'redirect', to: '../good/', status: 301, once: true },
      { kind: 'status', status: 503, once: true },
    );
    assert.equal((await (await open({ retryDelaysMs: [1, 1] })).findPage('good'))?.files.length, 1);
    assert.equal(index.countRequests(path), 4);
  });

  it('reads HTML that is called JSON', async (context) => {
    const { index, open } = await setStage(context);
    const body = '<!DOCTYPE html><a href="/files/good-1.0.tar.gz#sha256=' + 'a'.repeat(64) + '">x</a>';
    index.misbehave(path, { kind: 'body', body, type: 'application/vnd.pypi.simple.v1+json' });
    assert.equal((await (await open()).findPage('good'))?.files[0]?.filename, 'good-1.0.tar.gz');
  });

  it('is cancelled by who asks, and only for them', async (context) => {
    const { index, open } = await setStage(context);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    index.misbehave(path, { kind: 'held', until: promise });
    const upstream = await open();
    const controller = new AbortController();
    const given = upstream.findPage('good', { signal: controller.signal });
    const waited = upstream.findPage('good');
    controller.abort();
    await assert.rejects(given, (error) => error instanceof BelljarError && error.code === 'CANCELLED');
    resolve(undefined);
    assert.equal((await waited)?.files.length, 1);
    assert.equal(index.countRequests(path), 1);
  });
});
