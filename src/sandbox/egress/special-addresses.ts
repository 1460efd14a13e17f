import { isIPv4 } from 'node:net';

import { canonicalIPv6 } from './target.ts';

/** Addresses that are not somebody else's machine on the internet, each with the document that says so. */
export const specialRanges: readonly (readonly [range: string, what: string, source: string])[] = [
  ['0.0.0.0/8', 'this network', 'RFC 791'],
  ['10.0.0.0/8', 'private', 'RFC 1918'],
  ['100.64.0.0/10', 'shared by a carrier’s customers', 'RFC 6598'],
  ['127.0.0.0/8', 'loopback', 'RFC 1122'],
  ['169.254.0.0/16', 'link-local, where clouds keep their metadata', 'RFC 3927'],
  ['172.16.0.0/12', 'private', 'RFC 1918'],
  ['192.0.0.0/24', 'assigned to protocols', 'RFC 6890'],
  ['192.0.2.0/24', 'for documentation', 'RFC 5737'],
  ['192.31.196.0/24', 'AS112 sinkhole', 'RFC 7535'],
  ['192.52.193.0/24', 'multicast tunnels', 'RFC 7450'],
  ['192.88.99.0/24', '6to4 relays', 'RFC 7526'],
  ['192.168.0.0/16', 'private', 'RFC 1918'],
  ['192.175.48.0/24', 'AS112 sinkhole', 'RFC 7534'],
  ['198.18.0.0/15', 'for benchmarks', 'RFC 2544'],
  ['198.51.100.0/24', 'for documentation', 'RFC 5737'],
  ['203.0.113.0/24', 'for documentation', 'RFC 5737'],
  ['224.0.0.0/4', 'multicast', 'RFC 5771'],
  ['240.0.0.0/4', 'reserved, and broadcast', 'RFC 1112'],
  // A public address that answers only to the machines of one cloud, as their metadata service does.
  ['168.63.129.16/32', 'the host of an Azure machine', 'Azure’s documentation'],
  ['::/128', 'unspecified', 'RFC 4291'],
  ['::1/128', 'loopback', 'RFC 4291'],
  ['::/96', 'an IPv4 address in disguise', 'RFC 4291'],
  ['::ffff:0:0/96', 'an IPv4 address in disguise', 'RFC 4291'],
  ['::ffff:0:0:0/96', 'an IPv4 address in disguise', 'RFC 2765'],
  ['64:ff9b::/96', 'an IPv4 address behind NAT64', 'RFC 6052'],
  ['64:ff9b:1::/48', 'an IPv4 address behind NAT64', 'RFC 8215'],
  ['100::/64', 'a sinkhole', 'RFC 6666'],
  ['2001::/23', 'assigned to protocols, Teredo and benchmarks among them', 'RFC 2928'],
  ['2001:db8::/32', 'for documentation', 'RFC 3849'],
  ['2002::/16', 'an IPv4 address by 6to4', 'RFC 3056'],
  ['2620:4f:8000::/48', 'AS112 sinkhole', 'RFC 7534'],
  ['3fff::/20', 'for documentation', 'RFC 9637'],
  ['5f00::/16', 'segment routing', 'RFC 9602'],
  ['fc00::/7', 'private', 'RFC 4193'],
  ['fe80::/10', 'link-local', 'RFC 4291'],
  ['fec0::/10', 'site-local', 'RFC 3879'],
  ['ff00::/8', 'multicast', 'RFC 4291'],
];

/** What an address is where it is special; undefined for the rest. */
export function describeSpecial(address: string): string | undefined {
  const bits = toBits(address);
  const found = prefixes.find(({ prefix }) => bits.startsWith(prefix));
  if (found !== undefined) return `${found.what} (${found.source})`;
  return bits.startsWith('6') && !bits.startsWith(`6${givenOut}`) ? 'given out to nobody (RFC 4291)' : undefined;
}

/** Of IPv6 only 2000::/3 was ever given out. */
const givenOut = '001';

const prefixes = specialRanges.map(([range, what, source]) => {
  const [address = '', length] = range.split('/');
  return { prefix: toBits(address).slice(0, 1 + Number(length)), what, source };
});

/** The family, then a digit for each bit. */
function toBits(address: string): string {
  if (isIPv4(address)) return `4${address.split('.').map(toOctet).join('')}`;
  const [head = '', tail = ''] = canonicalIPv6(address).split('::');
  const [left, right] = [head, tail].map((half) => half.split(':').filter(Boolean).map(toGroup).join(''));
  return `6${left}${'0'.repeat(128 - (left?.length ?? 0) - (right?.length ?? 0))}${right}`;
}

function toOctet(decimal: string): string {
  return Number(decimal).toString(2).padStart(8, '0');
}

function toGroup(hexadecimal: string): string {
  return parseInt(hexadecimal, 16).toString(2).padStart(16, '0');
}
