import { once } from 'node:events';
import { type Socket, connect, isIPv6 } from 'node:net';

import { Refusal } from './refusal.ts';

export interface DialTerms {
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Connects to the first of the addresses that answers. They are addresses already: nothing is resolved here.
 *
 * @throws Refusal
 */
export async function dial(addresses: readonly string[], { port, timeoutMs, signal }: DialTerms): Promise<Socket> {
  const inTime = AbortSignal.timeout(timeoutMs);
  let why = 'has no address';
  for (const host of addresses) {
    // The half that is still open may have something to say.
    const socket = connect({ host, port, family: isIPv6(host) ? 6 : 4, allowHalfOpen: true, noDelay: true });
    socket.on('error', () => undefined); // who waits is told by what it waits for
    try {
      const patience = addresses.length === 1 ? inTime : AbortSignal.timeout(Math.ceil(timeoutMs / addresses.length));
      await once(socket, 'connect', { signal: AbortSignal.any([signal, inTime, patience]) });
      return socket;
    } catch (error) {
      socket.destroy();
      if (signal.aborted) throw error;
      why = (error as NodeJS.ErrnoException).code ?? 'error';
      if (inTime.aborted) break;
    }
  }
  const slow = why === 'ABORT_ERR';
  throw new Refusal(
    slow ? 'slow' : 'unreachable',
    slow ? 'the host did not answer in time' : `the host cannot be reached: ${why}`,
  );
}
