import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { writeTar as writeAnyTar } from '../../../test/support/tar.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { readTar, writeTar } from './index.ts';

type Content = Readonly<Record<string, string>>;

const bounds = { maxEntries: 100, maxBytes: 1_000_000 };
const longName = `${'folder/'.repeat(30)}${'é'.repeat(60)}.txt`;

async function pack(files: Content): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(writeTar(filesOf(files))));
}

async function* filesOf(files: Content) {
  for (const [path, text] of Object.entries(files)) {
    await Promise.resolve();
    const content = Buffer.from(text);
    yield { path, sizeBytes: content.length, content: [content] };
  }
}

/** In pieces that fit no block. */
async function* inPieces(bytes: Buffer, size = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function unpack(bytes: Buffer, within = bounds): Promise<Content> {
  const files: Record<string, string> = {};
  for await (const { path, content } of readTar(inPieces(bytes), within)) {
    files[path] = Buffer.concat(await Array.fromAsync(content)).toString();
  }
  return files;
}

describe('writeTar() and readTar()', () => {
  const files = { 'a.txt': 'one', empty: '', 'large.bin': 'x'.repeat(5000), [longName]: 'long', 'wörter/ß': 'utf-8' };

  it('give back what was put in, long and foreign names too', async () => {
    assert.deepEqual(await unpack(await pack(files)), files);
  });

  it('write the same bytes for the same files', async () => {
    assert.deepEqual(await pack(files), await pack(files));
  });

  it('write what tar itself unpacks', async (test) => {
    const folder = await temporaryFolder(test);
    await writeFile(join(folder, 'it.tar'), await pack(files));
    execFileSync('tar', ['-xf', 'it.tar'], { cwd: folder });
    for (const [path, text] of Object.entries(files)) assert.equal(await readFile(join(folder, path), 'utf8'), text);
  });

  it('refuse a file that is not as long as was said', async () => {
    const wrong = async function* () {
      await Promise.resolve();
      yield { path: 'a', sizeBytes: 3, content: [Buffer.from('four')] };
    };
    await assert.rejects(Array.fromAsync(writeTar(wrong())), { code: 'FILE_REFUSED' });
  });
});

describe('readTar()', () => {
  it('passes over what was not read of an entry', async () => {
    const paths: string[] = [];
    const bytes = await pack({ one: 'x'.repeat(2000), two: 'y' });
    for await (const { path } of readTar(inPieces(bytes), bounds)) paths.push(path);
    assert.deepEqual(paths, ['one', 'two']);
  });

  for (const kind of ['link', 'hard-link', 'device', 'folder'] as const) {
    it(`takes no ${kind}`, async () => {
      const bytes = writeAnyTar([
        { path: 'good', content: 'x' },
        { path: 'bad', kind, target: '/etc/passwd' },
      ]);
      await assert.rejects(unpack(bytes), { code: 'BUNDLE_INVALID', message: /an entry is a/ });
      const control = writeAnyTar([{ path: 'good', content: 'x' }]);
      assert.deepEqual(await unpack(control), { good: 'x' });
    });
  }

  it('takes nothing that is cut, wherever it is cut', async () => {
    const whole = await pack({ a: 'x'.repeat(600), [longName]: 'y' });
    for (const end of [0, 100, 512, 700, 1400, 1600, 2000, 2600, whole.length - 1024]) {
      await assert.rejects(unpack(whole.subarray(0, end)), { code: 'BUNDLE_INVALID' }, `cut at ${end}`);
    }
    assert.equal(Object.keys(await unpack(whole)).length, 2);
  });

  it('takes no header that was changed', async () => {
    const bytes = await pack({ a: 'x' });
    bytes.write('b', 0);
    await assert.rejects(unpack(bytes), { code: 'BUNDLE_INVALID', message: /checksum/ });
  });

  it('takes no more entries, and no more bytes, than it is told', async () => {
    const bytes = await pack({ a: 'x', b: 'y', c: 'zz' });
    await assert.rejects(unpack(bytes, { ...bounds, maxEntries: 2 }), { code: 'BUNDLE_INVALID' });
    await assert.rejects(unpack(bytes, { ...bounds, maxBytes: 3 }), { code: 'BUNDLE_INVALID' });
    assert.equal(Object.keys(await unpack(bytes, { maxEntries: 3, maxBytes: 4 })).length, 3);
  });

  it('ends at the first entry too many, of a million', async () => {
    const [block] = await Array.fromAsync(readHeaderOf('a'));
    const counted = { given: 0 };
    const endless = async function* () {
      for (; counted.given < 1_000_000; counted.given += 1) {
        await Promise.resolve();
        yield block ?? Buffer.alloc(0);
      }
    };
    const reading = async (): Promise<void> => {
      for await (const _entry of readTar(endless(), bounds));
    };
    await assert.rejects(reading(), { code: 'BUNDLE_INVALID', message: /more than 100 entries/ });
    assert.ok(counted.given < 110);
  });

  it('takes of long names nothing but the name', async () => {
    const words = (text: string): Buffer => {
      const bytes = writeAnyTar([
        { path: 'x', content: text },
        { path: 'y', content: 'z' },
      ]);
      bytes.write('x', 156);
      bytes.write('        ', 148);
      const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
      bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      return bytes;
    };
    assert.deepEqual(await unpack(words('10 path=a\n')), { a: 'z' });
    for (const text of ['11 size=99\n', '99 path=a\n', '22 path=a\n12 size=99\n', '12 path=a\0b\n', 'nothing']) {
      await assert.rejects(unpack(words(text)), { code: 'BUNDLE_INVALID' }, text);
    }
  });
});

async function* readHeaderOf(path: string): AsyncGenerator<Buffer> {
  yield (await pack({ [path]: '' })).subarray(0, 512);
}
