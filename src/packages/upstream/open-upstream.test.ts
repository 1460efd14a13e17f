import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { makeCertificate } from '../../../test/support/certificate.ts';
import { PackageIndex, type PackageIndexOptions } from '../../../test/support/package-index.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { makeSdist, makeWheel } from '../../../test/support/wheels.ts';
import { BelljarError } from '../../errors.ts';
import { type LocalUpstream, openUpstream, type UpstreamOptions } from './open-upstream.ts';
import type { ProjectFile } from './project-page.ts';

interface Stage {
  readonly index: PackageIndex;
  readonly folder: string;
  readonly open: (options?: Partial<UpstreamOptions>) => Promise<LocalUpstream>;
}

async function setStage(context: TestContext, options: PackageIndexOptions = {}): Promise<Stage> {
  const folder = await temporaryFolder(context);
  const index = await PackageIndex.open(options);
  context.after(() => index[Symbol.asyncDispose]());
  const open = async (more: Partial<UpstreamOptions> = {}): Promise<LocalUpstream> => {
    const indexes = [{ name: 'default', url: index.url }];
    const quick = { retryDelaysMs: [1], retryMs: 0, env: { HOME: folder } };
    const upstream = await openUpstream({ folder: join(folder, 'upstream'), indexes, ...quick, ...more });
    context.after(() => upstream[Symbol.asyncDispose]());
    return upstream;
  };
  return { index, folder, open };
}

async function fileOf(upstream: LocalUpstream, name: string, position = 0): Promise<ProjectFile> {
  const file = (await upstream.findPage(name))?.files[position];
  assert.ok(file !== undefined);
  return file;
}

function refusal(code: string, message = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BelljarError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
}

describe('openUpstream()', () => {
  it('finds the same page in JSON and in HTML', async (context) => {
    for (const format of ['negotiated', 'html', 'json'] as const) {
      const { index, open } = await setStage(context, { format });
      const wheel = makeWheel({ name: 'Some.Name', version: '1.2' });
      const sdist = makeSdist({ name: 'Some.Name', version: '1.2' });
      const listed = { file: wheel, requiresPython: '>=3.9,<4', yanked: 'a <bad> one & worse' };
      index.setProject({
        name: 'Some.Name',
        files: [listed, { file: sdist }],
        status: 'archived',
        statusReason: 'old',
      });
      const upstream = await open();
      const page = await upstream.findPage('some_NAME');
      assert.equal(page?.name, 'some-name');
      assert.equal(page.index, 'default');
      assert.equal(page.status, 'archived');
      assert.equal(page.statusReason, 'old');
      assert.equal(page.isStale, false);
      assert.deepEqual(
        page.files.map(({ filename, sha256, url }) => ({ filename, sha256, url })),
        [wheel, sdist].map(({ filename, sha256 }) => ({ filename, sha256, url: `${index.origin}/files/${filename}` })),
      );
      const [file] = page.files;
      assert.equal(file?.requiresPython, '>=3.9,<4');
      assert.equal(file.yanked, true);
      assert.equal(file.yankedReason, 'a <bad> one & worse');
      assert.deepEqual(file.coreMetadata, { sha256: createHash('sha256').update(wheel.metadata).digest('hex') });
      assert.equal(file.uploadTime, format === 'html' ? undefined : '2024-01-02T03:04:05.678901Z');
      assert.equal(await upstream.findSize(file), wheel.bytes.length);
    }
  });

  it('finds nothing where there is nothing, and what is no name', async (context) => {
    const { index, open } = await setStage(context);
    const upstream = await open();
    assert.equal(await upstream.findPage('nothing'), undefined);
    assert.equal(await upstream.findPage('nothing'), undefined);
    assert.equal(await upstream.findPage('../etc'), undefined);
    assert.equal(index.requests.length, 1);
  });

  it('sends credentials to the index alone and shows them nowhere', async (context) => {
    const { index, open, folder } = await setStage(context, { credentials: 'me:s3cret' });
    index.add('good', makeWheel({ name: 'good' }));
    const withSecret = index.url.replace('http://', 'http://me:s3cret@');
    await using elsewhere = await PackageIndex.open();
    const upstream = await open({
      indexes: [{ name: 'default', url: withSecret, hosts: [new URL(elsewhere.url).host] }],
    });
    const file = await fileOf(upstream, 'good');
    await upstream.fetchArtifact(file);
    assert.ok(!JSON.stringify(file).includes('s3cret'));
    index.misbehave('/simple/other/', { kind: 'redirect', to: `${elsewhere.url}other/` });
    assert.equal(await upstream.findPage('other'), undefined);
    assert.equal(elsewhere.requests[0]?.headers.authorization, undefined);
    index.misbehave('*', { kind: 'status', status: 500 });
    await assert.rejects(upstream.findPage('third'), (error) => {
      assert.ok(!JSON.stringify(error).includes('s3cret') && !String(error).includes('s3cret'));
      return refusal('INDEX_UNAVAILABLE', /status 500/)(error);
    });
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      assert.ok(!(await readFile(join(entry.parentPath, entry.name), 'latin1')).includes('s3cret'), entry.name);
    }
  });

  it('takes credentials from a netrc file, and says where they are wrong', async (context) => {
    const { index, open, folder } = await setStage(context, { credentials: 'me:s3cret' });
    index.add('good', makeWheel({ name: 'good' }));
    await assert.rejects((await open()).findPage('good'), refusal('INDEX_UNAVAILABLE', /status 401; check the user/));
    await writeFile(join(folder, '.netrc'), 'machine 127.0.0.1\n  login me\n  password s3cret\n');
    assert.equal((await (await open()).findPage('good'))?.files.length, 1);
  });

  it('brings what a netrc file says of a host to the index there, and to no other port of it', async (context) => {
    const { index, open, folder } = await setStage(context, { credentials: 'me:s3cret' });
    await using stranger = await PackageIndex.open();
    const wheel = makeWheel({ name: 'good' });
    stranger.add('good', wheel);
    index.setProject({ name: 'good', files: [{ file: wheel, url: `${stranger.origin}/files/${wheel.filename}` }] });
    await writeFile(join(folder, '.netrc'), 'machine 127.0.0.1 login me password s3cret\n');
    const upstream = await open();
    await upstream.fetchArtifact(await fileOf(upstream, 'good'));
    assert.ok(index.requests.every(({ headers }) => headers.authorization !== undefined));
    assert.ok(stranger.requests.length > 0);
    assert.ok(stranger.requests.every(({ headers }) => headers.authorization === undefined));
  });

  it('goes to no inner network because a page says so', async (context) => {
    const { index, open } = await setStage(context);
    const wheel = makeWheel({ name: 'good' });
    index.setProject({ name: 'good', files: [{ file: wheel, url: `http://169.254.169.254/${wheel.filename}` }] });
    const upstream = await open();
    const file = await fileOf(upstream, 'good');
    const refused = refusal('INDEX_UNAVAILABLE', /no page of this index may send us: link-local/);
    await assert.rejects(upstream.fetchArtifact(file), refused);
    await assert.rejects(upstream.findSize({ ...file, sizeBytes: undefined }), refused);
  });

  it('speaks TLS with those it was told to trust, and nobody else', async (context) => {
    const certificate = makeCertificate(['localhost']);
    const { index, open, folder } = await setStage(context, { certificate });
    index.add('good', makeWheel({ name: 'good' }));
    const certificates = join(folder, 'trusted.pem');
    await writeFile(certificates, certificate.cert);
    await assert.rejects((await open()).findPage('good'), refusal('INDEX_UNAVAILABLE', /certificate/));
    const upstream = await open({ indexes: [{ name: 'default', url: index.url, certificates }] });
    assert.equal((await upstream.findPage('good'))?.files.length, 1);
    index.setProject({
      name: 'plain',
      files: [{ file: makeWheel({ name: 'plain' }), url: 'http://127.0.0.1:1/plain-1.0-py3-none-any.whl' }],
    });
    await assert.rejects(
      upstream.fetchArtifact({
        ...(await fileOf(upstream, 'good')),
        sha256: '0'.repeat(64),
        filename: 'plain-1.0-py3-none-any.whl',
        url: 'http://127.0.0.1:1/x',
      }),
      refusal('INDEX_UNAVAILABLE'),
    );
  });

  it('gives each name to one index only', async (context) => {
    const { index, open } = await setStage(context);
    await using own = await PackageIndex.open();
    const [ours, theirs] = ['1.0', '9.0'].map((version) => makeWheel({ name: 'acme-tool', version }));
    own.add('acme-tool', ours!);
    index.add('acme-tool', theirs!);
    index.add('acme-new', makeWheel({ name: 'acme-new' }));
    index.add('numpy', makeWheel({ name: 'numpy' }));
    const upstream = await open({
      indexes: [
        { name: 'default', url: index.url },
        { name: 'acme', url: own.url, only: ['acme-*'] },
      ],
    });
    const page = await upstream.findPage('Acme_Tool');
    assert.deepEqual([page?.index, page?.files.map(({ filename }) => filename)], ['acme', [ours!.filename]]);
    assert.equal(await upstream.findPage('acme-new'), undefined);
    assert.equal((await upstream.findPage('numpy'))?.index, 'default');
    assert.deepEqual(
      own.requests.map(({ path }) => path),
      ['/simple/acme-tool/', '/simple/acme-new/'],
    );
    // Not even where the file is known by its address.
    const file = {
      ...(await fileOf(upstream, 'numpy')),
      filename: theirs!.filename,
      sha256: theirs!.sha256,
      url: `${index.origin}/files/${theirs!.filename}`,
    };
    await assert.rejects(upstream.fetchArtifact(file), refusal('INDEX_UNAVAILABLE', /no page of this index/));
  });

  it('brings a file once, keeps it by its hash, and finds it again after a restart without a page', async (context) => {
    const { index, open } = await setStage(context);
    const wheel = makeWheel({ name: 'good' });
    index.add('good', wheel);
    const first = await open();
    const file = await fileOf(first, 'good');
    const told: number[] = [];
    const [one, two] = await Promise.all([
      first.fetchArtifact(file, { onProgress: (bytes) => told.push(bytes) }),
      first.fetchArtifact(file),
    ]);
    assert.deepEqual(one, two);
    assert.deepEqual(await readFile(one.path), wheel.bytes);
    assert.equal((await stat(one.path)).mode & 0o777, 0o444);
    assert.equal(told.at(-1), wheel.bytes.length);
    index.kill();
    assert.deepEqual(await (await open()).fetchArtifact(file), one);
    assert.equal(index.countRequests(`/files/${wheel.filename}`), 1);
  });

  it('reaches the hosts of a page after a restart too, and no others', async (context) => {
    const { index, open } = await setStage(context);
    await using files = await PackageIndex.open();
    const wheel = makeWheel({ name: 'good' });
    files.add('good', wheel);
    index.setProject({ name: 'good', files: [{ file: wheel, url: `${files.origin}/files/${wheel.filename}` }] });
    const file = await fileOf(await open(), 'good');
    assert.equal((await (await open()).fetchArtifact(file)).sizeBytes, wheel.bytes.length);
    await using stranger = await PackageIndex.open();
    stranger.add('good', wheel);
    const moved = { ...file, sha256: '1'.repeat(64), url: file.url.replace(files.origin, stranger.origin) };
    await assert.rejects((await open()).fetchArtifact(moved), refusal('INDEX_UNAVAILABLE', /no page of this index/));
    assert.equal(stranger.requests.length, 0);
  });

  it('asks for a size once, where pages do not tell it', async (context) => {
    const { index, open } = await setStage(context, { format: 'html' });
    const wheel = makeWheel({ name: 'good' });
    index.add('good', wheel);
    const path = `/files/${wheel.filename}`;
    const upstream = await open();
    const file = await fileOf(upstream, 'good');
    assert.equal(await upstream.findSize(file), wheel.bytes.length);
    assert.equal(await (await open()).findSize(file), wheel.bytes.length);
    assert.equal(index.countRequests(path, 'HEAD'), 1);
    const unknown = { ...file, sha256: undefined };
    index.misbehave(path, { kind: 'status', status: 405, once: true });
    assert.equal(await upstream.findSize(unknown), wheel.bytes.length);
    index.misbehave(path, { kind: 'status', status: 404 });
    await assert.rejects(upstream.findSize(unknown), refusal('INDEX_UNAVAILABLE', /status 404/));
  });
});
