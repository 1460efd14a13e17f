import { join } from 'node:path';
import { chmod, symlink } from 'node:fs/promises';

import { findAddress, freePort, listenForDatagrams, listenForStreams, visit } from '../listeners.ts';
import { eventually, messageArrived, secretCameOut } from '../observe/messages.ts';
import type { Input, Observer, Preparation, ProgramRow } from '../program-case.ts';
import { factsOf, startVictim } from '../victim.ts';
import { outside } from '../way.ts';

const ownNetwork = ['network-namespace'] as const;
const multicastGroup = '239.255.77.77';

const metadataAddress = '169.254.169.254';
const networkOfVictim = 'network';

const nowhere = { address: '', scope: 0, card: '' };

const addresses = [
  ['loopback', 'the host’s loopback', () => ({ address: '127.0.0.1', scope: 0, card: 'lo' })],
  ['loopback-6', 'the host’s loopback by IPv6', () => ({ address: '::1', scope: 0, card: 'lo' })],
  ['local-network', 'the host’s address in its network', () => findAddress(({ family }) => family === 'IPv4')],
  [
    'local-network-6',
    'the host’s address by IPv6',
    () => findAddress(({ family, address }) => family === 'IPv6' && !address.startsWith('fe80')),
  ],
  ['link-local', 'the host’s link-local address', () => findAddress(({ address }) => address.startsWith('fe80'))],
] as const;

const streamRows = addresses.map(([id, what, find]): ProgramRow => {
  return {
    id: `tcp-${id}`,
    title: `connects to ${what}`,
    stoppedBy: ownNetwork,
    program: 'network.connect',
    input: async ({ stage }) => {
      const { address, scope, card } = find() ?? nowhere;
      const host = scope === 0 ? address : `${address}%${card}`;
      return { address, scope, nonce: stage.nonce, port: await listenForStreams(stage, { host, port: 0 }) };
    },
    seen: messageArrived,
    absent: () => (find() === undefined ? 'this machine has no such address' : undefined),
  };
});

const datagramRows = addresses.slice(0, 4).map(([id, what, find]): ProgramRow => {
  return {
    id: `udp-${id}`,
    title: `sends a datagram to ${what}`,
    stoppedBy: ownNetwork,
    program: 'network.send_datagram',
    input: async ({ stage }) => {
      const { address } = find() ?? nowhere;
      return { address, nonce: stage.nonce, port: await listenForDatagrams(stage, address) };
    },
    seen: messageArrived,
    absent: () => (find() === undefined ? 'this machine has no such address' : undefined),
  };
});

/** A program inside that waits for the host: reached, it needs no way out. */
function isVisited(where: (input: Input) => { host: string; port: number } | { path: string }): Observer {
  return {
    what: 'the host reaches a program inside',
    look: async (scene) => {
      await visit(scene.stage, where(scene.input));
      return messageArrived.look(scene);
    },
  };
}

export const networkRows: readonly ProgramRow[] = [
  ...streamRows,
  ...datagramRows,
  {
    id: 'tcp-metadata',
    title: 'connects to the address at which clouds tell their machines’ secrets',
    stoppedBy: ownNetwork,
    // In a network where somebody stands in for the cloud: the host's own is left as it is.
    control: outside('nsenter', `--net=${networkOfVictim}`),
    program: 'network.connect',
    input: async (preparation) => {
      const { stage } = preparation;
      const plan = {
        program: 'victims.stand_in',
        input: { address: metadataAddress },
        way: outside('unshare', '--net'),
      };
      const victim = await startVictim(preparation, plan);
      victim.transcript.onBytes((chunk) => stage.arrivals.push(chunk));
      const { pid, port } = factsOf(victim);
      await symlink(`/proc/${pid}/ns/net`, join(stage.folder, networkOfVictim));
      return { address: metadataAddress, port, nonce: stage.nonce };
    },
    seen: eventually(messageArrived),
    asUser: { absent: 'only root can stand in for the cloud' },
  },
  {
    id: 'tcp-fast-open',
    title: 'connects without connect(), by sending with the first packet',
    stoppedBy: ownNetwork,
    program: 'network.connect_with_data',
    input: async ({ stage }) => ({
      address: '127.0.0.1',
      nonce: stage.nonce,
      port: await listenForStreams(stage, { host: '127.0.0.1', port: 0 }),
    }),
    seen: messageArrived,
  },
  {
    id: 'multicast',
    title: 'sends to a group that the host listens to',
    stoppedBy: ownNetwork,
    program: 'network.send_datagram',
    input: async ({ stage }) => {
      const { address: host = '127.0.0.1' } = findAddress(({ family }) => family === 'IPv4') ?? {};
      const port = await listenForDatagrams(stage, host, multicastGroup);
      return { address: multicastGroup, nonce: stage.nonce, port, interface: host };
    },
    seen: messageArrived,
  },
  {
    id: 'names',
    title: 'asks a name server, and says it all in the name',
    stoppedBy: ownNetwork,
    program: 'network.ask_for_name',
    input: async ({ stage }) => ({
      server: '127.0.0.1',
      nonce: stage.nonce,
      port: await listenForDatagrams(stage, '127.0.0.1'),
    }),
    seen: messageArrived,
  },
  {
    id: 'unix-path',
    title: 'connects to a unix socket of the host by its path',
    stoppedBy: ['private-root'],
    program: 'network.connect_unix',
    input: async ({ stage }) => {
      const path = join(stage.folder, 'socket');
      await listenForStreams(stage, { path });
      await chmod(path, 0o777);
      return { path, nonce: stage.nonce };
    },
    seen: messageArrived,
  },
  {
    id: 'unix-abstract',
    title: 'connects to a unix socket of the host by its abstract name',
    stoppedBy: ownNetwork,
    program: 'network.connect_unix',
    input: async ({ stage }) => {
      await listenForStreams(stage, { path: `\0${stage.nonce}` });
      return { path: `\0${stage.nonce}`, nonce: stage.nonce };
    },
    seen: messageArrived,
  },
  {
    id: 'unix-abstract-of-another',
    title: 'connects to an abstract socket of another sandbox',
    stoppedBy: ownNetwork,
    program: 'network.hear_unix',
    input: async (preparation) => {
      const { stage, way } = preparation;
      const name = `${stage.nonce}-other`;
      const input = { name, nonce: stage.secret };
      await startVictim(preparation, { program: 'network.serve_unix', input, way });
      return { name };
    },
    seen: secretCameOut,
  },
  {
    id: 'visited',
    title: 'opens a port that the host can reach',
    stoppedBy: ownNetwork,
    program: 'network.serve',
    input: async ({ stage }) => ({ port: await freePort(), nonce: stage.nonce }),
    seen: isVisited(({ port }) => ({ host: '127.0.0.1', port: Number(port) })),
  },
  {
    id: 'visited-abstract',
    title: 'opens an abstract socket that the host can reach',
    stoppedBy: ownNetwork,
    program: 'network.serve_unix',
    input: ({ stage }) => ({ name: `${stage.nonce}-inside`, nonce: stage.nonce }),
    seen: isVisited(({ name }) => ({ path: `\0${String(name)}` })),
  },
  {
    id: 'interfaces',
    title: 'asks which network cards there are',
    stoppedBy: ownNetwork,
    program: 'network.list_interfaces',
    input: ({ stage }) => {
      stage.secret = findInterface() ?? '';
      return {};
    },
    seen: secretCameOut,
    absent: () => (findInterface() === undefined ? 'this machine has none' : undefined),
  },
  {
    id: 'connections',
    title: 'asks who on the host is connected with whom',
    stoppedBy: ownNetwork,
    program: 'network.list_connections',
    input: async ({ stage }: Preparation) => {
      await listenForStreams(stage, { path: `\0${stage.secret}` });
      return {};
    },
    seen: secretCameOut,
  },
];

function findInterface(): string | undefined {
  const found = findAddress(({ family }) => family === 'IPv4');
  if (found === undefined) return undefined;
  // As the kernel's table of routes writes its network: hexadecimal, the other way round.
  const bytes = found.address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return bytes.slice(0, 3).toReversed().join('').toUpperCase();
}
