import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type Answer, AnswerReader } from './answer-reader.ts';

function encode(status: number, text: string, length = text.length): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(status, 0);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

function read(bytes: Buffer, pieceBytes = bytes.length): (Answer | undefined)[] {
  const reader = new AnswerReader();
  const answers: (Answer | undefined)[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    answers.push(...reader.read(bytes.subarray(at, at + pieceBytes)));
  }
  return answers;
}

describe('AnswerReader', () => {
  it('reads the same however the stream is cut', () => {
    const sent = Buffer.concat([encode(0, 'cpython-311'), encode(1, 'compiled'), encode(2, ''), encode(2, 'line 1')]);
    const answers = [
      { status: 'ready', bytes: Buffer.from('cpython-311') },
      { status: 'compiled', bytes: Buffer.from('compiled') },
      { status: 'refused', bytes: Buffer.alloc(0) },
      { status: 'refused', bytes: Buffer.from('line 1') },
    ];
    for (const pieceBytes of [sent.length, 1, 3, 8, 9]) assert.deepEqual(read(sent, pieceBytes), answers);
  });

  it('ends at what is no answer, or one that is too long', () => {
    for (const forged of [encode(3, 'x'), encode(0, '', 1000), encode(1, '', 2 ** 31), encode(2, '', 5000)]) {
      assert.deepEqual(read(Buffer.concat([forged, encode(1, 'x')])), [undefined]);
    }
  });

  it('reads nothing of what is not whole', () => {
    assert.deepEqual(read(encode(1, 'compiled').subarray(0, -1)), []);
    assert.deepEqual(read(encode(1, '').subarray(0, 7)), []);
  });
});
