import { EgressProxy, type EgressRules } from '../sandbox/index.ts';
import { listenForStreams } from './listeners.ts';
import type { Stage } from './stage.ts';

/** The name that the attempt may reach; what it is after is another. */
export const openedHost = 'opened.test';
export const otherHost = 'other.test';

export interface WayOutTerms {
  /** The ports that are opened, host by host. */
  readonly rules: EgressRules;
  /** Ports of this machine that may be dialled for once, as if they were elsewhere. */
  readonly reachable: readonly number[];
}

/** Gives the attempt a way out by a proxy of its own, for which all names lead to this machine. */
export function openWayOut(stage: Stage, { rules, reachable }: WayOutTerms): void {
  const proxy = new EgressProxy({
    rules: () => rules,
    onReport: () => undefined,
    resolve: async () => [loopback],
    exemptAddressesInTests: reachable.flatMap((port) => [`${loopback}:${port}`, `[${mappedLoopback}]:${port}`]),
  });
  stage.defer(() => proxy.close());
  stage.network = (connection) => proxy.accept(connection);
}

/** A listener on this machine, in the place of a host that somebody runs. */
export function listenForVisitors(stage: Stage): Promise<number> {
  return listenForStreams(stage, { host: loopback, port: 0 });
}

export const loopback = '127.0.0.1';
/** The same in the disguise of IPv6, as the proxy writes it. */
export const mappedLoopback = '::ffff:7f00:1';
