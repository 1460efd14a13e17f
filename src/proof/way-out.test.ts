import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { Stage } from './stage.ts';
import { listenForVisitors, loopback, mappedLoopback, openWayOut, openedHost, otherHost } from './way-out.ts';

describe('openWayOut()', () => {
  it('leads to the host that is opened, by name, and to no other', async () => {
    await using stage = await Stage.set();
    const port = await listenForVisitors(stage);
    openWayOut(stage, { rules: [{ host: openedHost, ports: [port] }], reachable: [port] });
    assert.match(await ask(stage, `${openedHost}:${port}`), / 200 /);
    assert.match(await ask(stage, `${otherHost}:${port}`), / 403 /);
    assert.match(await ask(stage, `${loopback}:${port}`), / 403 /);
  });

  it('leads to an address in either spelling where a rule names it', async () => {
    await using stage = await Stage.set();
    const port = await listenForVisitors(stage);
    const rules = [loopback, mappedLoopback].map((host) => ({ host, ports: [port] }));
    openWayOut(stage, { rules, reachable: [port] });
    assert.match(await ask(stage, `2130706433:${port}`), / 200 /);
    assert.match(await ask(stage, `[::ffff:127.0.0.1]:${port}`), / 200 /);
  });

  it('dials nothing on this machine that is not said to be reachable', async () => {
    await using stage = await Stage.set();
    const port = await listenForVisitors(stage);
    openWayOut(stage, { rules: [{ host: openedHost, ports: [port] }], reachable: [] });
    assert.match(await ask(stage, `${openedHost}:${port}`), / 403 .*loopback/);
  });

  it('is closed with the stage', async () => {
    const stage = await Stage.set();
    const port = await listenForVisitors(stage);
    openWayOut(stage, { rules: [{ host: openedHost, ports: [port] }], reachable: [port] });
    await stage[Symbol.asyncDispose]();
    await using door = await Stage.set();
    door.network = stage.network;
    assert.equal(await ask(door, `${openedHost}:${port}`), '');
  });
});

/** The first line of the answer to whoever asks for a tunnel; empty where there is none. */
async function ask(stage: Stage, authority: string): Promise<string> {
  const path = join(stage.folder, `door-${authority.length}`);
  const server = createServer((connection) => stage.network?.(connection));
  server.listen(path);
  await once(server, 'listening');
  const socket = connect(path);
  socket.on('error', () => undefined); // a closed door says nothing
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  const answer = await firstBytes(socket);
  socket.destroy();
  server.close();
  return answer.split('\r\n')[0] ?? '';
}

async function firstBytes(socket: Socket): Promise<string> {
  const data = once(socket, 'data').then(([chunk]) => String(chunk));
  const end = once(socket, 'close').then(() => '');
  return Promise.race([data, end]).catch(() => '');
}
