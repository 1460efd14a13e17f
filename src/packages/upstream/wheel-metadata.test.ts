import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import type { ListedFile } from '../../../test/support/index-pages.ts';
import { PackageIndex, type PackageIndexOptions } from '../../../test/support/package-index.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { type BuiltFile, makeSdist, makeWheel } from '../../../test/support/wheels.ts';
import { BelljarError } from '../../errors.ts';
import { openUpstream } from './open-upstream.ts';

// Too large for one look at its end, and not compressible, so that ranges show.
const noise = Buffer.from(Array.from({ length: 200_000 }, (_, n) => (n * 7919 + n * n) % 256));
const wheel = makeWheel({
  name: 'good',
  requires: ['other>=1'],
  change: (entries) => [...entries, { path: 'noise', content: noise, method: 'stored' }],
});
const path = `/files/${wheel.filename}`;

async function setStage(
  context: TestContext,
  listed: Omit<ListedFile, 'file'>,
  options: PackageIndexOptions & { file?: BuiltFile } = {},
) {
  const folder = await temporaryFolder(context);
  const index = await PackageIndex.open(options);
  context.after(() => index[Symbol.asyncDispose]());
  index.setProject({ name: 'good', files: [{ ...listed, file: options.file ?? wheel }] });
  const open = async () => {
    const upstream = await openUpstream({
      folder,
      indexes: [{ name: 'default', url: index.url }],
      retryDelaysMs: [1],
      env: {},
    });
    context.after(() => upstream[Symbol.asyncDispose]());
    return upstream;
  };
  const upstream = await open();
  const file = (await upstream.findPage('good'))?.files[0];
  assert.ok(file !== undefined);
  return { index, folder, open, upstream, file };
}

function mismatch(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BelljarError && error.code === 'ARTIFACT_MISMATCH', String(error));
    assert.match(error.message, message);
    return true;
  };
}

describe('WheelMetadata', () => {
  it('takes upstream’s own copy, marked or not, once', async (context) => {
    for (const coreMetadata of ['marked', 'served'] as const) {
      const { index, upstream, file, open } = await setStage(context, { coreMetadata });
      assert.deepEqual(Buffer.from(await upstream.fetchMetadata(file)), wheel.metadata);
      assert.deepEqual(Buffer.from(await (await open()).fetchMetadata(file)), wheel.metadata);
      assert.equal(index.countRequests(`${path}.metadata`), 1);
      assert.equal(index.countRequests(path), 0);
    }
  });

  it('refuses a copy that is not the promised one', async (context) => {
    const { index, upstream, file } = await setStage(context, {});
    index.misbehave(`${path}.metadata`, { kind: 'body', body: 'Metadata-Version: 2.1\nName: good\nVersion: 9' });
    await assert.rejects(upstream.fetchMetadata(file), mismatch(/promised the metadata of good/));
    index.behave(`${path}.metadata`);
    assert.deepEqual(Buffer.from(await upstream.fetchMetadata(file)), wheel.metadata);
  });

  it('reads it out of the wheel by ranges where there is no copy, or a page in place of one', async (context) => {
    for (const kind of ['none', 'missing', 'page'] as const) {
      const { index, upstream, file } = await setStage(context, {
        coreMetadata: kind === 'none' ? 'none' : 'served',
        sizeBytes: null,
      });
      if (kind === 'missing') index.misbehave(`${path}.metadata`, { kind: 'status', status: 404 });
      if (kind === 'page') index.misbehave(`${path}.metadata`, { kind: 'body', body: '<html>Welcome' });
      assert.deepEqual(Buffer.from(await upstream.fetchMetadata(file)), wheel.metadata);
      const asked = index.requests.filter((seen) => seen.path === path && seen.method === 'GET');
      assert.equal(asked.length, 2);
      assert.ok(asked.every(({ headers }) => headers.range !== undefined));
    }
  });

  it('reads it out of the whole wheel where there are no ranges', async (context) => {
    const { index, upstream, file, folder } = await setStage(context, { coreMetadata: 'none' }, { hasRanges: false });
    assert.deepEqual(Buffer.from(await upstream.fetchMetadata(file)), wheel.metadata);
    assert.equal(
      (await readdir(join(folder, 'artifacts'), { recursive: true })).includes(
        join(wheel.sha256.slice(0, 2), wheel.sha256),
      ),
      true,
    );
    index.kill();
    assert.equal((await upstream.fetchArtifact(file)).sizeBytes, wheel.bytes.length);
  });

  it('notices damage in what it kept', async (context) => {
    const { index, upstream, file, folder } = await setStage(context, {});
    await upstream.fetchMetadata(file);
    const place = join(folder, 'metadata', wheel.sha256.slice(0, 2));
    const [name] = await readdir(place);
    const kept = join(place, name!);
    await writeFile(kept, (await readFile(kept, 'latin1')).replace('other', 'evils'));
    assert.deepEqual(Buffer.from(await upstream.fetchMetadata(file)), wheel.metadata);
    assert.equal(index.countRequests(`${path}.metadata`), 2);
  });

  it('takes what it kept neither for what is promised by now, nor again once that turned out wrong', async (context) => {
    const wrong = 'Metadata-Version: 2.1\nName: good\nVersion: 9';
    const { index, upstream, file, open } = await setStage(context, { coreMetadata: 'served' });
    const fetch = async (words = file): Promise<string> => Buffer.from(await upstream.fetchMetadata(words)).toString();
    index.misbehave(`${path}.metadata`, { kind: 'body', body: wrong });
    assert.equal(await fetch(), wrong);
    index.behave(`${path}.metadata`);
    assert.equal(await fetch(), wrong, 'nothing was promised, and nobody opened the wheel');
    const sha256 = createHash('sha256').update(wheel.metadata).digest('hex');
    assert.equal(await fetch({ ...file, coreMetadata: { sha256 } }), wheel.metadata.toString());
    index.misbehave(`${path}.metadata`, { kind: 'body', body: wrong });
    await upstream.forgetMetadata(file);
    assert.equal(await fetch(), wrong);
    await upstream.fetchArtifact(file);
    await upstream.forgetMetadata(file);
    assert.equal(await fetch(), wheel.metadata.toString(), 'out of the wheel, which is here');
    assert.deepEqual(Buffer.from(await (await open()).fetchMetadata(file)), wheel.metadata);
  });

  it('reads it out of the wheel once that was opened, though ranges of it said otherwise', async (context) => {
    // Of one length, so that nothing but the hash tells them apart.
    const [honest, lie] = ['other>=1', 'wrong>=1'].map((need) =>
      makeWheel({
        name: 'good',
        requires: [need],
        change: (entries) =>
          [...entries, { path: 'noise', content: noise }].map((entry) => ({ ...entry, method: 'stored' as const })),
      }),
    ) as [BuiltFile, BuiltFile];
    const { index, upstream, file } = await setStage(context, { coreMetadata: 'none' }, { file: honest });
    index.add('good', lie);
    assert.deepEqual(Buffer.from(await upstream.fetchMetadata(file)), lie.metadata);
    index.add('good', honest);
    const { path: kept } = await upstream.fetchArtifact(file);
    assert.deepEqual(Buffer.from(await upstream.fetchMetadata(file)), lie.metadata, 'to be held against the wheel');
    await upstream.forgetMetadata(file);
    assert.deepEqual(Buffer.from(await upstream.fetchMetadata(file)), honest.metadata);
    await rm(kept);
    index.add('good', lie);
    assert.deepEqual(Buffer.from(await upstream.fetchMetadata(file)), honest.metadata, 'the wheel was evicted');
  });

  it('keeps what indexes say of the same bytes apart', async (context) => {
    const lie = 'Metadata-Version: 2.1\nName: good\nVersion: 1.0\nRequires-Dist: evil\n';
    const [folder, index, lab] = [await temporaryFolder(context), await PackageIndex.open(), await PackageIndex.open()];
    context.after(() => Promise.all([index[Symbol.asyncDispose](), lab[Symbol.asyncDispose]()]));
    const alias = { ...wheel, filename: 'lab_x-1.0-py3-none-any.whl' };
    index.setProject({ name: 'good', files: [{ file: wheel, coreMetadata: 'served', sizeBytes: null }] });
    lab.setProject({ name: 'lab-x', files: [{ file: alias, coreMetadata: 'served', sizeBytes: null }] });
    lab.misbehave(`/files/${alias.filename}.metadata`, { kind: 'body', body: lie });
    const indexes = [
      { name: 'lab', url: lab.url, only: ['lab-*'] },
      { name: 'default', url: index.url },
    ];
    await using upstream = await openUpstream({ folder, indexes, retryDelaysMs: [1], env: {} });
    const [theirs, ours] = [await upstream.findPage('lab-x'), await upstream.findPage('good')].map(
      (page) => page?.files[0],
    );
    assert.ok(theirs !== undefined && ours !== undefined);
    assert.equal(Buffer.from(await upstream.fetchMetadata(theirs)).toString(), lie);
    assert.deepEqual(Buffer.from(await upstream.fetchMetadata(ours)), wheel.metadata);
    lab.misbehave(`/files/${alias.filename}`, { kind: 'status', status: 200, headers: { 'content-length': '7' } });
    assert.equal(await upstream.findSize(theirs), 7);
    assert.equal(await upstream.findSize(ours), wheel.bytes.length);
    const { path: kept } = await upstream.fetchArtifact(ours);
    await rm(kept);
    assert.deepEqual(Buffer.from(await upstream.fetchMetadata(ours)), wheel.metadata);
  });

  it('gives no metadata of what is no sound wheel', async (context) => {
    const unsound: [string, BuiltFile][] = [
      ['no ZIP archive', { ...wheel, bytes: Buffer.alloc(1000) }],
      ['no METADATA', makeWheel({ name: 'good', metadata: undefined })],
      ['no METADATA', makeWheel({ name: 'good', distInfo: 'other-1.0.dist-info' })],
      [
        'METADATA twice',
        makeWheel({
          name: 'good',
          change: (entries) => [...entries, ...entries.filter(({ path: one }) => one.endsWith('METADATA'))],
        }),
      ],
      [
        'damaged|unpacked',
        makeWheel({
          name: 'good',
          change: (entries) =>
            entries.map((one) => (one.path.endsWith('METADATA') ? { ...one, claims: { crc: 1 } } : one)),
        }),
      ],
      [
        'unpacked|damaged',
        makeWheel({
          name: 'good',
          change: (entries) =>
            entries.map((one) => (one.path.endsWith('METADATA') ? { ...one, claims: { size: 5 } } : one)),
        }),
      ],
      ['not where it is said', makeWheel({ name: 'good', zip: { claimedDirectoryOffset: 0x7fffffff } })],
      [
        'more than',
        makeWheel({
          name: 'good',
          change: (entries) =>
            entries.map((one) => (one.path.endsWith('METADATA') ? { ...one, claims: { size: 0x7fffffff } } : one)),
        }),
      ],
      [
        'not where it is said',
        makeWheel({
          name: 'good',
          change: (entries) =>
            entries.map((one) => (one.path.endsWith('METADATA') ? { ...one, claims: { offset: 3 } } : one)),
        }),
      ],
    ];
    for (const [message, file] of unsound) {
      const stage = await setStage(context, { coreMetadata: 'none', sha256: null }, { file });
      await assert.rejects(stage.upstream.fetchMetadata(stage.file), mismatch(new RegExp(message)), message);
    }
    const sound = await setStage(
      context,
      { coreMetadata: 'none', sha256: null },
      { file: makeWheel({ name: 'good' }) },
    );
    assert.match(String(Buffer.from(await sound.upstream.fetchMetadata(sound.file))), /^Name: good$/m);
    const sdist = await setStage(context, {}, { file: makeSdist({ name: 'good' }) });
    await assert.rejects(sdist.upstream.fetchMetadata(sdist.file), /is no wheel/);
  });
});
