import { readFile } from 'node:fs/promises';

/** One end of a connection over the loopback, as Node tells it of a socket. */
export interface Ends {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** Looks up who is at the other end: true where it is another user of this machine, and not root. */
export type IsForeign = (ends: Ends) => boolean;

/** As the kernel tells it now. Where it tells nothing, nobody is another. */
export async function lookAtPeers(): Promise<IsForeign> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'latin1').catch(() => '')),
  );
  return tables[0] === '' ? () => false : readPeers(tables.join('\n'), process.getuid?.() ?? 0);
}

/** Reads tables of the kernel's; a peer that stands in none is nobody's whom we know. */
export function readPeers(tables: string, ownUid: number): IsForeign {
  const owners = new Map<string, number>();
  for (const line of tables.split('\n')) {
    const [, local, remote, , , , , uid] = line.trim().split(/\s+/);
    if (local === undefined || remote === undefined || !/^\d+$/.test(uid ?? '')) continue;
    owners.set(`${withoutMapping(local)} ${withoutMapping(remote)}`, Number(uid));
  }
  return ({ remoteAddress, remotePort, localAddress, localPort }) => {
    if (remoteAddress === undefined || localAddress === undefined) return false; // it is no longer there, or a unix socket
    const uid = owners.get(`${asTold(remoteAddress, remotePort)} ${asTold(localAddress, localPort)}`);
    return uid !== ownUid && uid !== 0;
  };
}

const mapped = '0000000000000000FFFF0000';

/** A socket of the newer family may speak the older one; the table has both ways of writing it. */
function withoutMapping(end: string): string {
  return end.startsWith(mapped) ? end.slice(mapped.length) : end;
}

function asTold(address: string, port = 0): string {
  return `${hexOf(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** In the order of bytes of the machines that there are. */
function hexOf(address: string): string {
  if (address === '::1') return '00000000000000000000000001000000';
  const bytes = address.replace(/^::ffff:/, '').split('.');
  return bytes
    .reverse()
    .map((byte) => Number(byte).toString(16).toUpperCase().padStart(2, '0'))
    .join('');
}
