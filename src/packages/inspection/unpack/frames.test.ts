import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { encodeFrame, encodeRead, FrameReader, type Heard } from './frames.ts';

function read(bytes: Buffer, pieceBytes = bytes.length): Heard[] {
  const reader = new FrameReader();
  const heard: Heard[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    heard.push(...reader.read(bytes.subarray(at, at + pieceBytes)));
  }
  return heard;
}

/** Content may come in pieces; what belongs together is put together. */
function join(heard: readonly Heard[]): Heard[] {
  return heard.reduce<Heard[]>((all, one) => {
    const last = all.at(-1);
    if (one.kind !== 'data' || last?.kind !== 'data' || last.index !== one.index) return [...all, one];
    return [...all.slice(0, -1), { ...last, bytes: Buffer.concat([last.bytes, one.bytes]) }];
  }, []);
}

describe('FrameReader', () => {
  const sent = Buffer.concat([
    encodeFrame('ready'),
    encodeRead(2 ** 40, 17),
    encodeFrame('announcement', Buffer.from('{}')),
    encodeFrame('data', Buffer.from('hello'), 3),
    encodeFrame('data', Buffer.from('world'), 4),
    encodeFrame('end', Buffer.from('{"a":1}')),
  ]);
  const heard: Heard[] = [
    { kind: 'ready' },
    { kind: 'read', offset: 2 ** 40, length: 17 },
    { kind: 'announcement', bytes: Buffer.from('{}') },
    { kind: 'data', index: 3, bytes: Buffer.from('hello') },
    { kind: 'data', index: 4, bytes: Buffer.from('world') },
    { kind: 'end', bytes: Buffer.from('{"a":1}') },
  ];

  it('hears the same however the stream is cut', () => {
    for (const pieceBytes of [sent.length, 1, 2, 7, 11]) assert.deepEqual(join(read(sent, pieceBytes)), heard);
  });

  it('hears nonsense, and nothing behind it', () => {
    const change = (edit: (head: Buffer) => void): Buffer => {
      const head = encodeFrame('data', Buffer.from('x'));
      edit(head);
      return Buffer.concat([head, sent]);
    };
    const forged = [
      change((head) => head.writeUInt8(0, 0)),
      change((head) => head.writeUInt8(99, 0)),
      change((head) => head.writeUInt32LE(2 ** 20 + 1, 1)),
      change((head) => head.writeUInt32LE(0, 1)),
      Buffer.concat([encodeFrame('ready', Buffer.from('x')), sent]),
    ];
    for (const bytes of forged) assert.deepEqual(read(bytes), [{ kind: 'nonsense' }]);
  });

  it('hears nonsense where bytes are asked for that cannot be', () => {
    for (const offset of [-1, 0.5, NaN, Infinity]) {
      assert.deepEqual(read(encodeRead(offset, 1)), [{ kind: 'nonsense' }], `${offset}`);
    }
    assert.deepEqual(read(encodeFrame('read', Buffer.alloc(11))), [{ kind: 'nonsense' }]);
  });

  it('hears nothing of a frame that is not whole', () => {
    assert.deepEqual(read(sent.subarray(0, 8)), []);
    assert.deepEqual(read(encodeFrame('end', Buffer.from('{"a":1}')).subarray(0, -1)), []);
  });
});
