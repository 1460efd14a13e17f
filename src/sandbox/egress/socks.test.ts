import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';

import { EgressWorld } from '../../../test/support/egress.ts';

const greeting = Buffer.from([5, 1, 0]);
const agreed = '\x05\x00';

describe('SOCKS5 through the proxy', () => {
  it('opens a tunnel to a name that the rules know', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveTcp((socket) => socket.pipe(socket));
    world.allow('api.test', port);
    const socket = await world.connect();
    socket.end(Buffer.concat([greeting, request({ name: 'Api.Test', port }), Buffer.from('{hello}')]));
    assert.equal(await read(socket), `${agreed}\x05\x00\x00\x01\0\0\0\0\0\0{hello}`);
    const { protocol, host, bytesUp, end } = await world.report(0);
    assert.deepEqual([protocol, host, bytesUp, end], ['socks5', 'api.test', 7, 'finished']);
  });

  it('reads what comes byte by byte', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveTcp((socket) => void socket.end('welcome'));
    world.allow('api.test', port);
    const socket = await world.connect();
    socket.setNoDelay(true);
    for (const byte of Buffer.concat([greeting, request({ name: 'api.test', port })])) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.match(await read(socket), /welcome$/);
  });

  const refused: readonly [string, (port: number) => Buffer, number][] = [
    ['a name that no rule knows', (port) => request({ name: 'evil.test', port }), 2],
    ['another port', () => request({ name: 'api.test', port: 1 }), 2],
    ['an IPv4 address', (port) => request({ address: Buffer.from([127, 0, 0, 1]), type: 1, port }), 2],
    ['an IPv6 address', (port) => request({ address: Buffer.alloc(16), type: 4, port }), 2],
    [
      'a mapped address',
      (port) => request({ address: Buffer.from('00000000000000000000ffff7f000001', 'hex'), type: 4, port }),
      2,
    ],
    ['an address as a name', (port) => request({ name: '127.0.0.1', port }), 2],
    ['a decimal address as a name', (port) => request({ name: '2130706433', port }), 2],
    ['a name with NUL in it', (port) => request({ name: 'api.test\0.evil.test', port }), 1],
    ['a name that is not UTF-8', (port) => request({ address: Buffer.from([2, 255, 254]), type: 3, port }), 1],
    ['an empty name', (port) => request({ name: '', port }), 1],
    ['port 0', () => request({ name: 'api.test', port: 0 }), 1],
    ['BIND', (port) => request({ name: 'api.test', port, command: 2 }), 7],
    ['UDP', (port) => request({ name: 'api.test', port, command: 3 }), 7],
    ['an unknown type of address', () => Buffer.from([5, 1, 0, 9, 0, 80]), 7],
    ['another version', () => Buffer.from([4, 1, 0, 1, 0, 0, 0, 0, 0, 80]), 1],
  ];
  for (const [what, write, code] of refused) {
    it(`answers ${code} to ${what}`, async () => {
      await using world = await EgressWorld.open();
      let reached = 0;
      const port = await world.serveTcp((socket) => {
        reached += 1;
        socket.end();
      });
      world.allow('api.test', port);
      const socket = await world.connect();
      socket.write(Buffer.concat([greeting, write(port)]));
      assert.equal(await read(socket), `${agreed}\x05${String.fromCharCode(code)}\x00\x01\0\0\0\0\0\0`);
      assert.equal((await world.report(0)).verdict, 'deny');
      assert.equal(reached, 0);
    });
  }

  it('says that it knows no other authentication than none', async () => {
    await using world = await EgressWorld.open();
    const socket = await world.connect();
    socket.end(Buffer.from([5, 2, 1, 2]));
    assert.match(await read(socket), /^\x05\xff/);
  });

  it('says that the host cannot be reached', async () => {
    await using world = await EgressWorld.open();
    world.allow('gone.test', 80);
    delete world.names['gone.test'];
    const socket = await world.connect();
    socket.write(Buffer.concat([greeting, request({ name: 'gone.test', port: 80 })]));
    assert.match(await read(socket), /^\x05\x00\x05\x04/);
    assert.deepEqual([(await world.report(0)).verdict, (await world.report(0)).end], ['allow', 'failed']);
  });

  it('gives up on whoever leaves in the middle', async () => {
    await using world = await EgressWorld.open();
    for (const bytes of [[5], [5, 3, 0], [5, 1, 0, 5, 1], [5, 1, 0, 5, 1, 0, 3, 20, 65]]) {
      const socket = await world.connect();
      socket.end(Buffer.from(bytes));
      await read(socket);
    }
    assert.deepEqual(new Set(world.reports.map(({ why }) => why)), new Set(['the request of SOCKS5 ends too early']));
  });
});

interface Request {
  readonly name?: string;
  readonly address?: Buffer;
  readonly type?: number;
  readonly port: number;
  readonly command?: number;
}

function request({ name, address, type = 3, port, command = 1 }: Request): Buffer {
  const bytes = Buffer.from(name ?? '');
  const host = address ?? Buffer.concat([Buffer.from([bytes.length]), bytes]);
  return Buffer.concat([Buffer.from([5, command, 0, type]), host, Buffer.from([port >> 8, port & 255])]);
}

async function read(socket: NodeJS.ReadableStream): Promise<string> {
  return text(socket.setEncoding('latin1'));
}
