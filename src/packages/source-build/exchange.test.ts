import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { describe, it } from 'node:test';
import { text } from 'node:stream/consumers';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { Exchange } from './exchange.ts';

async function collect(pieces: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all).toString();
}

describe('Exchange', () => {
  it('hears lines however they are cut, and the bytes that follow one', async () => {
    const [ours, theirs] = duplexPair();
    const exchange = new Exchange(ours);
    for (const piece of ['{"a"', ':1}\n{"b":2', '}\nby', 'tes{"c":3}\n']) theirs.write(piece);
    assert.deepEqual(await exchange.hear(100), { a: 1 });
    assert.deepEqual(await exchange.hear(100), { b: 2 });
    assert.equal(await collect(exchange.hearBytes(5)), 'bytes');
    assert.deepEqual(await exchange.hear(100), { c: 3 });
  });

  it('hears nothing of a line that is too long, is no JSON or never ends', async () => {
    for (const said of [`"${'y'.repeat(100)}"\n`, 'no JSON\n', '{"a":']) {
      const [ours, theirs] = duplexPair();
      theirs.end(said);
      assert.equal(await new Exchange(ours).hear(50), undefined);
    }
  });

  it('takes no more bytes than were promised, and tells of fewer by ending', async () => {
    const [ours, theirs] = duplexPair();
    const exchange = new Exchange(ours);
    theirs.end('0123456789');
    assert.equal(await collect(exchange.hearBytes(4)), '0123');
    assert.equal(await collect(exchange.hearBytes(100)), '456789');
  });

  it('says orders and sends files', async (context) => {
    const path = join(await temporaryFolder(context), 'file');
    writeFileSync(path, 'content');
    const [ours, theirs] = duplexPair();
    const exchange = new Exchange(ours);
    await exchange.say({ order: 1 });
    await exchange.sendFile(path);
    ours.end();
    assert.equal(await text(theirs), '{"order":1}\ncontent');
  });
});
