import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { lockedPackage } from '../../../test/packages/locked-package.ts';
import { needs, type Prerequisite } from '../../../test/support/prerequisite.ts';
import { sealLock } from './lock.ts';
import { readPylock } from './read-pylock.ts';
import { writePylock } from './write-pylock.ts';

const lock = sealLock({
  target: 'python 3.12',
  requiresPython: '>=3.12',
  packages: [
    lockedPackage('app', { version: '2.0' }),
    lockedPackage('dep', {
      isRequested: false,
      requiredBy: ['app'],
      wheels: [
        {
          filename: 'dep-1.0-py3-none-any.whl',
          url: 'https://files.example/dep "quoted" \u007f.whl',
          sha256: 'cd'.repeat(32),
          sizeBytes: 12,
          uploadTime: '2026-01-02T03:04:05Z',
        },
      ],
    }),
  ],
});

const sha256 = 'ab'.repeat(32);
const head = 'lock-version = "1.0"\ncreated-by = "test"\n';
const sound = `${head}
[[packages]]
name = "A.b"
version = "1.0"
wheels = [{ url = "https://files.example/x/a_b-1.0-py3-none-any.whl", hashes = { sha256 = "${sha256}" } }]
`;

/** With a marker as TOML text in double quotes has it. */
const marked = (marker: string): string => `${sound}marker = "${marker.replaceAll('"', '\\"')}"\n`;

const python311: Prerequisite = {
  what: 'a Python with tomllib',
  holds: spawnSync('python3', ['-c', 'import tomllib']).status === 0,
};

describe('writePylock()', () => {
  it('writes what readPylock() reads', () => {
    const reading = readPylock(writePylock(lock));
    assert.ok(reading.ok);
    assert.equal(reading.requiresPython, '>=3.12');
    assert.deepEqual(
      reading.packages.map(({ name, version, wheels }) => ({ name, version, wheels })),
      lock.packages.map(({ name, version, wheels }) => ({
        ...{ name, version },
        wheels: wheels.map(({ filename, sha256: hash }) => ({ filename, sha256: hash })),
      })),
    );
  });

  it('writes the same text for the same lock', () => {
    assert.equal(writePylock(sealLock({ ...lock, packages: lock.packages.toReversed() })), writePylock(lock));
  });

  it('writes TOML that Python reads the same, whatever an address holds', needs(python311), () => {
    const program = 'import json, sys, tomllib; print(json.dumps(tomllib.loads(sys.stdin.read()), default=str))';
    const { stdout } = spawnSync('python3', ['-c', program], { input: writePylock(lock), encoding: 'utf8' });
    const { packages } = JSON.parse(stdout) as { packages: Record<string, unknown>[] };
    assert.deepEqual(packages[0]?.['dependencies'], [{ name: 'dep' }]);
    assert.deepEqual(packages[1]?.['wheels'], [
      {
        ...{ name: 'dep-1.0-py3-none-any.whl', url: 'https://files.example/dep "quoted" \u007f.whl', size: 12 },
        ...{ 'upload-time': '2026-01-02 03:04:05+00:00', hashes: { sha256: 'cd'.repeat(32) } },
      },
    ]);
  });
});

describe('readPylock()', () => {
  it('reads names as PEP 503 spells them, and file names out of addresses', () => {
    const reading = readPylock(sound);
    assert.ok(reading.ok);
    assert.deepEqual(reading.packages, [
      {
        ...{ name: 'a-b', version: '1.0', marker: undefined, sdist: undefined },
        wheels: [{ filename: 'a_b-1.0-py3-none-any.whl', sha256 }],
      },
    ]);
  });

  it('gives a marker its one spelling', () => {
    const reading = readPylock(marked("python_version>'3' and ('X' in extras)"));
    assert.ok(reading.ok);
    assert.equal(reading.packages[0]?.marker, 'python_version > "3" and "x" in extras');
  });

  const hostile: Readonly<Record<string, readonly [string, RegExp]>> = {
    'no TOML': ['[[packages', /no TOML/],
    'another version of the format': [sound.replace('"1.0"', '"2.0"'), /lock-version/],
    'a checkout': [`${sound}vcs = { type = "git", url = "https://x.example" }\n`, /checkouts/],
    'a folder': [`${sound}directory = { path = "../x" }\n`, /folders/],
    'an archive': [`${sound}archive = { url = "https://x.example/a.zip" }\n`, /archives/],
    'a file of this machine': [
      sound.replace('url = "https://files.example/x/', 'path = "/etc/'),
      /files of this machine/,
    ],
    'a file without a hash': [sound.replace(/hashes = \{[^}]*\}/, 'size = 1'), /hashes/],
    'a weak hash': [sound.replace('sha256 =', 'md5 ='), /sha256/],
    'a short hash': [sound.replace(sha256, 'ab'), /64/],
    'a name that is none': [sound.replace('"A.b"', '"a/b"'), /project/],
    'a version that is none': [sound.replace('version = "1.0"\nwheels', 'version = "one"\nwheels'), /version/],
    'a version with a line behind it': [
      sound.replace('version = "1.0"\nwheels', 'version = "1.0\\n"\nwheels'),
      /version/,
    ],
    'a file name that is a path': [sound.replace('a_b-1.0-py3-none-any.whl', '..%2Fx.whl'), /file name/],
    'a line behind a marker': [marked('python_version > "3"\\nintruder'), /characters that no marker has/],
    'an option behind a marker': [marked('python_version > "3" --pre'), /missing at “--pre”/],
    'a marker that is none': [marked('no marker at all'), /packages\.0\.marker/],
    'the same name twice': [sound + sound.replace(head, ''), /more than once/],
  };

  for (const [what, [text, message]] of Object.entries(hostile)) {
    it(`refuses ${what}`, () => {
      const reading = readPylock(text);
      assert.ok(!reading.ok);
      assert.match(reading.message, message);
    });
  }
});
