import { holdsSocket } from '../observe/descriptors.ts';
import type { ProgramRow } from '../program-case.ts';
import { outside } from '../way.ts';

const stream = 1;
const datagram = 2;
const raw = 3;
const packets = 5;
const dccp = 6;
/** An old way to ask for all packets of the machine. */
const oldPackets = 10;
const internet = 2;
const internet6 = 10;
const netlink = 16;

type Row = readonly [id: string, what: string, domain: number, kind: number, protocol: number];

/** Whoever may open a socket at all may open these. */
const free: readonly Row[] = [
  ['hypervisor', 'to the hypervisor (AF_VSOCK)', 40, stream, 0],
  ['crypto', 'to the kernel’s ciphers (AF_ALG)', 38, packets, 0],
  ['rds', 'of AF_RDS', 21, packets, 0],
  ['tipc', 'of AF_TIPC', 30, stream, 0],
  ['can', 'to a vehicle’s bus (AF_CAN)', 29, raw, 1],
  ['bluetooth', 'to Bluetooth devices', 31, raw, 1],
  ['smc', 'of AF_SMC', 43, stream, 0],
  ['kcm', 'of AF_KCM', 41, datagram, 0],
  ['qipcrtr', 'to the modem (AF_QIPCRTR)', 42, datagram, 0],
  ['x25', 'of AF_X25', 9, packets, 0],
  ['appletalk', 'of AF_APPLETALK', 5, datagram, 0],
  ['phonet', 'of AF_PHONET', 35, datagram, 0],
  ['nfc', 'to near devices (AF_NFC)', 39, packets, 1],
  ['mctp', 'to the management controller (AF_MCTP)', 45, datagram, 0],
  ['mptcp', 'of MPTCP', internet, stream, 262],
  ['sctp', 'of SCTP', internet, stream, 132],
  ['sctp-6', 'of SCTP by IPv6', internet6, stream, 132],
  ['udp-lite', 'of UDP-Lite', internet, datagram, 136],
  ['dccp', 'of DCCP', internet, dccp, 33],
  ['sequenced-by-type', 'of SCTP, by its type alone', internet, packets, 0],
  ['sequenced-by-type-6', 'of SCTP by IPv6, by its type alone', internet6, packets, 0],
  ['dccp-by-type', 'of DCCP, by its type alone', internet, dccp, 0],
  ['dccp-by-type-6', 'of DCCP by IPv6, by its type alone', internet6, dccp, 0],
  ['raw-by-type', 'that writes packets by hand, by its type alone', internet, raw, 0],
  ['raw-by-type-6', 'that writes packets by hand, by IPv6 and its type alone', internet6, raw, 0],
  ['netlink-sockets', 'that lists all sockets (NETLINK_SOCK_DIAG)', netlink, raw, 4],
  ['netlink-tunnels', 'that makes tunnels (NETLINK_XFRM)', netlink, raw, 6],
  ['netlink-security', 'to the security modules (NETLINK_SELINUX)', netlink, raw, 7],
  ['netlink-audit', 'to the machine’s audit (NETLINK_AUDIT)', netlink, raw, 9],
  ['netlink-routes', 'to the route look-up (NETLINK_FIB_LOOKUP)', netlink, raw, 10],
  ['netlink-connector', 'that tells of all processes (NETLINK_CONNECTOR)', netlink, raw, 11],
  ['netlink-firewall', 'to the firewall (NETLINK_NETFILTER)', netlink, raw, 12],
  ['netlink-devices', 'that tells of devices (NETLINK_KOBJECT_UEVENT)', netlink, raw, 15],
  ['netlink-generic', 'to whatever the kernel offers (NETLINK_GENERIC)', netlink, raw, 16],
  ['netlink-crypto', 'that lists ciphers (NETLINK_CRYPTO)', netlink, raw, 21],
];

/** And these with a right that nobody inside has. */
const entitled: readonly Row[] = [
  ['packets', 'that sees every packet (AF_PACKET)', 17, raw, 0],
  ['packets-cooked', 'that sees every packet, without its head (AF_PACKET)', 17, datagram, 0],
  ['packets-by-type', 'that sees every packet, by an old type', internet, oldPackets, 0],
  ['raw', 'that writes packets by hand', internet, raw, 255],
  ['raw-icmp', 'that sends pings by hand', internet, raw, 1],
  ['raw-6', 'that writes packets by hand, by IPv6', internet6, raw, 58],
  ['xdp', 'that goes past the kernel’s network (AF_XDP)', 44, raw, 0],
  ['keys', 'that manages the network’s keys (AF_KEY)', 15, raw, 2],
];

function rowOf([id, what, domain, kind, protocol]: Row): Omit<ProgramRow, 'stoppedBy'> {
  return {
    id: `socket-${id}`,
    title: `opens a socket ${what}`,
    program: 'sockets.open_one',
    input: { domain, kind, protocol },
    seen: holdsSocket,
  };
}

export const socketRows: readonly ProgramRow[] = [
  ...free.map((row): ProgramRow => ({ ...rowOf(row), stoppedBy: ['system-call-filter'] })),
  ...entitled.map((row): ProgramRow => ({
    ...rowOf(row),
    stoppedBy: ['system-call-filter', 'dropped-privileges'],
    alone: ['system-call-filter', 'dropped-privileges'],
  })),
  {
    id: 'socket-high-bits',
    title: 'opens a socket to the hypervisor, with bits set that the kernel does not look at',
    stoppedBy: ['system-call-filter'],
    program: 'sockets.open_one',
    input: { domain: 40, kind: stream, protocol: 0, high_bits: 2 ** 40 },
    seen: holdsSocket,
  },
  {
    id: 'socket-ping',
    title: 'opens a socket that sends pings without a right to',
    stoppedBy: ['system-call-filter'],
    program: 'sockets.open_one',
    input: { domain: internet, kind: datagram, protocol: 1 },
    seen: holdsSocket,
    control: outside(),
    mayBeOutOfReach: true,
  },
  {
    id: 'socket-pair',
    title: 'opens a pair of sockets of a family that has them (AF_TIPC)',
    stoppedBy: ['system-call-filter'],
    program: 'sockets.open_pair',
    input: { domain: 30, kind: stream, protocol: 0 },
    seen: holdsSocket,
  },
];
