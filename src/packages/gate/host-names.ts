import { isIPv6 } from 'node:net';

/**
 * Whether a request names this gate as its host. A page of another site that has its own name resolve to a loopback
 * address reaches the port, but names itself.
 */
export function isOwnHost(
  header: string | undefined,
  { port, hosts }: { port: number; hosts: readonly string[] },
): boolean {
  if (header === undefined) return false;
  const host = header.toLowerCase();
  const [, name = '', named = '80'] = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(host) ?? [];
  // Without a port, or with another one, it is what stands before the gate that was reached by this name.
  return hosts.includes(host) || (Number(named) === port && (isLoopbackName(name) || hosts.includes(name)));
}

function isLoopbackName(name: string): boolean {
  return name === '[::1]' || (name !== '::1' && isLoopback(name));
}

/** An address or a name as clients write it into addresses and headers. */
export function toHostName(address: string): string {
  const name = isIPv6(address) ? `[${address}]` : address.toLowerCase();
  return URL.parse(`http://${name}`)?.host ?? name; // one address has many spellings, and clients send the shortest
}

/** Whether only this machine can reach the address. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(address);
}
