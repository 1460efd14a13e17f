import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';

import { needs, root } from '../../test/support/prerequisite.ts';
import { connectAs } from '../../test/support/connect-as.ts';
import { lookAtPeers, readPeers } from './foreign-peers.ts';

const row = (local: string, remote: string, uid: number): string =>
  `   1: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000 ${uid}        0 12345 1 0000 20 4 30 10 -1`;

const ends = { remoteAddress: '127.0.0.1', remotePort: 0x1234, localAddress: '127.0.0.1', localPort: 0xabc };

describe('readPeers()', () => {
  it('knows whose the other end is by both addresses', () => {
    const isOf = (uid: number) => readPeers(row('0100007F:1234', '0100007F:0ABC', uid), 1000)(ends);
    assert.deepEqual([isOf(1000), isOf(0), isOf(65534)], [false, false, true]);
  });

  it('takes an end at another address of the loopback for no other', () => {
    const table = [row('0200007F:1234', '0100007F:0ABC', 65534), row('0100007F:1234', '0100007F:0ABC', 1000)];
    assert.equal(readPeers(table.join('\n'), 1000)(ends), false);
    assert.equal(readPeers(table.join('\n'), 1000)({ ...ends, remoteAddress: '127.0.0.2' }), true);
  });

  it('knows sockets of the newer family', () => {
    const mapped = row('0000000000000000FFFF00000100007F:1234', '0000000000000000FFFF00000100007F:0ABC', 1000);
    assert.equal(readPeers(mapped, 1000)(ends), false);
    const own = row('00000000000000000000000001000000:1234', '00000000000000000000000001000000:0ABC', 1000);
    assert.equal(readPeers(own, 1000)({ ...ends, remoteAddress: '::1', localAddress: '::1' }), false);
  });

  it('takes whom no table names for another, and a unix socket for none', () => {
    assert.equal(readPeers('', 1000)(ends), true);
    assert.equal(readPeers('', 1000)({}), false);
  });
});

describe('lookAtPeers()', () => {
  it('tells connections of another user from our own', needs(root), async (context) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const { port } = server.address() as { port: number };
    const accepted = async (begin: () => void): Promise<Socket> => {
      const taken = once(server, 'connection') as Promise<[Socket]>;
      begin();
      const [socket] = await taken;
      context.after(() => socket.destroy());
      return socket;
    };
    const ours = await accepted(() => {
      const socket = connect(port, '127.0.0.1');
      context.after(() => socket.destroy());
    });
    const theirs = await accepted(() => connectAs(context, { uid: 65534, port, count: 1 }));
    const isForeign = await lookAtPeers();
    assert.deepEqual([isForeign(ours), isForeign(theirs)], [false, true]);
  });
});
