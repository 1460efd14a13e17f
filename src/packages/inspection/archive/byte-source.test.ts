import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { BytesInMemory, BytesOnDisk, ReadAhead, type ByteSource } from './byte-source.ts';

const bytes = Buffer.from(Array.from({ length: 3 << 20 }, (_, index) => index % 253));

/** Tells how often it was asked. */
class Counted implements ByteSource {
  readonly sizeBytes = bytes.length;
  reads = 0;

  read(offset: number, length: number): Buffer {
    this.reads += 1;
    return bytes.subarray(offset, offset + length);
  }
}

it('BytesOnDisk and BytesInMemory give the bytes of a place', async (context) => {
  const path = join(await temporaryFolder(context), 'file');
  writeFileSync(path, bytes);
  using onDisk = new BytesOnDisk(path);
  for (const source of [onDisk, new BytesInMemory(bytes)]) {
    assert.equal(source.sizeBytes, bytes.length);
    assert.ok(source.read(1000, 2 << 20).equals(bytes.subarray(1000, 1000 + (2 << 20))));
    assert.equal(source.read(5, 0).length, 0);
  }
  assert.throws(() => onDisk.read(bytes.length - 1, 2), /became shorter/);
});

it('ReadAhead asks once for what lies together, and gives the same bytes', () => {
  const counted = new Counted();
  const source = new ReadAhead(counted);
  for (let at = 0; at < 1 << 20; at += 1 << 12) {
    assert.ok(source.read(at, 1 << 12).equals(bytes.subarray(at, at + (1 << 12))));
  }
  assert.equal(counted.reads, 1);
  assert.ok(source.read(10, 2 << 20).equals(bytes.subarray(10, 10 + (2 << 20))));
  assert.ok(source.read(bytes.length - 4, 4).equals(bytes.subarray(-4)));
  assert.ok(source.read(0, 4).equals(bytes.subarray(0, 4)));
  assert.equal(counted.reads, 4);
});
