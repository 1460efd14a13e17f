import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';

import { BoundedOutput } from './bounded-output.ts';

describe('BoundedOutput', () => {
  it('passes what is within the bound, in both directions, and ends when the stream does', async () => {
    await using pair = await openPair();
    const bounded = new BoundedOutput(pair.near, 100, () => assert.fail('nothing was exceeded'));
    bounded.write('to the program');
    const [heard] = (await once(pair.far, 'data')) as [Buffer];
    assert.equal(heard.toString(), 'to the program');
    pair.far.end('from the program');
    assert.equal(await text(bounded), 'from the program');
  });

  it('says once that more came, and drops it', async () => {
    await using pair = await openPair();
    let told = 0;
    const bounded = new BoundedOutput(pair.near, 10, () => (told += 1));
    pair.far.write('12345678');
    pair.far.write('90abc');
    pair.far.end('and more');
    assert.equal(await text(bounded), '1234567890');
    assert.equal(told, 1);
  });

  it('allows exactly the bound', async () => {
    await using pair = await openPair();
    const bounded = new BoundedOutput(pair.near, 4, () => assert.fail('nothing was exceeded'));
    pair.far.end('1234');
    assert.equal(await text(bounded), '1234');
  });

  it('ends for its reader when the stream breaks', async () => {
    await using pair = await openPair();
    const bounded = new BoundedOutput(pair.near, 100, () => undefined);
    pair.near.on('error', () => undefined);
    pair.near.destroy();
    assert.equal(await text(bounded), '');
  });

  it('holds the program back while its reader does not read', async () => {
    await using pair = await openPair();
    new BoundedOutput(pair.near, 1 << 30, () => undefined).pause();
    const chunk = Buffer.alloc(1 << 20);
    let sent = 0;
    while (pair.far.write(chunk) || sent < 16) sent += 1;
    assert.ok(pair.near.readableLength + pair.near.bytesRead < 16 << 20);
  });
});

interface Pair extends AsyncDisposable {
  readonly near: Socket;
  readonly far: Socket;
}

async function openPair(): Promise<Pair> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const near = connect(port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  return {
    near,
    far,
    [Symbol.asyncDispose]: async () => {
      near.destroy();
      far.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
