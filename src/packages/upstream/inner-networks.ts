import { lookup as askSystem, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

import { describeSpecial } from '../../sandbox/egress/special-addresses.ts';
import { unavailable } from './unavailable.ts';

export interface InnerNetworksOptions {
  readonly index: string;
  readonly base: URL;
  readonly lookup?: LookupFunction | undefined;
}

/**
 * Keeps an index from naming places within our own networks: this machine, private networks, the metadata services of
 * clouds. An index that lies in such a network may name others there.
 */
export class InnerNetworks {
  readonly #options: InnerNetworksOptions;
  readonly #askSystem: LookupFunction;

  constructor(options: InnerNetworksOptions) {
    this.#options = options;
    this.#askSystem = options.lookup ?? askSystem;
  }

  /** Of an address that is written out nobody asks; behind a proxy, nobody asks here. @throws INDEX_UNAVAILABLE */
  async requireOutside(url: URL): Promise<void> {
    const address = writtenAddress(url);
    if (address !== undefined) await this.#require(url, [address]);
  }

  /** Judges the very addresses that are dialled. Where a proxy is dialled, that is somebody else’s name. */
  lookupFor(url: URL): LookupFunction {
    return (hostname, options, callback) => {
      this.#askSystem(hostname, options, (error, found, family) => {
        if (error !== null || hostname !== url.hostname) {
          callback(error, found, family);
          return;
        }
        this.#require(url, addressesOf(found)).then(
          () => callback(null, found, family),
          (refusal: unknown) => callback(refusal as Error, found, family),
        );
      });
    };
  }

  async #require(url: URL, addresses: readonly string[]): Promise<void> {
    const kinds = addresses.map(kindOf).filter((kind) => kind !== undefined);
    if (kinds.length === 0) return;
    const own = await this.#ownKinds();
    const strange = kinds.find((kind) => kind.startsWith('link-local') || !own.has(kind));
    if (strange === undefined) return;
    const message = `it lies where no page of this index may send us: ${strange}`;
    throw unavailable({ index: this.#options.index, url, why: 'redirect', message });
  }

  async #ownKinds(): Promise<ReadonlySet<string>> {
    const { base } = this.#options;
    const written = writtenAddress(base);
    const addresses = written === undefined ? await this.#resolve(base.hostname) : [written];
    return new Set(addresses.map(kindOf).filter((kind) => kind !== undefined));
  }

  /** Nothing where only a proxy knows the name. */
  async #resolve(hostname: string): Promise<readonly string[]> {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    this.#askSystem(hostname, { all: true }, (error, found) => resolve(error === null ? addressesOf(found) : []));
    return promise;
  }
}

function addressesOf(found: string | LookupAddress[]): readonly string[] {
  return typeof found === 'string' ? [found] : found.map(({ address }) => address);
}

function writtenAddress({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return '127.0.0.1';
  return isIP(host) === 0 ? undefined : host;
}

/** The same for both families. */
function kindOf(address: string): string | undefined {
  return describeSpecial(address.replace(/%.*$/, ''))?.replace(/ \([^)]*\)$/, '');
}
