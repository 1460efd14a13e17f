import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { egressSocket } from '../attempt.ts';
import { messageArrived } from '../observe/messages.ts';
import type { Input, Preparation, ProgramRow } from '../program-case.ts';
import type { Stage } from '../stage.ts';
import { allowing, isAllowed } from '../way.ts';
import {
  type WayOutTerms,
  listenForVisitors,
  loopback,
  mappedLoopback,
  openWayOut,
  openedHost,
  otherHost,
} from '../way-out.ts';

const byRules = {
  stoppedBy: [],
  stoppedByWords: 'the proxy that is the only way out',
  control: allowing('a rule that opens it'),
  seen: messageArrived,
} as const;

interface Wish {
  /** What the proxy is asked for. */
  readonly authority: string;
  /** The rules of the attack; the control is also given one for what it is after. */
  readonly opened: WayOutTerms['rules'];
  readonly wanted: WayOutTerms['rules'][number];
}

/** Asks the proxy for a tunnel to somewhere that it was not given. */
function tunnelRow(id: string, title: string, wish: (port: number, openPort: number) => Wish): ProgramRow {
  return {
    id: `egress-${id}`,
    title,
    ...byRules,
    program: 'egress.tunnel',
    input: async ({ stage, way }) => {
      const [port, openPort] = [await listenForVisitors(stage), await listenForVisitors(stage)];
      const { authority, opened, wanted } = wish(port, openPort);
      const rules = isAllowed(way) ? [...opened, wanted] : opened;
      openWayOut(stage, { rules, reachable: [port, openPort] });
      return { path: egressSocket, authority, nonce: stage.nonce };
    },
  };
}

/** An address is a host like another: however it is spelled, only a rule that names it would open it. */
const spellings = [
  ['address', 'the address of a host', '127.0.0.1'],
  ['decimal-address', 'an address as one number', '2130706433'],
  ['octal-address', 'an address in octal numbers', '0177.0.0.1'],
  ['mapped-address', 'an IPv4 address in the disguise of IPv6', '[::ffff:127.0.0.1]'],
] as const;

const addressRows = spellings.map(([id, what, spelled]) =>
  tunnelRow(id, `reaches past the rules by ${what}`, (port, openPort) => ({
    authority: `${spelled}:${port}`,
    opened: [{ host: openedHost, ports: [openPort, port] }],
    wanted: { host: id === 'mapped-address' ? mappedLoopback : loopback, ports: [port] },
  })),
);

const nameRows: readonly ProgramRow[] = [
  tunnelRow('other-host', 'reaches another host than the one that is open', (port) => ({
    authority: `${otherHost}:${port}`,
    opened: [{ host: openedHost, ports: [port] }],
    wanted: { host: otherHost, ports: [port] },
  })),
  tunnelRow('name-below', 'reaches a name below the one that is open', (port) => ({
    authority: `evil.${openedHost}:${port}`,
    opened: [{ host: openedHost, ports: [port] }],
    wanted: { host: `*.${openedHost}`, ports: [port] },
  })),
  tunnelRow('other-port', 'reaches another port of the host that is open', (port, openPort) => ({
    authority: `${openedHost}:${port}`,
    opened: [{ host: openedHost, ports: [openPort] }],
    wanted: { host: openedHost, ports: [port] },
  })),
];

/** Has the opened name lead to this machine, which is nobody's to open. */
const rebinding: ProgramRow = {
  id: 'egress-rebinding',
  title: 'has the name that is open lead to the machine itself',
  ...byRules,
  control: allowing('the address exempted'),
  program: 'egress.tunnel',
  input: async ({ stage, way }) => {
    const port = await listenForVisitors(stage);
    const rules = [{ host: openedHost, ports: [port] }];
    openWayOut(stage, { rules, reachable: isAllowed(way) ? [port] : [] });
    return { path: egressSocket, authority: `${openedHost}:${port}`, nonce: stage.nonce };
  },
};

/** Hides whom it is after behind the name that is open; the control asks for that one by its name. */
async function hide({ stage, way }: Preparation): Promise<Input> {
  const port = await listenForVisitors(stage);
  const hidden = `${stage.nonce}.test`;
  const rules = [openedHost, hidden].map((host) => ({ host, ports: [port] }));
  openWayOut(stage, { rules: isAllowed(way) ? rules : rules.slice(0, 1), reachable: [port] });
  return { path: egressSocket, authority: `${isAllowed(way) ? hidden : openedHost}:${port}`, hidden };
}

const hidingRows: readonly ProgramRow[] = [
  {
    id: 'egress-hidden-in-tls',
    title: 'greets another host in the TLS of a tunnel (SNI)',
    ...byRules,
    program: 'egress.greet_another',
    input: hide,
  },
  {
    id: 'egress-hidden-in-http',
    title: 'asks another host in the HTTP of a tunnel (Host)',
    ...byRules,
    program: 'egress.ask_another',
    input: hide,
  },
];

const otherRows: readonly ProgramRow[] = [
  {
    id: 'egress-redirect',
    title: 'is sent to another host by the one that is open, and goes there',
    ...byRules,
    program: 'egress.follow',
    input: async ({ stage, way }) => {
      const port = await listenForVisitors(stage);
      const sending = await redirect(stage, `http://${otherHost}:${port}/${stage.nonce}`);
      const opened = { host: openedHost, ports: [sending] };
      const rules = isAllowed(way) ? [opened, { host: otherHost, ports: [port] }] : [opened];
      openWayOut(stage, { rules, reachable: [port, sending] });
      return { path: egressSocket, address: `http://${openedHost}:${sending}/` };
    },
  },
  {
    id: 'egress-past-the-proxy',
    title: 'dials the host that is open by itself, past the proxy',
    stoppedBy: ['network-namespace'],
    seen: messageArrived,
    program: 'network.connect',
    input: async ({ stage }) => {
      const port = await listenForVisitors(stage);
      openWayOut(stage, { rules: [{ host: openedHost, ports: [port] }], reachable: [port] });
      return { address: loopback, port, nonce: stage.nonce };
    },
  },
];

async function redirect(stage: Stage, to: string): Promise<number> {
  const server = createServer((_, response) => response.writeHead(302, { Location: to, Connection: 'close' }).end());
  server.listen(0, loopback);
  await once(server, 'listening');
  stage.defer(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

export const egressRows: readonly ProgramRow[] = [...nameRows, ...addressRows, rebinding, ...hidingRows, ...otherRows];
