import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { MemoryUpstream } from '../../../test/packages/memory-upstream.ts';
import { placeUv, uvWheel } from '../../../test/packages/uv.ts';
import { bubblewrap, needs, python, root } from '../../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { findInterpreter } from '../../environments/index.ts';
import type { ProjectPage } from '../upstream/index.ts';
import { readArguments } from '../wish/index.ts';
import { identifyFile } from '../upstream/index.ts';
import { type Resolution, Resolver } from './resolve.ts';
import type { View } from './view.ts';

const identify = (filename: string, project: string): string | undefined => identifyFile(filename, project)?.version;
const target = { pythonVersion: '3.12' };

interface Workshop {
  readonly upstream: MemoryUpstream;
  readonly resolver: Resolver;
  readonly resolve: (wish: readonly string[], view?: View) => Promise<Resolution>;
}

/** What the METADATA of wheels says beside what the engine was shown, by the name of the file. */
type Lies = Readonly<Record<string, string>>;

interface WorkshopOptions {
  readonly lies?: Lies;
  readonly hasUv?: boolean;
}

async function open(context: TestContext, { lies = {}, hasUv = true }: WorkshopOptions = {}): Promise<Workshop> {
  const folder = await temporaryFolder(context);
  const upstream = new MemoryUpstream();
  context.after(() => upstream[Symbol.asyncDispose]());
  const names = { uv: join(folder, 'kept'), volumes: join(folder, 'volumes'), cache: join(folder, 'cache') };
  if (hasUv) await placeUv(names.uv);
  const resolver = new Resolver({
    ...{ upstream, python: await findInterpreter(), folders: names, identify, freshMs: 600_000 },
    readMetadata: (files) =>
      Promise.all(
        files.map(async (file) => {
          const text = Buffer.from(await upstream.fetchMetadata(file)).toString('utf8');
          const said = [...text.matchAll(/^Requires-Dist: (.*)$/gm)].map(([, need = '']) => need);
          const lie = lies[file.filename];
          if (lie !== undefined) said.push(lie);
          return { needs: said, requiresPython: /^Requires-Python: (.*)$/m.exec(text)?.[1] };
        }),
      ),
  });
  const resolve = (wish: readonly string[], view = viewOf('all', () => true)): Promise<Resolution> =>
    resolver.resolve({ requirements: readArguments(wish).requirements, target, view });
  return { upstream, resolver, resolve };
}

function viewOf(key: string, shows: (filename: string) => boolean): View {
  return {
    key,
    show: ({ files }: ProjectPage) =>
      Promise.resolve({ files: files.filter(({ filename }) => shows(filename)), validUntilMs: Infinity }),
  };
}

function versionsOf(resolution: Resolution): Record<string, string> {
  if (resolution.kind !== 'locked') assert.fail(resolution.message);
  return Object.fromEntries(resolution.lock.packages.map(({ name, version }) => [name, version]));
}

describe('Resolver, where uv is not there yet', needs(python, uvWheel), () => {
  it('goes on bringing it for those who still wait where who asked first gives up', async (context) => {
    const { upstream, resolver } = await open(context, { hasUv: false });
    const asked = Promise.withResolvers<AbortSignal | undefined>();
    const answer = Promise.withResolvers<undefined>();
    upstream.findPage = (_: string, { signal }: { readonly signal?: AbortSignal } = {}) => {
      asked.resolve(signal);
      return answer.promise;
    };
    const resolve = (signal?: AbortSignal): Promise<Resolution> =>
      resolver.resolve({
        requirements: readArguments(['dep']).requirements,
        target,
        view: viewOf('all', () => true),
        signal,
      });
    const quitter = new AbortController();
    const [first, second] = [resolve(quitter.signal), resolve()];
    const fetching = await asked.promise;
    quitter.abort();
    await assert.rejects(first, { code: 'CANCELLED' });
    assert.equal(fetching?.aborted, false);
    answer.resolve(undefined);
    await assert.rejects(second, { code: 'UV_UNAVAILABLE' });
  });
});

describe('Resolver', needs(root, bubblewrap, python, uvWheel), () => {
  it('locks the newest versions that go together, and tells who needs whom', async (context) => {
    const { upstream, resolve } = await open(context);
    upstream.addWheel({
      name: 'app',
      version: '1.0',
      requires: ['dep<2', 'plug; extra == "more"', 'old; python_version < "3"'],
    });
    upstream.addWheel({ name: 'plug', version: '3.0', requires: ['dep'] });
    for (const version of ['1.0', '1.5', '2.0']) upstream.addWheel({ name: 'dep', version });
    const resolution = await resolve(['app[more]']);
    assert.deepEqual(versionsOf(resolution), { app: '1.0', dep: '1.5', plug: '3.0' });
    assert.ok(resolution.kind === 'locked');
    const [app, dep, plug] = resolution.lock.packages;
    assert.deepEqual([app?.isRequested, app?.extras, app?.requiredBy], [true, ['more'], []]);
    assert.deepEqual([dep?.isRequested, dep?.requiredBy], [false, ['app', 'plug']]);
    assert.deepEqual(plug?.requiredBy, ['app']);
    assert.match(dep?.wheels[0]?.url ?? '', /^https:\/\/files\.example\//);
  });

  it('takes hashes, extras and who asked from what the target needs alone', async (context) => {
    const { upstream, resolve } = await open(context);
    upstream.addWheel({ name: 'app', requires: ['dep'] });
    const { sha256 } = upstream.addWheel({ name: 'dep', version: '1.0', requires: ['more; extra == "x"'] });
    upstream.addWheel({ name: 'dep', version: '2.0' });
    upstream.addWheel({ name: 'more' });
    const here = `dep==1.0 ; sys_platform == "linux" --hash=sha256:${sha256}`;
    const there = `dep==2.0 ; sys_platform == "win32" --hash=sha256:${'f'.repeat(64)}`;
    assert.deepEqual(versionsOf(await resolve([here, there])), { dep: '1.0' });
    const unneeded = await resolve(['app', 'dep<2', 'dep[x]; sys_platform == "win32"']);
    assert.deepEqual(versionsOf(unneeded), { app: '1.0', dep: '1.0' });
    const needed = await resolve(['app', 'dep[x]<2; sys_platform == "linux"']);
    assert.deepEqual(versionsOf(needed), { app: '1.0', dep: '1.0', more: '1.0' });
    const alone = await resolve(['app', 'dep; sys_platform == "win32"']);
    assert.ok(alone.kind === 'locked');
    const asked = alone.lock.packages.map(({ name, isRequested }) => `${name} ${isRequested}`);
    assert.deepEqual(asked, ['app true', 'dep false']);
  });

  it('locks nothing where nothing is asked for, or nothing on this target', async (context) => {
    const { resolve } = await open(context);
    assert.deepEqual(versionsOf(await resolve([])), {});
    assert.deepEqual(versionsOf(await resolve(['dep; sys_platform == "win32"'])), {});
  });

  it('takes only what the view shows', async (context) => {
    const { upstream, resolve } = await open(context);
    for (const version of ['1.0', '2.0']) upstream.addWheel({ name: 'dep', version });
    assert.deepEqual(versionsOf(await resolve(['dep'])), { dep: '2.0' });
    const older = viewOf('no 2.0', (filename) => !filename.includes('-2.0-'));
    assert.deepEqual(versionsOf(await resolve(['dep'], older)), { dep: '1.0' });
  });

  it('says in words why there is no solution, and which names are none', async (context) => {
    const { upstream, resolve } = await open(context);
    upstream.addWheel({ name: 'app', requires: ['dep>=2'] });
    upstream.addWheel({ name: 'dep', version: '1.0' });
    const none = await resolve(['app']);
    assert.ok(none.kind === 'unsolvable');
    assert.match(none.message, /dep/);
    assert.deepEqual(none.absent, []);
    const unknown = await resolve(['no-such-thing']);
    assert.ok(unknown.kind === 'unsolvable');
    assert.deepEqual(unknown.absent, ['no-such-thing']);
  });

  it('takes the one file that a wish pins by its hash', async (context) => {
    const { upstream, resolve, resolver } = await open(context);
    const old = upstream.addWheel({ name: 'dep', version: '1.0' });
    upstream.addWheel({ name: 'dep', version: '2.0' });
    const [requirement] = readArguments(['dep']).requirements;
    assert.ok(requirement !== undefined);
    const requirements = [{ ...requirement, sha256s: [old.sha256] }];
    assert.deepEqual(versionsOf(await resolver.resolve({ requirements, target, view: viewOf('all', () => true) })), {
      dep: '1.0',
    });
    assert.deepEqual(versionsOf(await resolve(['dep'])), { dep: '2.0' });
  });

  it('asks for nothing a second time while pages are fresh', async (context) => {
    const { upstream, resolve } = await open(context);
    upstream.addWheel({ name: 'app', requires: ['dep'] });
    upstream.addWheel({ name: 'dep' });
    await resolve(['app']);
    const before = upstream.asked.filter((what) => what === 'page dep').length;
    await resolve(['app']);
    // Once, to hold what came from behind the glass against the page.
    assert.equal(upstream.asked.filter((what) => what === 'page dep').length, before + 1);
  });

  it('does not believe what the engine remembers of a file that the index no longer has', async (context) => {
    const { upstream, resolve } = await open(context);
    upstream.addWheel({ name: 'dep', version: '1.0' });
    const newer = upstream.addWheel({ name: 'dep', version: '2.0' });
    assert.deepEqual(versionsOf(await resolve(['dep'])), { dep: '2.0' });
    upstream.remove('dep', newer.filename);
    assert.deepEqual(versionsOf(await resolve(['dep'])), { dep: '1.0' });
  });

  it('never builds: a version that has only a source distribution is none', async (context) => {
    const { upstream, resolve } = await open(context);
    const { bytes, sha256, metadata } = upstream.addWheel({ name: 'dep', version: '1.0' });
    upstream.addFile('dep', { filename: 'dep-2.0.tar.gz', bytes, sha256: sha256.replace(/^./, '0'), metadata });
    assert.deepEqual(versionsOf(await resolve(['dep'])), { dep: '1.0' });
  });

  it('keeps the versions that are there where they still fit, and only those', async (context) => {
    const { upstream, resolver, resolve } = await open(context);
    upstream.addWheel({ name: 'app', version: '1.0', requires: ['dep'] });
    upstream.addWheel({ name: 'picky', version: '1.0', requires: ['dep>=2'] });
    for (const version of ['1.0', '2.0', '3.0']) upstream.addWheel({ name: 'dep', version });
    const present = [
      { name: 'dep', version: '1.0' },
      { name: 'gone', version: '4.0' },
    ];
    const keep = (wish: readonly string[], view = viewOf('all', () => true)): Promise<Resolution> =>
      resolver.resolve({ requirements: readArguments(wish).requirements, target, view, present });
    assert.deepEqual(versionsOf(await resolve(['app'])), { app: '1.0', dep: '3.0' });
    assert.deepEqual(versionsOf(await keep(['app'])), { app: '1.0', dep: '1.0' });
    assert.deepEqual(versionsOf(await keep(['app', 'picky'])), { app: '1.0', dep: '3.0', picky: '1.0' });
    const without = viewOf('no 1.0', (filename) => filename !== 'dep-1.0-py3-none-any.whl');
    assert.deepEqual(versionsOf(await keep(['app'], without)), { app: '1.0', dep: '3.0' });
    const none = await keep(['app', 'dep>9']);
    assert.ok(none.kind === 'unsolvable');
    assert.match(none.message, /dep/);
    assert.doesNotMatch(none.message, /Resolved|warning/);
  });

  it('asks for all pages again where those of before a moment are not good enough', async (context) => {
    const { upstream, resolver, resolve } = await open(context);
    upstream.addWheel({ name: 'dep', version: '1.0' });
    await resolve(['dep']);
    upstream.addWheel({ name: 'dep', version: '2.0' });
    assert.deepEqual(versionsOf(await resolve(['dep'])), { dep: '1.0' }, 'what the engine remembers is fresh');
    const { requirements } = readArguments(['dep']);
    const view = viewOf('all', () => true);
    const fresh = await resolver.resolve({ requirements, target, view, checkedSinceMs: Date.now() });
    assert.deepEqual(versionsOf(fresh), { dep: '2.0' });
  });

  it('gives out no lock that lacks what its packages need', async (context) => {
    const { upstream, resolve } = await open(context, { lies: { 'dep-1.0-py3-none-any.whl': 'hidden>=2' } });
    upstream.addWheel({ name: 'dep', version: '1.0' });
    upstream.addWheel({ name: 'hidden', version: '1.0' });
    await assert.rejects(resolve(['dep']), {
      code: 'RESOLVE_FAILED',
      message: /is not whole: dep 1\.0 needs hidden>=2, which is not there/,
    });
    await assert.rejects(resolve(['dep', 'hidden']), { message: /needs hidden>=2, and there is 1\.0/ });
    upstream.addWheel({ name: 'hidden', version: '2.0' });
    assert.deepEqual(versionsOf(await resolve(['dep', 'hidden'])), { dep: '1.0', hidden: '2.0' });
  });

  it('takes an older version where the newest was for older Pythons alone', async (context) => {
    const { upstream, resolve } = await open(context);
    upstream.addWheel({ name: 'dep', version: '1.0' });
    const requiresPython = '>=3.8,<3.12';
    upstream.addWheel({ name: 'dep', version: '2.0', requiresPython }, { requiresPython });
    assert.deepEqual(versionsOf(await resolve(['dep'])), { dep: '1.0' });
    await assert.rejects(resolve(['dep>=2']).then(versionsOf), /dep/);
  });

  it('ends when whoever asked gives up', async (context) => {
    const { upstream, resolver } = await open(context);
    upstream.addWheel({ name: 'dep' });
    const stop = new AbortController();
    const view: View = {
      key: 'stopping',
      show: (page) => {
        stop.abort();
        return Promise.resolve({ files: page.files, validUntilMs: Infinity });
      },
    };
    const { requirements } = readArguments(['dep']);
    await assert.rejects(resolver.resolve({ requirements, target, view, signal: stop.signal }), { code: 'CANCELLED' });
  });
});
