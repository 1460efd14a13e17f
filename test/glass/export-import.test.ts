import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';

import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

import { type Belljar, openBelljar } from '../../src/belljar.ts';
import { readTar } from '../../src/exports/tar/index.ts';
import { uvWheel } from '../packages/uv.ts';
import { opened, packBundle } from '../support/bundles.ts';
import { importedVersion, openPackageHome, type PackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeWheel } from '../support/wheels.ts';

const run = promisify(execFile);
const owner = { actor: { id: 'user-1', kind: 'user' }, role: 'owner' } as const;
const bounds = { maxEntries: 1000, maxBytes: 100_000_000 };
const uploadTime = '2020-01-01T00:00:00Z';

/** A workspace with packages and files, on a home of its own. */
async function openSource(context: TestContext): Promise<PackageHome> {
  const setting = await openPackageHome(context);
  const file = makeWheel({
    ...{ name: 'app', requires: ['dep'], headers: ['License-Expression: MIT', 'License-File: LICENSE'] },
    files: { 'app/__init__.py': 'version = "1.0"\n', 'app-1.0.dist-info/licenses/LICENSE': 'do as you like\n' },
  });
  setting.index.setProject({ name: 'app', files: [{ file, uploadTime }] });
  setting.offer('dep', ['2.0']);
  const workspace = setting.belljar.workspaces.use('source', owner);
  await workspace.packages.install(['app']);
  await using session = await workspace.openSession();
  await session.files.write('data/table.csv', 'x,y\n1,2\n');
  await session.files.write('notes.ipynb', '{}');
  await session.call('__import__("os").symlink("/etc/passwd", "link")');
  return setting;
}

/** Another installation, which knows the same index and nothing else. */
async function openElsewhere(context: TestContext, { home, env }: PackageHome, packages = ''): Promise<Belljar> {
  // Before the folder is: hooks run in their order.
  const open = new AsyncDisposableStack();
  context.after(() => open.disposeAsync());
  const elsewhere = await temporaryFolder(context);
  await copyFile(join(home, 'belljar.settings.yaml'), join(elsewhere, 'belljar.settings.yaml'));
  const policyFile = join(elsewhere, 'policy.yaml');
  const text = `version: 1\npackages:\n  advisories: {maximumAge: 36500d}\n${packages}`;
  await writeFile(policyFile, text, { mode: 0o600 });
  return open.use(await openBelljar({ env: { ...env, BELLJAR_HOME: elsewhere, BELLJAR_POLICY: policyFile } }));
}

async function exportFrom({ belljar }: Pick<PackageHome, 'belljar'>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(belljar.workspaces.use('source', owner).export()));
}

async function unpack(bundle: Buffer): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { path, content } of readTar(opened(bundle)(), bounds)) {
    files.set(path, Buffer.concat(await Array.fromAsync(content)).toString());
  }
  return files;
}

interface EnvironmentWords {
  readonly target: string;
  readonly treeDigest: string;
}

/** The same bundle with another word on its environment, and a manifest that is right. */
async function retell(
  bundle: Buffer,
  change: (environment: EnvironmentWords) => Partial<EnvironmentWords>,
): Promise<Buffer> {
  const { 'manifest.json': _manifest, ...files } = Object.fromEntries(await unpack(bundle));
  const document = JSON.parse(files['workspace.json'] ?? '') as { environment: EnvironmentWords };
  const { environment } = document;
  const told = { ...document, environment: { ...environment, ...change(environment) } };
  return packBundle({ ...files, 'workspace.json': JSON.stringify(told) });
}

describe('Workspace.export() and Workspaces.import()', needs(root, bubblewrap, python, uvWheel), () => {
  it('make the same workspace again on a clean store, with the same tree', async (context) => {
    const source = await openSource(context);
    const bundle = await exportFrom(source);
    const belljar = await openElsewhere(context, source);
    const result = await belljar.workspaces.import(opened(bundle), { ...owner, as: 'copy' });
    assert.deepEqual([result.workspace, result.isSameTree, result.files], ['copy', true, 2]);
    const there = await source.belljar.workspaces.use('source', owner).packages.show();
    const copy = belljar.workspaces.use('copy', owner);
    const here = await copy.packages.show();
    assert.deepEqual([here?.requirements, here?.lock], [there?.requirements, there?.lock]);
    await using session = await copy.openSession();
    assert.equal(await importedVersion(session, 'dep'), '2.0');
    assert.equal(await session.call('open("data/table.csv").read()'), 'x,y\n1,2\n');
    assert.equal(await session.call('__import__("os").path.lexists("link")'), false);
    const actions = (await Array.fromAsync(belljar.record.entries())).map(({ action }) => action);
    assert.ok(actions.includes('workspace.imported'));
  });

  it('hold all that other tools want, told by a manifest', async (context) => {
    const source = await openSource(context);
    const bundle = await exportFrom(source);
    const files = await unpack(bundle);
    assert.deepEqual(
      [...files.keys()],
      [
        ...['workspace.json', 'pylock.toml', 'requirements.txt', 'sbom.cdx.json', 'policy.json', 'licences/list.json'],
        ...['licences/app-1.0/licenses/LICENSE', 'record.jsonl', 'files/data/table.csv', 'files/notes.ipynb'],
        'manifest.json',
      ],
    );
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    assert.equal(await validator.validate(files.get('sbom.cdx.json') ?? ''), null);
    const document = JSON.parse(files.get('workspace.json') ?? '') as Record<string, unknown>;
    assert.deepEqual(document['notebooks'], ['notes.ipynb']);
    assert.deepEqual(document['leftOut'], [{ path: 'link', why: 'link' }]);
    const policy = JSON.parse(files.get('policy.json') ?? '') as { verdict: string; packages: unknown[] };
    assert.deepEqual([policy.verdict, policy.packages.length], ['allow', 2]);
    assert.match(files.get('record.jsonl') ?? '', /workspace\.exported/);
    const again = await unpack(await exportFrom(source));
    const changed = [...files].filter(([path, text]) => again.get(path) !== text).map(([path]) => path);
    assert.deepEqual(changed, ['record.jsonl', 'manifest.json']);
  });

  it('write requirements that pip installs by their hashes alone', async (context) => {
    const source = await openSource(context);
    const requirements = (await unpack(await exportFrom(source))).get('requirements.txt') ?? '';
    const folder = await temporaryFolder(context);
    const file = join(folder, 'requirements.txt');
    const install = (text: string, into: string): Promise<unknown> => {
      const args = ['-m', 'pip', 'install', '--require-hashes', '-r', file, '--target', join(folder, into)];
      const options = { env: { ...source.env, PIP_NO_CACHE_DIR: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1' } };
      return writeFile(file, text).then(() => run('python3', args, options));
    };
    await install(requirements, 'right');
    assert.equal(await readFile(join(folder, 'right', 'dep', '__init__.py'), 'utf8'), 'version = "2.0"\n');
    await assert.rejects(install(requirements.replaceAll(/sha256:./g, 'sha256:x'), 'wrong'));
  });

  it('leave nothing where the policy of here denies what comes in', async (context) => {
    const source = await openSource(context);
    const bundle = await exportFrom(source);
    const belljar = await openElsewhere(context, source, '  deny: [dep]\n');
    await assert.rejects(belljar.workspaces.import(opened(bundle), owner), { code: 'POLICY_DENIED' });
    assert.deepEqual(await belljar.workspaces.list(), []);
    assert.equal(await belljar.sessions.hasFiles('source'), false);
    const declined = await belljar.workspaces.import(opened(bundle), { ...owner, review: () => false });
    assert.deepEqual([declined.wasDeclined, await belljar.sessions.hasFiles('source')], [true, false]);
  });

  it('leave nothing where the bundle is another one when it is read again', async (context) => {
    const source = await openSource(context);
    const bundle = await exportFrom(source);
    const other = Buffer.from(bundle);
    other.write('x;y', other.indexOf('x,y\n1,2'));
    const belljar = await openElsewhere(context, source);
    const bundles = [bundle, other];
    const open = () => opened(bundles.shift() ?? other)();
    await assert.rejects(belljar.workspaces.import(open, owner), { code: 'BUNDLE_INVALID', message: /changed while/ });
    assert.deepEqual(await belljar.workspaces.list(), []);
    assert.equal(await belljar.sessions.hasFiles('source'), false);
    assert.equal((await belljar.workspaces.import(opened(bundle), owner)).isSameTree, true);
  });

  it('take no name that is taken, and fetch nothing from where the bundle says', async (context) => {
    const source = await openSource(context);
    const bundle = await exportFrom(source);
    await assert.rejects(source.belljar.workspaces.import(opened(bundle), owner), { code: 'WORKSPACE_EXISTS' });
    source.index.remove('dep');
    const belljar = await openElsewhere(context, source);
    await assert.rejects(belljar.workspaces.import(opened(bundle), owner), {
      code: 'LOCK_UNUSABLE',
      message: /no index/,
    });
    assert.equal(await belljar.sessions.hasFiles('source'), false);
  });

  it('say where the tree is another one, and take nothing for another machine or Python', async (context) => {
    const source = await openSource(context);
    const bundle = await exportFrom(source);
    const belljar = await openElsewhere(context, source);
    const bring = async (change: Parameters<typeof retell>[1], as: string): Promise<boolean | undefined> => {
      const told = await retell(bundle, change);
      return (await belljar.workspaces.import(opened(told), { ...owner, as })).isSameTree;
    };
    const elsewhere = bring(({ target }) => ({ target: target.replace(/,.*/, ', aarch64-apple-darwin') }), 'mac');
    await assert.rejects(elsewhere, { code: 'LOCK_UNUSABLE', message: /aarch64-apple-darwin/ });
    const older = bring(({ target }) => ({ target: target.replace(/3\.\d+\.\d+/, '3.99.0') }), 'future');
    await assert.rejects(older, { code: 'PYTHON_NOT_FOUND' });
    assert.deepEqual(await belljar.workspaces.list(), []);
    assert.equal(await bring(() => ({ treeDigest: '0'.repeat(64) }), 'other'), false);
    assert.equal(await bring(() => ({}), 'same'), true);
  });

  it('take back what they attached, and nothing that somebody else made of it meanwhile', async (context) => {
    const source = await openSource(context);
    source.offer('more', ['1.0']);
    const bundle = await exportFrom(source);
    const copy = (await source.openAnother()).workspaces.use('copy', owner);
    const { sessions } = source.belljar;
    const makeFiles = sessions.makeFiles.bind(sessions);
    context.mock.method(sessions, 'makeFiles', (...[options, fill]: Parameters<typeof makeFiles>) =>
      makeFiles(options, async (files) => {
        await fill(files);
        await copy.packages.install(['more']);
        await using session = await copy.openSession();
        await session.files.write('mine.txt', 'x');
      }),
    );
    const importing = source.belljar.workspaces.import(opened(bundle), { ...owner, as: 'copy' });
    await assert.rejects(importing, { code: 'WORKSPACE_EXISTS' });
    assert.deepEqual((await copy.packages.show())?.requirements, ['app', 'more']);
    assert.equal((await copy.packages.history()).length, 2);
  });

  it('let nothing out to whom the policy does not grant it', async (context) => {
    const source = await openSource(context);
    const viewer = source.belljar.workspaces.use('source', { actor: { id: 'user-2', kind: 'user' }, role: 'viewer' });
    await assert.rejects(Array.fromAsync(viewer.export()), { code: 'POLICY_DENIED' });
    assert.deepEqual(await source.actions('export.', 'workspace.exported'), ['export.refused']);
    await exportFrom(source);
    assert.deepEqual(await source.actions('export.', 'workspace.exported'), ['export.refused', 'workspace.exported']);
  });

  it('take a workspace that has nothing', async (context) => {
    const { belljar } = await openPackageHome(context);
    await assert.rejects(exportFrom({ belljar }), { code: 'WORKSPACE_MISSING' });
    await (await belljar.workspaces.use('source', owner).openSession()).close();
    const bundle = await exportFrom({ belljar });
    const result = await belljar.workspaces.import(opened(bundle), { ...owner, as: 'empty' });
    assert.deepEqual([result.declaration, result.files, result.isSameTree], [undefined, 0, undefined]);
    assert.equal(await belljar.sessions.hasFiles('empty'), false);
  });
});
