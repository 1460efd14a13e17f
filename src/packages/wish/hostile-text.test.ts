import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readRequirementsText } from './index.ts';

/** Each attack with what is said of it, and the same line made harmless, which is taken: a reader that refuses all proves nothing. */
interface Attack {
  readonly what: string;
  readonly text: string | Uint8Array;
  readonly says: RegExp;
  readonly harmless: string;
  /** How many requirements the harmless text has. */
  readonly count?: number;
}

const sha = 'a'.repeat(64);
const utf16 = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le');
const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

const attacks: readonly Attack[] = [
  { what: 'another index', text: '--index-url https://evil/simple\nnumpy', says: /option/, harmless: 'numpy' },
  { what: 'another index, in short', text: 'numpy\n-i https://evil', says: /“-i” is an option/, harmless: 'numpy' },
  {
    what: 'a second index',
    text: '--extra-index-url=https://evil',
    says: /option/,
    harmless: '# --extra-index-url',
    count: 0,
  },
  { what: 'links to look for packages in', text: '-f ./wheels\nx', says: /option/, harmless: 'x' },
  {
    what: 'a host that is trusted without proof',
    text: '--trusted-host evil',
    says: /option/,
    harmless: 'trusted-host',
  },
  { what: 'another file', text: '-r ../../etc/passwd', says: /option/, harmless: 'r' },
  { what: 'another file, without a space', text: '-rother.txt', says: /option/, harmless: 'rother.txt' },
  { what: 'constraints', text: '-c https://evil/c.txt', says: /option/, harmless: 'c' },
  { what: 'a folder that is built', text: '-e .', says: /option/, harmless: 'e' },
  { what: 'a folder by its path', text: './evil', says: /path/, harmless: 'evil' },
  { what: 'the folder itself', text: '.', says: /path/, harmless: 'a' },
  { what: 'the folder itself with an extra', text: '.[dev]', says: /path/, harmless: 'a[dev]' },
  { what: 'a path from the root', text: '/tmp/evil-1.0-py3-none-any.whl', says: /path/, harmless: 'evil==1.0' },
  { what: 'a path of Windows', text: 'C:\\evil', says: /path/, harmless: 'c' },
  { what: 'a path from home', text: '~/evil', says: /path/, harmless: 'evil' },
  { what: 'a wheel that lies beside it', text: 'numpy-9.9-py3-none-any.whl', says: /file/, harmless: 'numpy==9.9' },
  { what: 'an archive that lies beside it', text: 'numpy.tar.gz', says: /file/, harmless: 'numpy.tar.gzip' },
  { what: 'an address', text: 'https://evil/x.whl', says: /address/, harmless: 'https' },
  { what: 'an address behind a good name', text: 'numpy @ https://evil/x.whl', says: /address/, harmless: 'numpy' },
  { what: 'a file behind a good name', text: 'numpy@file:///tmp/x', says: /address/, harmless: 'numpy' },
  {
    what: 'an address with a marker',
    text: 'numpy@https://evil ; os_name == "posix"',
    says: /address/,
    harmless: 'numpy ; os_name == "posix"',
  },
  { what: 'a git repository', text: 'git+https://evil/x.git#egg=numpy', says: /git repository/, harmless: 'numpy' },
  { what: 'a repository over ssh', text: 'numpy @ hg+ssh://evil/x', says: /hg repository/, harmless: 'numpy' },
  { what: 'a variable of the environment', text: 'numpy==${VERSION}', says: /variable/, harmless: 'numpy==1.0' },
  {
    what: 'a secret of the environment in a marker',
    text: 'x; platform_version == "${TOKEN}"',
    says: /variable/,
    harmless: 'x; platform_version == "TOKEN"',
  },
  { what: 'a letter of another script', text: 'nump\u0443', says: /looks like “y”/, harmless: 'numpy' },
  { what: 'full-width letters', text: 'ｎumpy', says: /looks like “n”/, harmless: 'numpy' },
  { what: 'a sign that looks like an operator', text: 'numpy＝＝1.0', says: /looks like “=”/, harmless: 'numpy==1.0' },
  { what: 'a space of no width', text: 'num\u200bpy', says: /U\+200B is not seen/, harmless: 'numpy' },
  { what: 'a soft hyphen', text: 'num\u00adpy', says: /U\+00AD is not seen/, harmless: 'num-py' },
  { what: 'text that is shown backwards', text: '# \u202egood\nnumpy', says: /direction/, harmless: '# good\nnumpy' },
  { what: 'letters that are tags', text: 'numpy # \u{e0041}', says: /not seen/, harmless: 'numpy # ⚠️ Größe' },
  { what: 'a space that is none', text: 'numpy\u00a0#x', says: /looks like a space/, harmless: 'numpy #x' },
  { what: 'a line that only Python sees', text: '# a\u2028evil', says: /U\+2028/, harmless: '# a evil', count: 0 },
  { what: 'a page that only Python turns', text: '# a\fevil', says: /U\+000C/, harmless: '# a evil', count: 0 },
  { what: 'a line that ends with a return alone', text: '# a\revil', says: /U\+000D/, harmless: '# a\r\nevil' },
  { what: 'a terminal that is steered', text: 'numpy # \u001b[2J', says: /control/, harmless: 'numpy # [2J' },
  { what: 'a NUL', text: bytes('numpy', [0], 'evil'), says: /NUL/, harmless: 'numpy-evil' },
  { what: 'UTF-16', text: utf16('numpy'), says: /UTF-16/, harmless: 'numpy' },
  { what: 'a byte order mark', text: bytes([0xef, 0xbb, 0xbf], 'numpy'), says: /byte order mark/, harmless: 'numpy' },
  { what: 'bytes that are no UTF-8', text: bytes('# ', [0xc0, 0x80], '\nx'), says: /not UTF-8/, harmless: '# é\nx' },
  {
    what: 'an encoding of its own',
    text: '# -*- coding: utf-7 -*-\nx',
    says: /utf-7/,
    harmless: '# -*- coding: utf-8 -*-\nx',
  },
  { what: 'a name in two halves', text: 'num\\\npy', says: /within a word/, harmless: 'numpy' },
  { what: 'a version in two halves', text: 'numpy==1\\\n.0', says: /within a word/, harmless: 'numpy \\\n ==1.0' },
  {
    what: 'an option on a line that goes on',
    text: 'numpy \\\n  --index-url=evil',
    says: /option/,
    harmless: 'numpy \\\n  >=1',
  },
  {
    what: 'a comment that goes on',
    text: 'numpy # why \\\nevil',
    says: /comment ends/,
    harmless: 'numpy # why\nevil',
    count: 2,
  },
  {
    what: 'a comment in a line that goes on',
    text: 'numpy \\\n# why\n>=1',
    says: /a comment stands here/,
    harmless: 'numpy \\\n >=1\n# why',
  },
  { what: 'a line that goes on into nothing', text: 'numpy \\', says: /nothing follows/, harmless: 'numpy' },
  {
    what: 'a line that goes on behind a space',
    text: 'numpy \\ \nevil',
    says: /nothing stands behind/,
    harmless: 'numpy \\\n >1',
  },
  {
    what: 'a weak hash alone',
    text: `a==1 --hash=md5:${'a'.repeat(32)}`,
    says: /no sha256/,
    harmless: `a==1 --hash=sha256:${sha}`,
  },
  {
    what: 'a hash that is cut',
    text: `a==1 --hash=sha256:${sha.slice(1)}`,
    says: /64/,
    harmless: `a==1 --hash=sha256:${sha}`,
  },
  {
    what: 'a hash for any version',
    text: `a>=1 --hash=sha256:${sha}`,
    says: /one version/,
    harmless: `a==1 --hash=sha256:${sha}`,
  },
  {
    what: 'two sets of hashes for one file',
    text: `a==1 --hash=sha256:${sha}\na==1.0 --hash=sha256:${'b'.repeat(64)}`,
    says: /other hashes/,
    harmless: `a==1 --hash=sha256:${sha}\na==1.0 --hash=sha256:${sha}`,
    count: 2,
  },
  { what: 'options for the build', text: 'a --config-settings="--x=y"', says: /option/, harmless: 'a' },
  { what: 'an option for one package', text: 'a --global-option=x', says: /option/, harmless: 'a' },
  { what: 'a command in backquotes', text: '`id`', says: /not a project/, harmless: 'id' },
  {
    what: 'a second requirement on the line',
    text: 'numpy evil',
    says: /specifier/,
    harmless: 'numpy\nevil',
    count: 2,
  },
  {
    what: 'a marker that is none',
    text: 'a; __import__("os").system("id")',
    says: /“__import__” is no name/,
    harmless: 'a; os_name == "id"',
  },
  {
    what: 'a marker that is nested without end',
    text: `a; ${'('.repeat(5000)}`,
    says: /nested|too long/,
    harmless: 'a; (os_name == "b")',
  },
  { what: 'a line without end', text: `a${'b'.repeat(20_000)}`, says: /longer than/, harmless: 'ab' },
  {
    what: 'a file without end',
    text: 'a\n'.repeat(600_000),
    says: /larger than/,
    harmless: 'a\n'.repeat(600),
    count: 600,
  },
  {
    what: 'versions without end',
    text: `a${'>=1,'.repeat(3000)}`,
    says: /too long/,
    harmless: `a${'>=1,'.repeat(30)}`,
  },
  { what: 'a number without end', text: `a==${'9'.repeat(1900)}`, says: /specifier/, harmless: `a==${'9'.repeat(19)}` },
];

describe('readRequirementsText()', () => {
  for (const { what, text, says, harmless, count = 1 } of attacks) {
    it(`refuses ${what}, and takes the harmless twin`, () => {
      const reading = readRequirementsText(Buffer.from(text), { from: 'r.txt' });
      const messages = reading.problems.map(({ message }) => message).join('\n');
      assert.match(messages, says);
      assert.ok(
        reading.problems.every(({ from, line }) => from === 'r.txt' && (line !== undefined || /larger/.test(messages))),
      );
      const twin = readRequirementsText(Buffer.from(harmless), { from: 'r.txt' });
      assert.deepEqual(twin.problems, []);
      assert.equal(twin.requirements.length, count);
    });
  }

  it('needs no longer than a moment for what is made to be slow', () => {
    const hashes = `  --hash=sha256:${sha} \\\n`;
    const slow = [
      `a${' '.repeat(16_000)}x`,
      `a==1${' --hash=x'.repeat(1500)}`,
      `a[${'b,'.repeat(900)}`,
      `${'a-'.repeat(900)}!`,
      `a${' #'.repeat(8000)}\u2028\n`.repeat(60),
      `a${'===,'.repeat(4000)}\n`.repeat(60),
      `a \\\n${hashes.repeat(12_000)}`,
      `a${' \\\n'.repeat(300_000)}`,
      Array.from({ length: 10_000 }, (_, at) => `a==${at} --hash=sha256:${sha}`).join('\n') + '\n-e .',
    ];
    for (const text of slow) assert.ok(readRequirementsText(Buffer.from(text), { from: 'r' }).problems.length > 0);
  });
});
