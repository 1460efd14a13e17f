import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';

import { type WireFrame, WireViolation, maxPieceBytes, packCount, packFrame, readWire } from './wire.ts';

describe('readWire()', () => {
  it('reads what packFrame() wrote, however it was cut on the way', async () => {
    const data = Buffer.from('some bytes');
    const bytes = Buffer.concat([
      packFrame('ready', 0, Buffer.from('1 3.12.0')),
      packFrame('data', 0xffff_ffff, data),
      packFrame('end', 7),
    ]);
    const expected = [
      { kind: 'ready', channel: 0, payload: Buffer.from('1 3.12.0') },
      { kind: 'data', channel: 0xffff_ffff, payload: data },
      { kind: 'end', channel: 7, payload: Buffer.alloc(0) },
    ];
    for (const pieceBytes of [1, 2, 8, 9, 10, bytes.length]) {
      const pieces = [...Array(Math.ceil(bytes.length / pieceBytes)).keys()].map((at) =>
        bytes.subarray(at * pieceBytes, (at + 1) * pieceBytes),
      );
      assert.deepEqual(await read(pieces), expected, `in pieces of ${pieceBytes}`);
    }
  });

  it('takes the largest frame there may be, and none that is a byte larger', async () => {
    const largest = packFrame('data', 1, Buffer.alloc(maxPieceBytes));
    assert.equal((await read([largest]))[0]?.payload.length, maxPieceBytes);
    await assert.rejects(read([packFrame('data', 1, Buffer.alloc(maxPieceBytes + 1))]), violation(/beyond the limit/));
  });

  it('refuses a length before any of it came', async () => {
    const header = packFrame('data', 1).fill(0xff, 5);
    await assert.rejects(read([header], { stays: true }), violation(/beyond the limit/));
  });

  it('refuses a frame of no kind', async () => {
    for (const kind of [10, 127, 255]) {
      await assert.rejects(read([packFrame('data', 1).fill(kind, 0, 1)], { stays: true }), violation(/of no kind/));
    }
  });

  it('tells what came before what is none', async () => {
    const told: WireFrame[] = [];
    const control = new PassThrough();
    control.write(Buffer.concat([packFrame('end', 1), Buffer.alloc(9, 0xff)]));
    const reading = async (): Promise<void> => {
      for await (const frame of readWire(control)) told.push(frame);
    };
    await assert.rejects(reading, violation(/of no kind/));
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ['end'],
    );
  });

  it('leaves out what ends in the middle, as of one that died', async () => {
    const whole = packFrame('data', 1, Buffer.from('whole'));
    for (const cut of [1, 8, 9, 13]) {
      assert.equal((await read([whole, whole.subarray(0, cut)])).length, 1);
    }
  });
});

describe('packCount()', () => {
  it('has four bytes for the largest and the least', () => {
    assert.deepEqual([...packCount(0)], [0, 0, 0, 0]);
    assert.deepEqual([...packCount(0xffff_ffff)], [255, 255, 255, 255]);
  });
});

/** One that stays has more to say, and says none of it. */
async function read(pieces: readonly Buffer[], { stays = false } = {}): Promise<WireFrame[]> {
  const control = new PassThrough();
  for (const piece of pieces) control.write(piece);
  if (!stays) control.end();
  return Array.fromAsync(readWire(control));
}

function violation(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof WireViolation && message.test(error.message);
}
