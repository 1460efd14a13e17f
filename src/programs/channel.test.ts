import assert from 'node:assert/strict';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';

import { Channel, windowBytes } from './channel.ts';
import { type FrameKind, WireViolation, maxPieceBytes } from './wire.ts';

describe('Channel, what comes', () => {
  it('is read in its order, to the end', async () => {
    const { channel } = open();
    channel.receive(Buffer.from('one '));
    channel.receive(Buffer.from('two'));
    channel.receiveEnd();
    assert.equal((await buffer(channel)).toString(), 'one two');
  });

  it('is taken up to the window where nobody reads, and not a byte beyond', () => {
    const { channel } = open();
    for (let sent = 0; sent < windowBytes; sent += maxPieceBytes) channel.receive(Buffer.alloc(maxPieceBytes));
    assert.throws(() => channel.receive(Buffer.alloc(1)), WireViolation);
  });

  it('has room again for what was read, and for no more than that', async () => {
    const { channel, sent } = open();
    for (let piece = 0; piece < windowBytes; piece += maxPieceBytes) channel.receive(Buffer.alloc(maxPieceBytes));
    channel.on('data', () => undefined);
    await once(channel, 'resume');
    const granted = sumOfCredits(sent);
    assert.equal(granted, windowBytes);
    for (let piece = 0; piece < granted; piece += maxPieceBytes) channel.receive(Buffer.alloc(maxPieceBytes));
  });

  it('may not come after its end, nor where nothing is to be read', () => {
    const { channel } = open();
    channel.receiveEnd();
    assert.throws(() => channel.receive(Buffer.from('more')), WireViolation);
    const input = open({ readable: false });
    assert.throws(() => input.channel.receive(Buffer.from('x')), WireViolation);
  });

  it('is let go where nobody wants it any more, but counts all the same', () => {
    const { channel } = open();
    channel.destroy();
    for (let sent = 0; sent < windowBytes; sent += maxPieceBytes) channel.receive(Buffer.alloc(maxPieceBytes));
    assert.equal(channel.readableLength, 0);
    assert.throws(() => channel.receive(Buffer.alloc(1)), WireViolation);
  });

  it('is still read when the other side is gone', async () => {
    const { channel } = open();
    channel.receive(Buffer.from('last words'));
    channel.receiveClose();
    assert.equal((await buffer(channel)).toString(), 'last words');
  });
});

describe('Channel, what goes', () => {
  it('is cut into pieces, and waits at the end of the window', () => {
    const { channel, sent } = open();
    let isTaken: boolean = false;
    channel.write(Buffer.alloc(windowBytes + 10), () => (isTaken = true));
    const data = (): number[] => sent.filter(({ kind }) => kind === 'data').map(({ payload }) => payload.length);
    assert.deepEqual(data(), new Array<number>(windowBytes / maxPieceBytes).fill(maxPieceBytes));
    channel.receiveRoom(4);
    assert.equal(isTaken, false);
    channel.receiveRoom(100);
    assert.deepEqual(data().slice(-2), [4, 6]);
    assert.equal(isTaken, true);
  });

  it('cannot have more room than was sent', () => {
    const { channel } = open();
    assert.throws(() => channel.receiveRoom(1), WireViolation);
    const other = open();
    other.channel.write(Buffer.alloc(10));
    other.channel.receiveRoom(10);
    assert.throws(() => other.channel.receiveRoom(0xffff_ffff), WireViolation);
  });

  it('is dropped when the other side is gone, and its writer does not wait', async () => {
    const { channel, sent } = open();
    const written = new Promise((resolve) => channel.write(Buffer.alloc(windowBytes * 2), resolve));
    channel.receiveClose();
    await written;
    assert.ok(!sent.some(({ kind }) => kind === 'close'));
  });

  it('tells its end, and that it is given up, each once', async () => {
    const { channel, sent } = open();
    channel.end('x');
    await once(channel, 'finish');
    channel.destroy();
    await once(channel, 'close');
    assert.deepEqual(
      sent.map(({ kind }) => kind),
      ['data', 'end', 'close'],
    );
  });

  it('tells nothing where both sides came to their end', async () => {
    const { channel, sent, closed } = open();
    channel.receiveEnd();
    channel.end();
    channel.resume();
    await once(channel, 'close');
    assert.deepEqual(
      sent.map(({ kind }) => kind),
      ['end'],
    );
    assert.deepEqual(closed, [channel]);
  });
});

interface Sent {
  readonly kind: FrameKind;
  readonly payload: Buffer;
}

function open(ways: { readonly readable?: boolean; readonly writable?: boolean } = {}) {
  const sent: Sent[] = [];
  const closed: Channel[] = [];
  const channel = new Channel({
    ...{ number: 5, readable: true, writable: true, ...ways },
    send: (kind, _channel, payload = new Uint8Array()) => void sent.push({ kind, payload: Buffer.from(payload) }),
    onClosed: (each) => void closed.push(each),
  });
  return { channel, sent, closed };
}

function sumOfCredits(sent: readonly Sent[]): number {
  return sent.filter(({ kind }) => kind === 'credit').reduce((sum, { payload }) => sum + payload.readUInt32BE(), 0);
}
