import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';

import { connectAs } from '../../test/support/connect-as.ts';
import { needs, root } from '../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { ChannelRelay, type Dial } from './channel-relay.ts';

interface Setting {
  /** The end that stands for the client. */
  readonly open: () => Socket;
  /** Has the end that stands for the kernel listen. */
  readonly serve: (onConnection: (inner: Socket) => void) => Promise<Server>;
  readonly relay: ChannelRelay;
  readonly dialled: () => number;
}

/** A relay with one channel, between two sockets of the test. */
async function relayFor(context: TestContext): Promise<Setting> {
  const folder = await temporaryFolder(context);
  const [outside, inside] = [join(folder, 'outside-1'), join(folder, 'inside-1')];
  let dialled = 0;
  const dial: Dial = async (path): Promise<Duplex> => {
    dialled += 1;
    const socket = connect({ path, allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  };
  const relay = await ChannelRelay.listen([{ listenAt: { path: outside }, leadsTo: inside }], dial);
  context.after(() => relay[Symbol.asyncDispose]());
  const serve = async (onConnection: (inner: Socket) => void): Promise<Server> => {
    const server = createServer({ allowHalfOpen: true }, (inner) => {
      inner.on('error', () => undefined);
      onConnection(inner);
    });
    server.listen(inside);
    await once(server, 'listening');
    context.after(() => server.close());
    return server;
  };
  const open = (): Socket => {
    const socket = connect({ path: outside, allowHalfOpen: true });
    socket.on('error', () => undefined);
    context.after(() => socket.destroy());
    return socket;
  };
  return { open, serve, relay, dialled: () => dialled };
}

/** A relay at a port, to a kernel that says to each connection how many there were, whenever that changes. */
async function relayWithRoomFor(context: TestContext, maxConnections: number) {
  const folder = await temporaryFolder(context);
  const inners = new Set<Socket>();
  let count = 0;
  const tell = (): void => inners.forEach((inner) => void inner.write(String(count)));
  const server = createServer((inner) => {
    count += 1;
    inners.add(
      inner
        .on('error', () => undefined)
        .on('data', tell)
        .once('close', () => inners.delete(inner)),
    );
    tell();
  });
  server.listen(join(folder, 'inside'));
  await once(server, 'listening');
  context.after(() => server.close());
  const port = await freePort();
  const channel = { listenAt: { host: '127.0.0.1', port }, leadsTo: join(folder, 'inside') };
  const dial: Dial = async (path) => {
    const socket = connect({ path, allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  };
  const relay = await ChannelRelay.listen([channel], dial, { maxConnections });
  context.after(() => relay[Symbol.asyncDispose]());
  return { port, taken: () => count };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('ChannelRelay', () => {
  it('carries bytes both ways, whatever they are and however many', async (context) => {
    const { open, serve } = await relayFor(context);
    await serve((inner) => inner.pipe(inner));
    const client = open();
    const sent = randomBytes(10 * 1024 * 1024);
    const echoed = buffer(client);
    client.end(sent);
    assert.ok(sent.equals(await echoed));
  });

  it('keeps many connections of one channel apart', async (context) => {
    const { open, serve } = await relayFor(context);
    await serve((inner) => inner.pipe(inner));
    const echoed = Array.from({ length: 40 }, async (_, index) => {
      const client = open();
      client.end(String(index));
      return String(await buffer(client));
    });
    assert.deepEqual(
      await Promise.all(echoed),
      Array.from({ length: 40 }, (_, index) => String(index)),
    );
  });

  it('has a client wait for a kernel that does not listen yet', async (context) => {
    const { open, serve, dialled } = await relayFor(context);
    const client = open();
    const echoed = buffer(client);
    client.end('early');
    while (dialled() < 3) await new Promise(setImmediate);
    await serve((inner) => inner.pipe(inner));
    assert.equal(String(await echoed), 'early');
  });

  it('lets go of a client that still waits, when it is closed', async (context) => {
    const { open, relay, dialled } = await relayFor(context);
    const client = open();
    while (dialled() < 1) await new Promise(setImmediate);
    const ended = once(client.resume(), 'end');
    await relay[Symbol.asyncDispose]();
    await ended;
  });

  it('passes on that one side has said all, and lets the other go on', async (context) => {
    const { open, serve } = await relayFor(context);
    await serve((inner) => {
      inner.resume();
      inner.on('end', () => inner.end('after your end'));
    });
    const client = open();
    client.end('all I have');
    assert.equal(String(await buffer(client)), 'after your end');
  });

  it('ends one side when the other is gone', async (context) => {
    const { open, serve } = await relayFor(context);
    const inners: Socket[] = [];
    await serve((inner) => {
      inners.push(inner);
      inner.resume().write('hello');
    });
    const first = open();
    await once(first, 'data');
    inners[0]?.destroy();
    await once(first, 'end');
    first.end();
    await once(first, 'close');
    const second = open();
    await once(second, 'data');
    const ended = once(inners[1] as Socket, 'end');
    second.destroy();
    await ended;
  });

  it('holds back a side that sends more than the other takes', async (context) => {
    const { open, serve } = await relayFor(context);
    const took = Promise.withResolvers<Socket>();
    await serve((inner) => {
      inner.pause();
      took.resolve(inner);
    });
    const client = open();
    const chunk = Buffer.alloc(64 * 1024);
    let written = 0;
    while (written < 64 * 1024 * 1024) {
      written += chunk.length;
      if (client.write(chunk)) continue;
      const drained = await Promise.race([
        once(client, 'drain').then(() => true),
        new Promise((resolve) => setTimeout(resolve, 200, false)),
      ]);
      if (drained === false) break;
    }
    assert.ok(written < 8 * 1024 * 1024, `${written} bytes went nowhere`);
    const all = buffer(await took.promise);
    client.end();
    assert.equal((await all).length, written);
  });

  it('still says what the kernel said last, when it is closed', async (context) => {
    const { open, serve, relay } = await relayFor(context);
    const last = randomBytes(4 * 1024 * 1024);
    const said = Promise.withResolvers<undefined>();
    await serve((inner) => {
      inner.end(last);
      inner.once('data', () => said.resolve(undefined));
    });
    const client = open();
    client.write('goodbye');
    await said.promise;
    const heard = buffer(client).finally(() => client.end());
    const [bytes] = await Promise.all([heard, relay[Symbol.asyncDispose]()]);
    assert.ok(last.equals(bytes));
  });

  it('has idle connections of another user give way to the client', needs(root), async (context) => {
    const { port, taken } = await relayWithRoomFor(context, 4);
    const first = connect(port, '127.0.0.1');
    context.after(() => first.destroy());
    await once(first, 'data');
    connectAs(context, { uid: 65534, port, count: 3 });
    while (taken() < 4) await once(first, 'data');
    const second = connect(port, '127.0.0.1');
    context.after(() => second.destroy());
    await once(second, 'data');
    assert.equal(first.destroyed, false, 'who was there before stays');
  });

  it('takes no more connections of one user than there is room for', async (context) => {
    const { port } = await relayWithRoomFor(context, 2);
    const open = (): Socket => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      context.after(() => socket.destroy());
      return socket;
    };
    const [first, second] = [open(), open()];
    await Promise.all([once(first, 'data'), once(second, 'data')]);
    const third = open().resume();
    await once(third, 'close');
    first.destroy();
    second.write('x');
    await once(second, 'data');
  });

  it('takes the place of a socket that a killed one left, and leaves none itself', async (context) => {
    const folder = await temporaryFolder(context);
    const path = join(folder, 'kernel-1');
    const channel = { listenAt: { path }, leadsTo: join(folder, 'inside') };
    const dial: Dial = () => Promise.reject(new Error('nobody is there'));
    const killed = createServer().listen(path).unref();
    await once(killed, 'listening');
    const second = await ChannelRelay.listen([channel], dial);
    await second[Symbol.asyncDispose]();
    assert.equal(existsSync(path), false);
  });

  it('listens nowhere where one of the ports is another’s', async (context) => {
    const folder = await temporaryFolder(context);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    context.after(() => taken.close());
    const { port } = taken.address() as { port: number };
    const free = join(folder, 'free');
    const channels = [
      { listenAt: { path: free }, leadsTo: '/a' },
      { listenAt: { host: '127.0.0.1', port }, leadsTo: '/b' },
    ];
    const listening = ChannelRelay.listen(channels, () => Promise.reject(new Error('nobody is there')));
    await assert.rejects(listening, { code: 'ADDRESS_UNUSABLE', message: /127\.0\.0\.1:\d+: EADDRINUSE/ });
    assert.equal(existsSync(free), false);
  });
});
