import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

import type { Stage } from './stage.ts';

const answer = 'heard';

/** Listens on the host for whoever comes by TCP or to a unix socket, and answers. */
export async function listenForStreams(
  stage: Stage,
  where: { readonly host: string; readonly port: number } | { readonly path: string },
): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined); // it may leave before it is answered
    socket.on('data', (data) => {
      stage.arrivals.push(data.toString('latin1'));
      socket.end(answer);
    });
  });
  server.listen(where);
  await once(server, 'listening');
  stage.defer(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The same for datagrams; of a group where one is named. */
export async function listenForDatagrams(stage: Stage, host: string, group?: string): Promise<number> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (data, { address, port }) => {
    stage.arrivals.push(data.toString('latin1'));
    socket.send(answer, port, address);
  });
  socket.bind(0, group === undefined ? host : undefined);
  await once(socket, 'listening');
  if (group !== undefined) socket.addMembership(group, host);
  stage.defer(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return (socket.address() satisfies AddressInfo).port;
}

/** Comes in from the host, and keeps what it is told. */
export async function visit(
  stage: Stage,
  where: { readonly host: string; readonly port: number } | { readonly path: string },
): Promise<void> {
  const socket = connect(where);
  socket.on('error', () => undefined); // nobody there, which is what is hoped for
  socket.on('data', (data) => {
    stage.arrivals.push(data.toString('latin1'));
    socket.destroy();
  });
  socket.setTimeout(2000, () => socket.destroy());
  await new Promise((resolve) => socket.on('close', resolve));
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** An address of this machine that others can reach, and the number of its card where it is good on that one only. */
export function findAddress(
  fits: (address: { readonly family: string; readonly address: string }) => boolean,
): { readonly address: string; readonly scope: number; readonly card: string } | undefined {
  for (const [card, addresses] of Object.entries(networkInterfaces())) {
    const found = addresses?.find((one) => !one.internal && fits(one));
    if (found !== undefined) return { address: found.address, scope: found.scopeid ?? 0, card };
  }
  return undefined;
}
