import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';

import { freePort, listenForDatagrams, listenForStreams, visit } from './listeners.ts';
import { Stage } from './stage.ts';

describe('listeners of the host', () => {
  it('keep what comes by TCP, answer, and are gone with the stage', async () => {
    const stage = await Stage.set();
    const port = await listenForStreams(stage, { host: '127.0.0.1', port: 0 });
    const socket = connect({ host: '127.0.0.1', port });
    socket.write('hello');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.equal(answer.toString(), 'heard');
    assert.deepEqual(stage.arrivals, ['hello']);
    await stage[Symbol.asyncDispose]();
    const late = connect({ host: '127.0.0.1', port });
    await assert.rejects(once(late, 'connect'), { code: 'ECONNREFUSED' });
  });

  it('keep datagrams, and answer', async () => {
    await using stage = await Stage.set();
    const port = await listenForDatagrams(stage, '127.0.0.1');
    const socket = createSocket('udp4');
    socket.send('hello', port, '127.0.0.1');
    await once(socket, 'message');
    socket.close();
    assert.deepEqual(stage.arrivals, ['hello']);
  });

  it('visit who serves, and come back from nobody with nothing', async () => {
    await using stage = await Stage.set();
    await visit(stage, { host: '127.0.0.1', port: await freePort() });
    assert.deepEqual(stage.arrivals, []);
  });
});
