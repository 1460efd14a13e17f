import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'node:test';

import { openSourceHouse } from '../../../test/packages/source-house.ts';
import { makeOwnSource } from '../../../test/packages/sources.ts';
import { uvWheel } from '../../../test/packages/uv.ts';
import { bubblewrap, needs, python, root } from '../../../test/support/prerequisite.ts';
import { type TarEntry, writeTar } from '../../../test/support/tar.ts';
import type { BuiltFile } from '../../../test/support/wheels.ts';
import { writeZip, type ZipEntry } from '../../../test/support/zip.ts';
import type { BuildLimits } from './limits.ts';

interface HostileArchive {
  readonly what: string;
  readonly more: readonly TarEntry[];
  readonly message: RegExp;
  readonly limits?: Partial<BuildLimits>;
}

const hostileArchives: readonly HostileArchive[] = [
  {
    what: 'a link',
    more: [{ path: 'dep-1.0/out', kind: 'link', target: '/etc/passwd' }],
    message: /holds a link: “dep-1\.0\/out” to “\/etc\/passwd”/,
  },
  {
    what: 'a hard link',
    more: [{ path: 'dep-1.0/out', kind: 'hard-link', target: '../../etc/passwd' }],
    message: /holds a link/,
  },
  {
    what: 'a device',
    more: [{ path: 'dep-1.0/disk', kind: 'device' }],
    message: /holds something that is neither file nor folder: “dep-1\.0\/disk”/,
  },
  {
    what: 'a path that leads out of it',
    more: [{ path: 'dep-1.0/../../evil.py', content: 'evil' }],
    message: /holds the path “dep-1\.0\/\.\.\/\.\.\/evil\.py”, which leads out of it/,
  },
  { what: 'an absolute path', more: [{ path: '/build/tools/evil.py', content: 'evil' }], message: /leads out of it/ },
  {
    what: 'one path twice',
    more: [
      { path: 'dep-1.0/twice.py', content: 'one' },
      { path: 'dep-1.0/twice.py', content: 'other' },
    ],
    message: /holds one path twice/,
  },
  {
    what: 'a file below a file',
    more: [
      { path: 'dep-1.0/file', content: 'one' },
      { path: 'dep-1.0/file/below', content: 'other' },
    ],
    message: /holds one path twice/,
  },
  {
    what: 'two folders',
    more: [{ path: 'other-1.0/setup.py', content: '' }],
    message: /does not hold one folder with everything in it/,
  },
  {
    what: 'a bomb',
    more: [{ path: 'dep-1.0/bomb', content: Buffer.alloc(4 * 2 ** 20) }],
    message: /holds more bytes than are let in/,
    limits: { sourceBytes: 2 ** 20 },
  },
  {
    what: 'files without end',
    more: Array.from({ length: 200 }, (_, index) => ({ path: `dep-1.0/files/${index}` })),
    message: /holds more than 100 files/,
    limits: { sourceFiles: 100 },
  },
];

const honest = makeOwnSource({ name: 'dep' });

/** The same source with more in its archive. */
function withMore(more: readonly TarEntry[]): BuiltFile {
  return makeOwnSource({ name: 'dep', change: (entries) => [...entries, ...more] });
}

function madeOf(bytes: Buffer, filename = honest.filename): BuiltFile {
  return { ...honest, filename, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

describe('an archive with', needs(root, bubblewrap, python, uvWheel), () => {
  for (const { what, more, message, limits } of hostileArchives) {
    it(`${what} is refused, and without it is built`, async (context) => {
      const { build } = await openSourceHouse(context, limits);
      const refused = await build('dep', withMore(more));
      assert.ok(refused.kind === 'failed', 'it was built');
      assert.match(refused.message, message);
      const built = await build('dep', honest);
      assert.equal(built.kind, 'built', JSON.stringify(built));
    });
  }

  it('nothing that can be read is refused', async (context) => {
    const { build } = await openSourceHouse(context);
    const half = honest.bytes.subarray(0, honest.bytes.length / 2);
    for (const bytes of [Buffer.from('no archive'), half, gzipSync(Buffer.alloc(0)), gzipSync('no tar at all')]) {
      const refused = await build('dep', madeOf(bytes));
      assert.ok(refused.kind === 'failed');
      assert.match(refused.message, /its archive (is no archive that can be read|does not hold one folder)/);
    }
  });

  it('neither pyproject.toml nor setup.py is refused', async (context) => {
    const { build } = await openSourceHouse(context);
    const bare = madeOf(gzipSync(writeTar([{ path: 'dep-1.0/readme.md', content: 'nothing' }])));
    const refused = await build('dep', bare);
    assert.ok(refused.kind === 'failed');
    assert.match(refused.message, /neither pyproject\.toml nor setup\.py/);
  });
});

describe('a source as a ZIP file', needs(root, bubblewrap, python, uvWheel), () => {
  const entries: readonly ZipEntry[] = [
    {
      path: 'dep-1.0/pyproject.toml',
      content: '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n',
    },
    { path: 'dep-1.0/own.py', content: 'def build_wheel(*_):\n    raise RuntimeError("it was run")\n' },
  ];
  const zip = (more: readonly ZipEntry[]): BuiltFile => madeOf(writeZip([...entries, ...more]), 'dep-1.0.zip');

  it('is unpacked and run as others are', async (context) => {
    const { build } = await openSourceHouse(context);
    const failed = await build('dep', zip([]));
    assert.ok(failed.kind === 'failed');
    assert.match(failed.said, /it was run/);
  });

  for (const [what, entry] of [
    ['a link', { path: 'dep-1.0/out', content: '/etc/passwd', mode: 0o120777 }],
    ['a path that leads out of it', { path: 'dep-1.0/../../evil', content: '' }],
  ] as const) {
    it(`is refused for ${what}`, async (context) => {
      const { build } = await openSourceHouse(context);
      const refused = await build('dep', zip([entry]));
      assert.ok(refused.kind === 'failed');
      assert.match(refused.message, /its archive holds (a link|the path)/);
    });
  }
});
