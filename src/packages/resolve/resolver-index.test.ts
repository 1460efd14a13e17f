import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';

import { MemoryUpstream } from '../../../test/packages/memory-upstream.ts';
import { makeSdist } from '../../../test/support/wheels.ts';
import { ResolverIndex, type ResolverIndexOptions } from './resolver-index.ts';

const view = 'abc123';

async function open(
  context: TestContext,
  options: Partial<ResolverIndexOptions> = {},
): Promise<{
  upstream: MemoryUpstream;
  index: ResolverIndex;
  ask: (path: string, init?: RequestInit) => Promise<Response>;
}> {
  const upstream = new MemoryUpstream();
  const index = new ResolverIndex({
    upstream,
    view: { key: 'all', show: ({ files }) => Promise.resolve({ files, validUntilMs: Infinity }) },
    narrow: (page) => Promise.resolve(page),
    identify: (filename) => /^[^-]+-([0-9.]+[0-9])/.exec(filename)?.[1],
    freshMs: 600_000,
    now: Date.now,
    ...options,
  });
  const server: Server = createServer((connection) => index.accept(connection)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  context.after(async () => {
    index.close();
    server.close();
    await upstream[Symbol.asyncDispose]();
  });
  return { upstream, index, ask: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init) };
}

interface Page {
  readonly name: string;
  readonly files: readonly { filename: string; url: string; 'core-metadata': unknown; yanked: unknown }[];
}

/** Where the METADATA of the one file of a page lies. */
function metadataOf({ files: [file] }: Page): string {
  return `${new URL(file?.url ?? '', `http://index/${view}/simple/dep/`).pathname}.metadata`;
}

describe('ResolverIndex', () => {
  it('serves a page whose files lie below the same view, and the METADATA beside them', async (context) => {
    const { upstream, ask } = await open(context);
    const built = upstream.addWheel({ name: 'dep', requires: ['other'] });
    const answer = await ask(`/${view}/simple/dep/`);
    assert.equal(answer.headers.get('content-type'), 'application/vnd.pypi.simple.v1+json');
    const page = (await answer.json()) as Page;
    const sha256 = createHash('sha256').update(built.metadata).digest('hex');
    assert.deepEqual(page.files[0]?.['core-metadata'], { sha256 });
    assert.match(page.files[0].url, new RegExp(`^../../files/${built.sha256}/[0-9a-f]{16}/${built.filename}$`));
    const metadata = await ask(metadataOf(page));
    assert.match(await metadata.text(), /^Requires-Dist: other$/m);
  });

  it('has another address for METADATA that another index tells, or that is promised anew', async (context) => {
    const { upstream, ask } = await open(context);
    upstream.addWheel({ name: 'dep' });
    const look = async (): Promise<string> => metadataOf((await (await ask(`/${view}/simple/dep/`)).json()) as Page);
    const first = await look();
    assert.equal(await look(), first, 'the same is at the same place');
    const { files } = (await upstream.findPage('dep')) ?? { files: [] };
    upstream.setPage('dep', { files: files.map((file) => ({ ...file, coreMetadata: { sha256: 'cd'.repeat(32) } })) });
    const corrected = await look();
    assert.notEqual(corrected, first);
    upstream.setPage('dep', { index: 'another' });
    assert.ok(![first, corrected].includes(await look()));
  });

  it('shows a source as a wheel, with the METADATA that its reader gives, and notes what nobody could read', async (context) => {
    let isKnown = true;
    const { upstream, index, ask } = await open(context, {
      readSource: ({ name, version }) => {
        if (!isKnown) return Promise.resolve({ kind: 'unread', message: 'nobody knows', wasTried: false });
        return Promise.resolve({ kind: 'read', metadata: Buffer.from(`Name: ${name} ${version}`) });
      },
    });
    const source = makeSdist({ name: 'dep' });
    upstream.addFile('dep', source);
    const page = (await (await ask(`/${view}/simple/dep/`)).json()) as Page;
    const [file] = page.files;
    assert.deepEqual([file?.filename, file?.['core-metadata']], ['dep-1.0-py3-none-any.whl', true]);
    const path = metadataOf(page);
    assert.equal(await (await ask(path)).text(), 'Name: dep 1.0');
    isKnown = false;
    assert.equal((await ask(path)).status, 404);
    const { filename } = source;
    assert.deepEqual(index.unread, [
      { name: 'dep', version: '1.0', filename, message: 'nobody knows', wasTried: false },
    ]);
  });

  it('shows a source as what it is where none is taken', async (context) => {
    const { upstream, ask } = await open(context);
    upstream.addFile('dep', makeSdist({ name: 'dep' }));
    const page = (await (await ask(`/${view}/simple/dep/`)).json()) as Page;
    assert.deepEqual([page.files[0]?.filename, page.files[0]?.['core-metadata']], ['dep-1.0.tar.gz', false]);
  });

  it('never serves a wheel', async (context) => {
    const { upstream, ask } = await open(context);
    const { sha256, filename } = upstream.addWheel({ name: 'dep' });
    await ask(`/${view}/simple/dep/`);
    assert.equal((await ask(`/${view}/files/${sha256}/${filename}`)).status, 404);
  });

  it('says how long a page is good, and that it did not change', async (context) => {
    const fetchedAt = '2026-01-01T00:00:00Z';
    const now = (): number => Date.parse(fetchedAt) + 100_000;
    const { upstream, ask } = await open(context, { now });
    upstream.addWheel({ name: 'dep' });
    upstream.setPage('dep', { fetchedAt });
    const answer = await ask(`/${view}/simple/dep/`);
    assert.equal(answer.headers.get('cache-control'), 'max-age=500');
    const again = await ask(`/${view}/simple/dep/`, { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } });
    assert.equal(again.status, 304);
  });

  it('lets no page be good for longer than the verdicts on it', async (context) => {
    const now = Date.now();
    const { upstream, ask } = await open(context, {
      now: () => now,
      view: { key: 'soon', show: ({ files }) => Promise.resolve({ files, validUntilMs: now + 5000 }) },
    });
    upstream.addWheel({ name: 'dep' });
    assert.equal((await ask(`/${view}/simple/dep/`)).headers.get('cache-control'), 'max-age=5');
  });

  it('makes a page again only where it changed, or its verdicts may have', async (context) => {
    let [now, shown] = [1000, 0];
    const show: ResolverIndexOptions['view']['show'] = ({ files }) => {
      shown += 1;
      return Promise.resolve({ files, validUntilMs: 5000 });
    };
    const { upstream, ask } = await open(context, { now: () => now, view: { key: 'soon', show } });
    upstream.addWheel({ name: 'dep' });
    const etag = (await ask(`/${view}/simple/dep/`)).headers.get('etag') ?? '';
    const askAgain = async (known = etag): Promise<number> =>
      (await ask(`/${view}/simple/dep/`, { headers: { 'if-none-match': known } })).status;
    assert.deepEqual([await askAgain(), shown], [304, 1]);
    for (const strange of ['"x"', `W/${etag}`, '*', etag.replace('.5000', '.9e9')]) {
      assert.equal(await askAgain(strange), 200, strange);
    }
    now = 5000;
    assert.equal(await askAgain(), 200);
    now = 1000;
    assert.equal(await askAgain(), 304);
    upstream.addWheel({ name: 'dep', version: '2.0' });
    assert.equal(await askAgain(), 200);
  });

  it('remembers which names are none', async (context) => {
    const { ask, index } = await open(context);
    assert.equal((await ask(`/${view}/simple/none/`)).status, 404);
    assert.equal((await ask(`/${view}/simple/%2e%2e%2f/`)).status, 404);
    assert.ok(index.absent.has('none'));
  });

  it('answers 503 where upstream fails, and keeps what it said', async (context) => {
    const failing = {
      findPage: () => Promise.reject(new Error('down')),
      fetchMetadata: () => Promise.reject(new Error('')),
      findSize: () => Promise.reject(new Error('')),
    };
    const { ask, index } = await open(context, { upstream: failing });
    assert.equal((await ask(`/${view}/simple/dep/`)).status, 503);
    assert.match(index.failures[0]?.message ?? '', /down/);
  });

  it('answers nothing but what it is for', async (context) => {
    const { upstream, ask } = await open(context);
    upstream.addWheel({ name: 'dep' });
    for (const path of [
      '/',
      `/${view}/simple/`,
      `/${view}/simple/dep`,
      '/simple/dep/',
      `/${view}/files/x/y.metadata`,
    ]) {
      assert.equal((await ask(path)).status, 404, path);
    }
    assert.equal((await ask(`/${view}/simple/dep/`, { method: 'POST' })).status, 405);
    assert.equal((await ask(`/${view}/simple/dep/`)).status, 200);
  });
});
