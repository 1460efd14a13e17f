import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { honestFiles, type Manifest, opened, packBundle } from '../../test/support/bundles.ts';
import { madeUpLock } from '../../test/support/locks.ts';
import { checkBundle } from './check-bundle.ts';

const lock = madeUpLock({ name: 'app' }, { name: 'dep', version: '2.0', requiredBy: ['app'] });
const options = { maxBytes: 1_000_000 };
const honest = honestFiles(lock, { 'a.txt': 'one', 'deep/b.txt': 'two' });

function check(bytes: Buffer, maxBytes = options.maxBytes): ReturnType<typeof checkBundle> {
  return checkBundle(opened(bytes), { maxBytes });
}

async function refuses(files: Parameters<typeof packBundle>[0], message: RegExp): Promise<void> {
  await assert.rejects(check(await packBundle(files)), { code: 'BUNDLE_INVALID', message });
}

/** The manifest with its files changed. */
function withFiles(change: (files: Manifest['files'][number][]) => unknown): (manifest: Manifest) => unknown {
  return (manifest) => ({ ...manifest, files: change([...manifest.files]) });
}

describe('checkBundle()', () => {
  it('takes what is as it should be', async () => {
    const { document, claimed, files, bytes } = await check(await packBundle(honest));
    assert.equal(document.name, 'notebook-1');
    assert.deepEqual(
      claimed?.map(({ name, version }) => [name, version]),
      [
        ['app', '1.0'],
        ['dep', '2.0'],
      ],
    );
    assert.deepEqual([[...files.keys()], bytes], [['files/a.txt', 'files/deep/b.txt'], 6]);
  });

  it('takes a workspace that has files and no packages', async () => {
    const document = { name: 'n', requirements: [], python: null, environment: null, notebooks: [], leftOut: [] };
    const { claimed, files } = await check(
      await packBundle({ 'workspace.json': JSON.stringify(document), 'files/a': 'x' }),
    );
    assert.deepEqual([claimed, files.size], [undefined, 1]);
  });

  const paths = [
    '../evil',
    'files/../../evil',
    '/etc/passwd',
    'files//etc',
    'files/./a',
    'files/',
    'files/a/',
    'elsewhere/a',
    'licences/../x',
    `files/${'x'.repeat(300)}`,
    'files/a\u0007b',
    'files/left\u202eright',
    'Manifest.json',
  ];
  for (const path of paths) {
    it(`takes no file at ${JSON.stringify(path).slice(0, 40)}`, async () => {
      await refuses({ ...honest, [path]: 'x' }, /is no path of a bundle/);
    });
  }

  it('takes no name twice', async () => {
    await refuses([...Object.entries(honest), ['files/a.txt', 'other']], /more than once/);
  });

  it('takes nothing below what is a file', async () => {
    await refuses({ ...honest, 'files/a.txt/b': 'x' }, /lies below what is a file/);
  });

  it('takes no file that is not what the manifest says', async () => {
    const other = withFiles((files) => files.map((file) => ({ ...file, sha256: '3'.repeat(64) })));
    const longer = withFiles((files) => files.map((file) => ({ ...file, sizeBytes: file.sizeBytes + 1 })));
    for (const change of [other, longer]) {
      const bytes = await packBundle(honest, change);
      await assert.rejects(check(bytes), { code: 'BUNDLE_INVALID', message: /is not what its manifest says/ });
    }
  });

  it('takes no manifest that names what is not there, or not what is', async () => {
    const ghost = { path: 'files/ghost', sizeBytes: 0, sha256: '0'.repeat(64) };
    const more = await packBundle(
      honest,
      withFiles((files) => [...files, ghost]),
    );
    await assert.rejects(check(more), { code: 'BUNDLE_INVALID', message: /names files\/ghost, which is not there/ });
    const less = await packBundle(
      honest,
      withFiles((files) => files.slice(0, -1)),
    );
    await assert.rejects(check(less), { code: 'BUNDLE_INVALID', message: /is not in its manifest/ });
    const twice = await packBundle(
      honest,
      withFiles((files) => [...files, ...files]),
    );
    await assert.rejects(check(twice), { code: 'BUNDLE_INVALID', message: /names a file more than once/ });
  });

  it('takes no bundle of something else, none without manifest, and none of a form that is not known', async () => {
    const changes = [
      (manifest: Manifest) => ({ ...manifest, kind: 'environment' }),
      (manifest: Manifest) => ({ ...manifest, belljarBundle: 2 }),
      (manifest: Manifest) => ({ ...manifest, more: true }),
      () => 'nothing',
    ];
    for (const change of changes) {
      await assert.rejects(check(await packBundle(honest, change)), { code: 'BUNDLE_INVALID' });
    }
    const { 'workspace.json': _document, ...without } = honest;
    await refuses(without, /it has no workspace\.json/);
  });

  it('takes no documents that mean other packages than each other', async () => {
    const other = honestFiles(madeUpLock({ name: 'app' }, { name: 'evil', version: '2.0', requiredBy: ['app'] }));
    const more = honestFiles(madeUpLock({ name: 'app' }, { name: 'dep', version: '2.0' }, { name: 'evil' }));
    const less = honestFiles(madeUpLock({ name: 'app' }));
    for (const each of [other, more, less]) {
      for (const path of ['sbom.cdx.json', 'requirements.txt', 'pylock.toml']) {
        await refuses(
          { ...honest, [path]: each[path] ?? '' },
          /means other packages than its pylock|which is not in its lock/,
        );
      }
    }
  });

  it('takes no declaration of packages that it does not have', async () => {
    const document = JSON.parse(honest['workspace.json'] ?? '') as object;
    const without = { ...honest, 'workspace.json': JSON.stringify({ ...document, environment: null }) };
    await refuses(without, /declares packages, and has none/);
  });

  it('takes no lock of checkouts, folders or addresses', async () => {
    const vcs =
      '[[packages]]\nname = "app"\nversion = "1.0"\nvcs = { type = "git", url = "https://files.example/x" }\n';
    for (const text of [`lock-version = "1.0"\n${vcs}`, 'no toml at all', 'lock-version = "9.0"']) {
      await refuses({ ...honest, 'pylock.toml': text }, /its pylock\.toml cannot be read/);
    }
  });

  it('takes no more bytes than it is told, and no more entries than a bundle has', async () => {
    await assert.rejects(check(await packBundle(honest), 100), { code: 'BUNDLE_INVALID', message: /unpacks to more/ });
    const many = Array.from({ length: 100_001 }, (_, at) => [`files/${at}`, ''] as const);
    await refuses(many, /more than 100000 entries/);
  });

  it('ends when nobody wants it any more', async () => {
    const bytes = await packBundle(honest);
    const checking = checkBundle(opened(bytes), { ...options, signal: AbortSignal.abort() });
    await assert.rejects(checking, { code: 'CANCELLED' });
  });
});
