import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';

import { readClientHello } from './client-hello.ts';

/** Version, random, no session, one cipher suite, no compression. */
const helloStart = Buffer.concat([
  Buffer.from([3, 3]),
  Buffer.alloc(32, 7),
  Buffer.from([0]),
  Buffer.from([0, 2, 0x13, 0x01]),
  Buffer.from([1, 0]),
]);

describe('readClientHello()', () => {
  it('finds the server’s name in what real clients send', async () => {
    for (const options of [{}, { maxVersion: 'TLSv1.2' }, { ALPNProtocols: ['h2', 'http/1.1'] }] as const) {
      const bytes = await captureHello({ ...options, servername: 'api.example.org' });
      assert.deepEqual(readClientHello(bytes), { kind: 'hello', serverName: 'api.example.org' });
    }
  });

  it('says that there is none', async () => {
    assert.deepEqual(readClientHello(await captureHello({})), { kind: 'hello', serverName: undefined });
    assert.deepEqual(readClientHello(writeHello([])), { kind: 'hello', serverName: undefined });
    assert.deepEqual(readClientHello(record(handshake(helloStart))), { kind: 'hello', serverName: undefined });
  });

  it('wants more of every beginning, and never less than there is', () => {
    const bytes = writeHello([serverName('api.test')]);
    for (let length = 0; length < bytes.length; length++) {
      const reading = readClientHello(bytes.subarray(0, length));
      assert.equal(reading.kind, 'incomplete', String(length));
      assert.ok(reading.atLeast > length && reading.atLeast <= bytes.length);
    }
    assert.equal(readClientHello(Buffer.concat([bytes, Buffer.from('more')])).kind, 'hello');
  });

  it('reads it over many records', () => {
    const message = handshake(Buffer.concat([helloStart, extensions([serverName('api.test')])]));
    for (const size of [3, 5, 7, 40]) {
      const records: Buffer[] = [];
      for (let at = 0; at < message.length; at += size) records.push(record(message.subarray(at, at + size)));
      assert.ok(records.length <= 32);
      assert.deepEqual(readClientHello(Buffer.concat(records)), { kind: 'hello', serverName: 'api.test' });
    }
  });

  const malformed: readonly [string, Buffer, RegExp][] = [
    ['two names', writeHello([serverName('a.test'), serverName('b.test')]), /twice/],
    ['a list of two names', writeHello([extension(0, nameList(['a.test', 'b.test']))]), /one server/],
    ['an empty name', writeHello([serverName('')]), /one server/],
    ['a name of another type', writeHello([extension(0, Buffer.from([0, 4, 1, 0, 1, 97]))]), /one server/],
    ['a name longer than its list', writeHello([extension(0, Buffer.from([0, 4, 0, 0, 9, 97]))]), /ends too early/],
    [
      'bytes behind the list',
      writeHello([extension(0, Buffer.concat([nameList(['a']), Buffer.from('x')]))]),
      /one server/,
    ],
    ['an extension beyond the end', writeHello([Buffer.from([0, 9, 255, 255])]), /ends too early/],
    [
      'bytes behind the extensions',
      record(handshake(Buffer.concat([helloStart, extensions([]), Buffer.from('x')]))),
      /follows/,
    ],
    ['another message', record(Buffer.from([2, 0, 0, 0])), /does not begin with a ClientHello/],
    ['a message behind it in its record', record(Buffer.concat([handshake(helloStart), Buffer.from('x')])), /follows/],
    ['an endless message', record(Buffer.from([1, 255, 255, 255])), /too long/],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0]), /length/],
    ['a record beyond any length', Buffer.from([22, 3, 1, 255, 255]), /length/],
    [
      'another record in between',
      Buffer.concat([record(Buffer.from([1, 0, 0])), Buffer.from([23, 3, 3, 0, 1, 0])]),
      /interrupted/,
    ],
    [
      'more records than it takes',
      Buffer.concat(Array.from({ length: 40 }, () => record(Buffer.from([1])))),
      /too long|too many/,
    ],
    ['nothing but a type', record(Buffer.from([1, 0, 0, 0])), /ends too early/],
  ];
  for (const [what, bytes, why] of malformed) {
    it(`refuses ${what}`, () => {
      const reading = readClientHello(bytes);
      assert.equal(reading.kind, 'malformed', JSON.stringify(reading));
      assert.match(reading.why, why);
    });
  }

  it('knows what is no TLS by its first bytes', () => {
    for (const bytes of ['GET / HTTP/1.1', 'SSH-2.0', '\x16\x02', '\x80\x2e\x01', '\x00']) {
      assert.deepEqual(readClientHello(Buffer.from(bytes, 'latin1')), { kind: 'other' });
    }
  });

  it('never throws, whatever is changed in it', () => {
    const bytes = writeHello([serverName('api.test'), extension(16, Buffer.from('whatever'))]);
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 127, 255]) {
        const changed = Buffer.from(bytes);
        changed[at] = value;
        assert.doesNotThrow(() => readClientHello(changed));
      }
    }
  });
});

function writeHello(parts: readonly Buffer[]): Buffer {
  return record(handshake(Buffer.concat([helloStart, extensions(parts)])));
}

function extensions(parts: readonly Buffer[]): Buffer {
  return withLength(Buffer.concat(parts));
}

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type >> 8, type & 255]), withLength(content)]);
}

function serverName(name: string): Buffer {
  return extension(0, nameList([name]));
}

function nameList(names: readonly string[]): Buffer {
  return withLength(
    Buffer.concat(names.map((name) => Buffer.concat([Buffer.from([0]), withLength(Buffer.from(name))]))),
  );
}

function handshake(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([1, 0]), withLength(content)]);
}

function record(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([22, 3, 1]), withLength(content)]);
}

function withLength(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([content.length >> 8, content.length & 255]), content]);
}

async function captureHello(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ ...options, host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  client.destroy();
  server.close();
  return bytes;
}
