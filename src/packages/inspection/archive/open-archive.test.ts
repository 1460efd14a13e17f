import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type ArchiveFile, type ArchiveOptions, extraField, writeArchive } from '../../../../test/support/archive.ts';
import { type WheelProblem, WheelRefusal } from '../problem.ts';
import { BytesInMemory } from './byte-source.ts';
import { defaultArchiveLimits } from './limits.ts';
import { openArchive } from './open-archive.ts';

const limits = { ...defaultArchiveLimits, maxFiles: 50, maxDirectoryBytes: 10_000 };
const plain: ArchiveFile = { name: 'a/one.py', content: 'print(1)\n'.repeat(100) };
const second: ArchiveFile = { name: 'a/two.py', content: 'print(2)\n' };
const text = 'x'.repeat(1000);

function open(files: readonly ArchiveFile[], options?: ArchiveOptions): string[] {
  return openArchive(new BytesInMemory(writeArchive(files, options)), limits).map(({ path }) => path);
}

function refusal(files: readonly ArchiveFile[], options?: ArchiveOptions): WheelProblem {
  try {
    open(files, options);
  } catch (error) {
    assert.ok(error instanceof WheelRefusal, String(error));
    return error.problem;
  }
  throw new Error('it was taken');
}

function refuses(rule: WheelProblem['rule'], message: RegExp, ...archive: Parameters<typeof refusal>): void {
  const problem = refusal(...archive);
  assert.equal(problem.rule, rule, problem.message);
  assert.match(problem.message, message);
}

describe('openArchive()', () => {
  it('lists files and folders in the order in which they lie', () => {
    assert.deepEqual(open([{ name: 'a/', isStored: true }, plain, second]), ['a', 'a/one.py', 'a/two.py']);
    assert.deepEqual(open([]), []);
  });

  it('takes what real programs write: sizes behind the content, wide sizes, names in UTF-8', () => {
    const flags = 1 << 3;
    const content = Buffer.from(plain.content ?? '');
    const [entry] = openArchive(new BytesInMemory(writeArchive([plain])), limits);
    const tail = Buffer.alloc(12);
    tail.writeUInt32LE(entry?.crc ?? 0);
    tail.writeUInt32LE(entry?.packedBytes ?? 0, 4);
    tail.writeUInt32LE(content.length, 8);
    const streamed = { ...plain, both: { flags }, local: { crc: 0, packedBytes: 0, unpackedBytes: 0 } };
    assert.deepEqual(open([{ ...streamed, tail }, second]), ['a/one.py', 'a/two.py']);
    const marked = Buffer.concat([Buffer.from('PK\x07\x08', 'latin1'), tail]);
    assert.deepEqual(open([{ ...streamed, tail: marked }]), ['a/one.py']);
    const saturated = { packedBytes: 0xffffffff, unpackedBytes: 0xffffffff };
    const extra = extraField(1, BigInt(content.length), BigInt(entry?.packedBytes ?? 0));
    assert.deepEqual(open([{ ...plain, both: { ...saturated, extra } }], { isWide: true }), ['a/one.py']);
    assert.deepEqual(open([{ ...plain, local: { extra } }]), ['a/one.py']);
    assert.deepEqual(open([{ ...plain, name: 'a/größe.py' }]), ['a/größe.py']);
  });

  it('refuses what is no whole archive', () => {
    const whole = writeArchive([plain]);
    for (const bytes of [Buffer.from('<html>no wheel</html>'.repeat(9)), Buffer.alloc(3), whole.subarray(0, -1)]) {
      assert.throws(() => openArchive(new BytesInMemory(bytes), limits), /no ZIP archive|bytes behind the end/);
    }
    refuses('archive.form', /one part of several/, [plain], { end: { disk: 1 } });
    refuses('archive.form', /another part/, [{ ...plain, disk: 1 }]);
    refuses('archive.form', /cannot be read/, [plain], { end: { count: 2 } });
    refuses('archive.form', /true size/, [plain], { end: { count: 0xffff } });
    refuses('archive.form', /cannot be read/, [plain], { isWide: true, wide: { count: 2 } });
  });

  it('refuses bytes that the directory does not account for', () => {
    const hidden = Buffer.from('hidden');
    refuses('archive.hidden', /behind the end/, [plain], { suffix: hidden });
    refuses('archive.hidden', /comment on it/, [plain], { comment: hidden });
    refuses('archive.hidden', /comment on a\/one/, [{ ...plain, comment: 'hidden' }]);
    refuses('archive.hidden', /before the first/, [plain], { prefix: hidden });
    refuses('archive.hidden', /behind a\/two/, [plain, second], { gap: hidden });
    refuses('archive.hidden', /behind a\/one/, [{ ...plain, tail: hidden }, second]);
    refuses('archive.hidden', /lists more/, [plain], { directoryTail: hidden });
    refuses('archive.hidden', /lists more/, [plain, second], { end: { count: 1 } });
    refuses('archive.hidden', /does not lie where/, [plain], { end: { directoryOffset: 1 } });
    refuses('archive.hidden', /does not lie where/, [plain], { isWide: true, wide: { directoryOffset: 1 } });
  });

  it('refuses a directory that stands behind another archive, whose files a careless reader would see', () => {
    const inner = writeArchive([second]);
    const problem = refusal([plain], { prefix: inner });
    assert.equal(problem.rule, 'archive.hidden');
  });

  it('refuses files that lie over each other', () => {
    refuses('archive.hidden', /lies over another/, [plain, { ...second, central: { offset: 0 } }]);
    refuses('archive.hidden', /lies over another/, [
      { ...plain, both: { packedBytes: 5000, unpackedBytes: 5000 } },
      second,
    ]);
    refuses('archive.headers', /no header where/, [{ ...plain, central: { offset: 0 } }], {
      prefix: Buffer.alloc(40),
    });
  });

  it('refuses headers that tell two tales', () => {
    const local = (numbers: ArchiveFile['local']): readonly ArchiveFile[] => [{ ...plain, local: { ...numbers } }];
    refuses('archive.headers', /another name/, local({ name: Buffer.from('a/two.py') }));
    refuses('archive.headers', /another size or checksum/, local({ crc: 1 }));
    refuses('archive.headers', /another size or checksum/, local({ unpackedBytes: 1 }));
    refuses('archive.headers', /two ways/, local({ method: 0 }));
    refuses('archive.headers', /other marks/, local({ flags: 1 << 11 }));
    refuses('archive.headers', /sizes, and they differ/, local({ extra: extraField(1, 5n, 6n) }));
    refuses('archive.headers', /notes beside/, local({ extra: Buffer.from([1, 0, 9, 0]) }));
    refuses('archive.headers', /notes beside/, local({ extra: Buffer.from([1, 0, 9]) }));
    refuses('archive.headers', /two sizes of itself/, [plain], { isWide: true, end: { count: 3 } });
    refuses('archive.headers', /size of a\/one.py is missing/, [{ ...plain, both: { unpackedBytes: 0xffffffff } }]);
    refuses('archive.headers', /not followed by the sizes/, [{ ...plain, both: { flags: 1 << 3 } }]);
    refuses('archive.headers', /without saying where it ends/, [
      { ...plain, isStored: true, both: { flags: 1 << 3 }, local: { crc: 0, packedBytes: 0, unpackedBytes: 0 } },
    ]);
  });

  it('refuses encryption and ways of packing that no wheel uses', () => {
    refuses('archive.method', /encrypted/, [{ ...plain, both: { flags: 1 } }]);
    refuses('archive.method', /marks no wheel has/, [{ ...plain, both: { flags: 1 << 13 } }]);
    for (const method of [1, 9, 12, 14, 93, 95]) {
      refuses('archive.method', /stored or deflated/, [{ ...plain, both: { method } }]);
    }
  });

  it('refuses links, devices and rights that are given away', () => {
    refuses('archive.kind', /symbolic link/, [{ ...plain, mode: 0o120777, content: '/etc/passwd' }]);
    refuses('archive.kind', /a device/, [{ ...plain, mode: 0o020666 }]);
    refuses('archive.kind', /a pipe/, [{ ...plain, mode: 0o010666 }]);
    refuses('archive.kind', /rights of its owner/, [{ ...plain, mode: 0o104755 }]);
    refuses('archive.kind', /is a folder/, [{ ...plain, mode: 0o040755 }]);
    refuses('archive.kind', /folder by one mark/, [{ ...plain, attributes: 0x10 }]);
    refuses('archive.kind', /is a file/, [{ name: 'a/', mode: 0o100644 }]);
    refuses('archive.kind', /has content/, [{ name: 'a/', content: 'hidden' }]);
  });

  it('refuses names that lead elsewhere or look like others', () => {
    const names: readonly [string, RegExp][] = [
      ['../evil.py', /leads out/],
      ['a/../../evil.py', /leads out/],
      ['/etc/cron.d/evil', /root of the machine/],
      ['a\\..\\evil.py', /backslash/],
      ['C:/evil.py', /a drive/],
      ['a/\0.py', /control/],
      ['a/\n.py', /control/],
      ['a//b.py', /names nothing/],
      ['./a.py', /names nothing/],
      ['a/b .py/ ', /blank/],
      ['a/\u202eyp.exe', /cannot be seen/],
      ['a/b\u200b.py', /cannot be seen/],
      [`a/${'b'.repeat(256)}`, /longer than 255/],
      ['b/'.repeat(600), /longer than 1024/],
      ['', /is empty/],
    ];
    for (const [name, message] of names) refuses('archive.name', message, [{ ...plain, name }]);
    refuses('archive.name', /no one meaning/, [{ ...plain, name: Buffer.from([0x61, 0xff]) }]);
    refuses('archive.name', /no one meaning/, [{ ...plain, name: 'é', both: { flags: 0 } }]);
    refuses('archive.name', /second name/, [{ ...plain, both: { extra: extraField(0x7075, 1n) } }]);
    assert.deepEqual(open([{ ...plain, name: 'a/..b/c..py' }]), ['a/..b/c..py']);
  });

  it('refuses names that are there twice, or are the same for some file systems', () => {
    refuses('archive.duplicate', /there twice/, [plain, plain]);
    refuses('archive.duplicate', /differ in letters/, [plain, { ...plain, name: 'a/ONE.py' }]);
    refuses('archive.duplicate', /differ in letters/, [plain, { ...plain, name: 'A/two.py' }]);
    refuses('archive.duplicate', /differ in letters/, [
      { ...plain, name: 'é.py' },
      { ...plain, name: 'e\u0301.py' },
    ]);
    refuses('archive.duplicate', /differ in letters/, [
      { ...plain, name: 'file.py' },
      { ...plain, name: 'ﬁle.py' },
    ]);
    refuses('archive.duplicate', /file and a folder/, [{ ...plain, name: 'a' }, second]);
    refuses('archive.duplicate', /file and a folder/, [second, { ...plain, name: 'a' }]);
    assert.equal(open([{ name: 'a/' }, plain, { ...plain, name: 'a/one_.py' }]).length, 3);
  });

  it('refuses bombs by what they announce', () => {
    const many = Array.from({ length: 51 }, (_, index) => ({ name: `f${index}`, content: '' }));
    refuses('archive.size', /51 files; 50/, many);
    refuses('archive.size', /list of its files/, [
      { ...plain, name: 'a'.repeat(200), both: { extra: Buffer.alloc(0) } },
      ...wide(),
    ]);
    refuses('archive.size', /times its size/, [{ ...plain, both: { unpackedBytes: 2 ** 30 } }]);
    const small = { ...limits, maxUnpackedBytes: 1000 };
    const bytes = new BytesInMemory(writeArchive([{ name: 'a', content: text }]));
    assert.equal(openArchive(bytes, small).length, 1);
    const larger = new BytesInMemory(writeArchive([{ name: 'a', content: `${text}x` }]));
    assert.throws(() => openArchive(larger, small), /1000 are let in/);
  });
});

function wide(): ArchiveFile[] {
  return Array.from({ length: 45 }, (_, index) => ({ name: `${'a'.repeat(240)}${index}`, content: '' }));
}
