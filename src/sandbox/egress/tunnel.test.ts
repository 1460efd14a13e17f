import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as startRequest } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { type TLSSocket, connect as startTls } from 'node:tls';

import { EgressWorld, testCertificate } from '../../../test/support/egress.ts';
import { judgeFirstBytes } from './first-bytes.ts';
import { parseAuthority } from './target.ts';

describe('a tunnel that speaks TLS', () => {
  it('passes where it names the host that was asked for', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveHttps((_, response) => response.end('over TLS'), testCertificate());
    world.allow('api.test', port);
    assert.match(await fetchOverTls(world, { authority: `api.test:${port}`, servername: 'api.test' }), /over TLS$/);
    assert.equal((await world.report(0)).end, 'finished');
  });

  it('passes below a wildcard', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveHttps((_, response) => response.end('below'), testCertificate());
    world.allow('*.wild.test', port);
    world.names['a.wild.test'] = ['127.0.0.1'];
    assert.match(await fetchOverTls(world, { authority: `a.wild.test:${port}`, servername: 'A.Wild.test' }), /below$/);
    await assert.rejects(fetchOverTls(world, { authority: `a.wild.test:${port}`, servername: 'b.wild.test' }));
  });

  for (const [what, servername, why] of [
    ['another host', 'other.test', /TLS is for “other\.test”, the tunnel for api\.test/],
    ['no host', '', /TLS does not name its server/],
  ] as const) {
    it(`is closed where it names ${what}, with an alert that says so`, async () => {
      await using world = await EgressWorld.open();
      let reached = 0;
      const port = await world.serveHttps((_, response) => {
        reached += 1;
        response.end();
      }, testCertificate());
      world.allow('api.test', port);
      await assert.rejects(fetchOverTls(world, { authority: `api.test:${port}`, servername }), /alert access denied/i);
      const { verdict, end, why: said, bytesUp } = await world.report(0);
      assert.deepEqual([verdict, end, bytesUp, reached], ['deny', 'refused', 0, 0]);
      assert.match(said, why);
    });
  }

  it('passes however its beginning is cut', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveHttps((_, response) => response.end('in pieces'), testCertificate());
    world.allow('api.test', port);
    const { socket } = await world.tunnel(`api.test:${port}`);
    const secure = startTls({ socket: inPieces(socket), servername: 'api.test', ca: testCertificate().cert });
    secure.end('GET / HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n');
    assert.match(await text(secure), /in pieces/);
  });
});

describe('a tunnel to port 443', () => {
  const target = parseAuthority('api.test:443');

  for (const bytes of [
    'GET / HTTP/1.1\r\nHost: api.test\r\n\r\n',
    'GE',
    'SSH-2.0-x\r\n',
    '\x00',
    'PRI * HTTP/2.0\r\n',
  ]) {
    it(`takes nothing but TLS: not ${JSON.stringify(bytes)}`, () => {
      const opinion = judgeFirstBytes(Buffer.from(bytes, 'latin1'), target);
      assert.equal(opinion.kind, 'refused');
      assert.match(opinion.why, /nothing but TLS/);
    });
  }

  it('waits for what may become TLS', () => {
    assert.equal(judgeFirstBytes(Buffer.from([22]), target).kind, 'incomplete');
    assert.equal(judgeFirstBytes(Buffer.from([22, 3, 1, 0]), target).kind, 'incomplete');
  });
});

describe('a tunnel that speaks plain HTTP', () => {
  it('passes where its first request is for the host', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveHttp((request, response) => response.end(`for ${request.headers.host}`));
    world.allow('api.test', port);
    for (const host of [`api.test:${port}`, 'API.test', 'api.test.']) {
      const { socket } = await world.tunnel(`api.test:${port}`);
      socket.end(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      assert.match(await text(socket), new RegExp(`for ${host}$`));
    }
  });

  const refused = [
    'GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: api.test:1\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET http://evil.test/ HTTP/1.1\r\nHost: api.test\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: api.test\r\nHost: evil.test\r\n\r\n',
    '\r\nGET / HTTP/1.1\r\nHost: evil.test\r\n\r\n',
  ];
  for (const bytes of refused) {
    it(`is answered with 403 where it is not: ${JSON.stringify(bytes)}`, async () => {
      await using world = await EgressWorld.open();
      let reached = 0;
      const port = await world.serveHttp((_, response) => {
        reached += 1;
        response.end();
      });
      world.allow('api.test', port);
      const { socket } = await world.tunnel(`api.test:${port}`);
      socket.write(bytes);
      assert.match(await text(socket), /^HTTP\/1\.1 403 /);
      assert.equal((await world.report(0)).verdict, 'deny');
      assert.equal(reached, 0);
    });
  }

  it('is no way to another host by closing early', async () => {
    await using world = await EgressWorld.open();
    let received = '';
    const port = await world.serveTcp((socket) => {
      socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
      socket.on('end', () => socket.end());
    });
    world.allow('api.test', port);
    const { socket } = await world.tunnel(`api.test:${port}`);
    socket.end('GET / HTTP/1.1\r\nHost: evil.test\r\n');
    socket.resume();
    await world.report(0);
    assert.equal(received, '');
  });
});

describe('the bounds of a tunnel', () => {
  const bounds: readonly [string, object, (world: EgressWorld, socket: Socket) => void, string][] = [
    ['bytes up', { bytesUp: 1000 }, (_, socket) => void socket.write(Buffer.alloc(2000)), 'bytes'],
    ['bytes of the whole sandbox', { bytesInAll: 1000 }, (_, socket) => void socket.write(Buffer.alloc(2000)), 'bytes'],
    ['time in all', { passageMs: 50 }, () => undefined, 'time'],
    ['time without a byte', { idleMs: 50 }, (_, socket) => void socket.write('\0'), 'idle'],
    ['time to the first byte', { helloMs: 50 }, () => undefined, 'idle'],
  ];
  for (const [what, limits, act, end] of bounds) {
    it(`end it: ${what}`, async () => {
      await using world = await EgressWorld.open({ limits });
      const port = await world.serveTcp((socket) => socket.resume());
      world.allow('api.test', port);
      const { socket, head } = await world.tunnel(`api.test:${port}`);
      assert.match(head, / 200 /);
      act(world, socket);
      assert.equal((await world.report(0)).end, end);
      socket.resume();
      await once(socket, 'end');
    });
  }

  it('end it: bytes down', async () => {
    await using world = await EgressWorld.open({ limits: { bytesDown: 1000 } });
    const port = await world.serveTcp((socket) => socket.end(Buffer.alloc(100_000)));
    world.allow('api.test', port);
    const { socket } = await world.tunnel(`api.test:${port}`);
    socket.resume();
    assert.equal((await world.report(0)).end, 'bytes');
  });

  it('hold for all that comes after: the sandbox has used up its bytes', async () => {
    await using world = await EgressWorld.open({ limits: { bytesInAll: 1000 } });
    const port = await world.serveTcp((socket) => socket.end(Buffer.alloc(900)));
    world.allow('api.test', port);
    const fetch = async (): Promise<number> => {
      const { socket } = await world.tunnel(`api.test:${port}`);
      const answer = await text(socket).catch(() => '');
      socket.destroy();
      return answer.length;
    };
    assert.equal(await fetch(), 900);
    await world.report(0);
    assert.ok((await fetch()) < 900);
    assert.equal((await world.report(1)).end, 'bytes');
  });

  it('keep the host’s memory flat where nobody reads', async () => {
    await using world = await EgressWorld.open();
    let sent = 0;
    const stalled = Promise.withResolvers<undefined>();
    const port = await world.serveTcp((socket) => {
      const chunk = Buffer.alloc(65_536);
      const pump = (): void => {
        while (socket.write(chunk)) sent += chunk.length;
        sent += chunk.length;
        stalled.resolve(undefined);
        socket.once('drain', pump);
      };
      pump();
    });
    world.allow('api.test', port);
    const { socket } = await world.tunnel(`api.test:${port}`);
    socket.pause();
    await stalled.promise;
    // Nothing tells that a stream has come to rest, so look until nothing more is taken.
    for (let before = -1; before !== sent;) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.ok(sent < 16 * 1024 * 1024, `${sent} bytes were taken`);
    socket.destroy();
    const { bytesDown, end } = await world.report(0);
    assert.equal(end, 'broken');
    assert.ok(bytesDown < 2 * 1024 * 1024, `${bytesDown} bytes went through`);
  });
});

async function fetchOverTls(world: EgressWorld, asked: { authority: string; servername: string }): Promise<string> {
  const { socket } = await world.tunnel(asked.authority);
  const secure: TLSSocket = startTls({ socket, servername: asked.servername, rejectUnauthorized: false });
  await once(secure, 'secureConnect');
  const request = startRequest({
    createConnection: () => secure,
    path: '/',
    headers: { Host: 'api.test', Connection: 'close' },
  });
  request.end();
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  return text(response);
}

/** Sends the first that it is given byte by byte. */
function inPieces(socket: Socket): Duplex {
  let isFirst = true;
  const duplex = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      const size = isFirst ? 1 : chunk.length;
      isFirst = false;
      for (let at = 0; at < chunk.length; at += size) socket.write(chunk.subarray(at, at + size));
      done();
    },
  });
  socket.on('data', (chunk) => duplex.push(chunk));
  socket.on('end', () => duplex.push(null));
  return duplex;
}
