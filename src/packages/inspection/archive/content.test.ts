import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';

import { type ArchiveFile, writeArchive } from '../../../../test/support/archive.ts';
import { BytesInMemory } from './byte-source.ts';
import { readContent } from './content.ts';
import { defaultArchiveLimits } from './limits.ts';
import { openArchive } from './open-archive.ts';

const small = Buffer.from('print(1)\n'.repeat(100));
/** Large enough to be unpacked in pieces; hardly to be packed, so that it comes in pieces too. */
const large = Buffer.from(Array.from({ length: 6 << 20 }, (_, index) => ((index * index) >>> 7) ^ (index % 251)));

async function unpack(file: ArchiveFile): Promise<Buffer> {
  const source = new BytesInMemory(writeArchive([file]));
  const [entry] = openArchive(source, defaultArchiveLimits);
  const pieces: Buffer[] = [];
  assert.ok(entry !== undefined);
  await readContent(source, entry, (piece) => pieces.push(Buffer.from(piece)));
  return Buffer.concat(pieces);
}

describe('readContent()', () => {
  for (const content of [Buffer.alloc(0), small, large]) {
    it(`unpacks ${content.length} bytes, deflated or stored`, async () => {
      assert.ok((await unpack({ name: 'a', content })).equals(content));
      assert.ok((await unpack({ name: 'a', content, isStored: true })).equals(content));
    });
  }

  for (const content of [small, large]) {
    const packed = deflateRawSync(content);

    it(`refuses ${content.length} bytes that are not what was announced`, async () => {
      const name = 'a';
      await assert.rejects(unpack({ name, content, both: { crc: 1 } }), /checksum is wrong/);
      await assert.rejects(unpack({ name, content, isStored: true, both: { crc: 1 } }), /checksum is wrong/);
      await assert.rejects(
        unpack({ name, content, both: { unpackedBytes: content.length - 1 } }),
        /to more than it says/,
      );
      await assert.rejects(
        unpack({ name, content, both: { unpackedBytes: content.length + 1 } }),
        /to less than it says/,
      );
      await assert.rejects(unpack({ name, content, packed: packed.subarray(0, -3) }), /cannot be unpacked|to less/);
      await assert.rejects(unpack({ name, content, packed: Buffer.alloc(packed.length, 0xff) }), /cannot be unpacked/);
      await assert.rejects(
        unpack({ name, content, isStored: true, both: { unpackedBytes: content.length + 1 } }),
        /two sizes/,
      );
    });

    it(`refuses bytes that are hidden behind ${content.length} packed ones`, async () => {
      const hidden = Buffer.concat([packed, Buffer.from('hidden')]);
      await assert.rejects(unpack({ name: 'a', content, packed: hidden }), /ends before its place/);
      const far = Buffer.concat([packed, Buffer.alloc(1 << 20)]);
      await assert.rejects(unpack({ name: 'a', content, packed: far }), /ends before its place/);
    });
  }
});
