import { promises as dns } from 'node:dns';
import { networkInterfaces } from 'node:os';

import { Refusal } from './refusal.ts';
import { describeSpecial } from './special-addresses.ts';
import { type Target, canonicalIPv6, formatTarget } from './target.ts';

/** Finds the addresses of a name; rejects with a code of `node:dns`. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

export interface ResolveTerms {
  readonly resolve: Resolve;
  /** See EgressOptions. */
  readonly exemptAddressesInTests: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * The addresses that may be dialled for a target: all that it has, or none. One that is special spoils the rest, since
 * a name that leads to the world and to this machine at once is not what the policy meant.
 *
 * @throws Refusal
 */
export async function resolveTarget(target: Target, terms: ResolveTerms): Promise<readonly string[]> {
  const addresses = target.isAddress ? [target.host] : await lookUp(target.host, terms);
  const ours = ownAddresses();
  for (const address of addresses) {
    const written = formatTarget({ ...target, host: address });
    if (terms.exemptAddressesInTests.includes(written)) continue;
    const special =
      describeSpecial(address) ?? (ours.has(address) ? 'an address of the machine that runs Belljar' : undefined);
    if (special === undefined) continue;
    const what = target.isAddress ? `${address} is` : `${target.host} leads to ${address}, which is`;
    throw new Refusal('address', `${what} ${special}`);
  }
  return addresses;
}

async function lookUp(host: string, { resolve, timeoutMs, signal }: ResolveTerms): Promise<readonly string[]> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const givenUp = new Promise<never>((_, reject) => {
    deadline.addEventListener('abort', () => reject(new Refusal('slow', `${host} was not resolved in time`)), {
      once: true,
    });
  });
  try {
    const addresses = await Promise.race([resolve(host, deadline), givenUp]);
    if (addresses.length === 0) throw new Refusal('unresolvable', `${host} has no address`);
    return addresses.map((address) => (address.includes(':') ? canonicalIPv6(address) : address));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      'unresolvable',
      `${host} cannot be resolved: ${(error as NodeJS.ErrnoException).code ?? 'error'}`,
    );
  }
}

/** What listens on all addresses of the machine listens on these as well. */
function ownAddresses(): ReadonlySet<string> {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  return new Set(all.map(({ address, family }) => (family === 'IPv6' ? canonicalIPv6(address) : address)));
}

/**
 * Asks the machine's name servers, and them alone: no file of hosts, no list of domains to append. (The other way to
 * ask, getaddrinfo, would take one of the few threads that Node reads files with.)
 */
export const resolveByDns: Resolve = async (host, signal) => {
  const resolver = new dns.Resolver({ timeout: 2000, tries: 2 });
  const stop = (): void => resolver.cancel();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const families = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = families.flatMap((family) => (family.status === 'fulfilled' ? family.value : []));
    const [failed] = families.filter((family) => family.status === 'rejected');
    if (found.length === 0 && failed !== undefined) throw failed.reason;
    return found;
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
