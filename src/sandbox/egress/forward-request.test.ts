import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request as startRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';

import { EgressWorld } from '../../../test/support/egress.ts';

describe('plain HTTP through the proxy', () => {
  it('reaches the host that was asked for, and says so to it', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveHttp((request, response) => {
      response.setHeader('X-Seen', JSON.stringify([request.method, request.url, request.headers.host]));
      response.end('hello');
    });
    world.allow('api.test', port);
    const answer = await ask(world, { path: `http://API.test.:${port}/a?b=c`, headers: { Host: 'evil.test' } });
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['x-seen'], JSON.stringify(['GET', '/a?b=c', `api.test:${port}`]));
    assert.equal(await text(answer), 'hello');
    const { protocol, bytesDown, end } = await world.report(0);
    assert.deepEqual([protocol, bytesDown, end], ['http', 5, 'finished']);
  });

  it('sends bodies whole, of a known length and in chunks, whatever the method', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveHttp(async (request, response) => {
      const body = await text(request);
      response.end(JSON.stringify([request.method, body.length, request.headers['transfer-encoding'] ?? 'none']));
    });
    world.allow('api.test', port);
    const body = 'x'.repeat(300_000);
    for (const [method, headers, coding] of [
      ['POST', { 'Content-Length': '300000' }, 'none'],
      ['PUT', { 'Transfer-Encoding': 'chunked' }, 'chunked'],
      ['GET', { 'Transfer-Encoding': 'chunked' }, 'chunked'],
      ['DELETE', { 'Content-Length': '300000' }, 'none'],
    ] as const) {
      const answer = await ask(world, { path: `http://api.test:${port}/`, method, headers, body });
      assert.equal(await text(answer), JSON.stringify([method, 300_000, coding]));
    }
  });

  it('keeps to itself what is between neighbours', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveHttp((request, response) => {
      response.setHeader('Connection', 'X-Private');
      response.setHeader('X-Private', 'theirs');
      response.setHeader('X-Public', JSON.stringify(Object.keys(request.headers)));
      response.end();
    });
    world.allow('api.test', port);
    const headers = {
      'Proxy-Authorization': 'Basic secret',
      'Proxy-Connection': 'keep-alive',
      Connection: 'X-Mine, Upgrade',
      Upgrade: 'websocket',
      'X-Mine': '1',
      TE: 'trailers',
      'X-Kept': '2',
    };
    const answer = await ask(world, { path: `http://api.test:${port}/`, headers });
    answer.resume();
    const seen = JSON.parse(String(answer.headers['x-public'])) as string[];
    assert.deepEqual(seen.toSorted(), ['connection', 'host', 'x-kept']);
    assert.equal(answer.headers['x-private'], undefined);
  });

  it('serves one request after the other on one connection, each judged by itself', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveHttp((request, response) => response.end(`${request.url}`));
    world.allow('api.test', port);
    const answer = await world.exchange(
      [
        `GET http://api.test:${port}/one HTTP/1.1\r\nHost: api.test\r\n\r\n`,
        `GET http://evil.test:${port}/two HTTP/1.1\r\nHost: api.test\r\n\r\n`,
      ].join(''),
    );
    assert.match(answer, /200 OK[^]*\/one[^]*403 Forbidden[^]*no rule names the host evil\.test/);
    assert.deepEqual(world.reports.map(({ verdict }) => verdict).toSorted(), ['allow', 'deny']);
  });

  it('bounds how many requests are under way on one connection, and warns of nothing', async () => {
    await using world = await EgressWorld.open({ limits: { connections: 20 } });
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    const all = Promise.withResolvers<undefined>();
    let held = 0;
    const port = await world.serveHttp(() => {
      held += 1;
      if (held === 20) all.resolve(undefined);
    });
    world.allow('api.test', port);
    const socket = await world.connect();
    socket.write(`GET http://api.test:${port}/ HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(50));
    await all.promise;
    const refused = await world.report(29);
    assert.match(refused.why, /more requests at once/);
    assert.equal(held, 20);
    process.off('warning', warn);
    assert.deepEqual(warnings, []);
  });

  it('follows nobody to where it may not go', async () => {
    await using world = await EgressWorld.open();
    const evil = await world.serveHttp((_, response) => response.end('reached'));
    const port = await world.serveHttp((_, response) => {
      response.writeHead(302, { Location: `http://evil.test:${evil}/` }).end();
    });
    world.allow('api.test', port);
    world.names['evil.test'] = ['127.0.0.1'];
    const answer = await ask(world, { path: `http://api.test:${port}/` });
    answer.resume();
    assert.equal(answer.statusCode, 302);
    const next = await ask(world, { path: String(answer.headers.location) });
    assert.equal(next.statusCode, 403);
    assert.match(await text(next), /no rule names the host evil\.test/);
  });

  const smuggled: readonly [string, string][] = [
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks that are none', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['an unknown coding', 'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['a coding in disguise', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a space before the colon', 'Content-Length : 5\r\n\r\nhello'],
    ['a folded header', 'X: y\r\n Content-Length: 5\r\n\r\nhello'],
    ['a negative length', 'Content-Length: -1\r\n\r\n'],
    ['a line without its return', 'X: y\nContent-Length: 5\r\n\r\nhello'],
  ];
  for (const [what, rest] of smuggled) {
    it(`refuses a message whose end can be taken two ways: ${what}`, async () => {
      await using world = await EgressWorld.open();
      const bodies: string[] = [];
      const port = await world.serveHttp(async (request, response) => {
        bodies.push(await text(request).catch(() => 'broken'));
        response.end();
      });
      world.allow('api.test', port);
      const answer = await world.exchange(`POST http://api.test:${port}/ HTTP/1.1\r\nHost: api.test\r\n${rest}`);
      assert.match(answer, /^HTTP\/1\.1 (400|501|502) /);
      assert.ok(
        bodies.every((body) => body === 'broken'),
        JSON.stringify(bodies),
      );
    });
  }

  it('sends nothing behind a body', async () => {
    await using world = await EgressWorld.open();
    const received = Promise.withResolvers<string>();
    const port = await world.serveTcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      void text(socket).then(received.resolve);
    });
    world.allow('api.test', port);
    const smuggle = 'GET /smuggled HTTP/1.1\r\nHost: evil.test\r\n\r\n';
    const request = `POST http://api.test:${port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello${smuggle}`;
    const socket = await world.connect();
    socket.write(request);
    await world.report(0);
    assert.match(await received.promise, /\r\n\r\nhello$/);
  });

  const malformed: readonly [string, RegExp][] = [
    ['GET / HTTP/1.1\r\nHost: api.test\r\n\r\n', /400 [^]*asked for a whole http:\/\/ address/],
    ['GET https://api.test/ HTTP/1.1\r\nHost: api.test\r\n\r\n', /400 [^]*by CONNECT/],
    ['GET ftp://api.test/ HTTP/1.1\r\nHost: api.test\r\n\r\n', /400 /],
    ['GET http://user:pw@api.test/ HTTP/1.1\r\nHost: api.test\r\n\r\n', /400 /],
    ['GET http://api.test:443/ HTTP/1.1\r\nHost: api.test\r\n\r\n', /403 [^]*nothing but TLS/],
    ['GET http://api.test\\@evil.test/ HTTP/1.1\r\nHost: api.test\r\n\r\n', /400 /],
    ['GET http:///x HTTP/1.1\r\nHost: api.test\r\n\r\n', /400 /],
    ['NONSENSE http://api.test/ HTTP/1.1\r\n\r\n', /400 /],
  ];
  for (const [bytes, expected] of malformed) {
    it(`answers ${JSON.stringify(bytes.slice(0, 40))} with what is wrong`, async () => {
      await using world = await EgressWorld.open();
      world.allow('api.test', 80);
      const socket = await world.connect();
      socket.end(bytes);
      assert.match(await text(socket), expected);
      assert.equal((await world.report(0)).verdict, 'deny');
    });
  }

  it('tells a host that talks nonsense from one that is silent', async () => {
    await using world = await EgressWorld.open({ limits: { idleMs: 100 } });
    const [nonsense, silent] = [
      await world.serveTcp((socket) => void socket.end('hello there\r\n\r\n')),
      await world.serveTcp((socket) => socket.resume()),
    ];
    world.allow('api.test', nonsense, silent);
    const first = await ask(world, { path: `http://api.test:${nonsense}/` });
    assert.equal(first.statusCode, 502);
    assert.match(await text(first), /no answer that can be read/);
    const second = await ask(world, { path: `http://api.test:${silent}/` });
    assert.equal(second.statusCode, 504);
    assert.match(await text(second), /nothing went through for 100 ms/);
  });

  it('bounds what a host may answer', async () => {
    await using world = await EgressWorld.open({ limits: { bytesDown: 1000 } });
    const port = await world.serveHttp((_, response) => response.end('x'.repeat(100_000)));
    world.allow('api.test', port);
    await assert.rejects(async () => text(await ask(world, { path: `http://api.test:${port}/` })));
    assert.equal((await world.report(0)).end, 'bytes');
  });

  it('lets go of the host when whoever asked goes away', async () => {
    await using world = await EgressWorld.open();
    const gone = Promise.withResolvers<undefined>();
    const arrived = Promise.withResolvers<undefined>();
    const port = await world.serveHttp((request) => {
      request.socket.once('close', () => gone.resolve(undefined));
      arrived.resolve(undefined);
    });
    world.allow('api.test', port);
    const socket = await world.connect();
    socket.write(`GET http://api.test:${port}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
    await arrived.promise;
    socket.destroy();
    await gone.promise;
    assert.equal((await world.report(0)).end, 'broken');
  });
});

interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function ask(world: EgressWorld, { path, method = 'GET', headers = {}, body }: Asked): Promise<IncomingMessage> {
  const request = startRequest({ socketPath: world.socketPath, path, method, headers, agent: false });
  request.end(body);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return answer;
}
