import { once } from 'node:events';
import type { Duplex } from 'node:stream';

import { Refusal, refusalTable } from './refusal.ts';
import { type Target, parseHost } from './target.ts';

export const socksVersion = 5;

const noAuthentication = 0;
const noMethod = 255;
const connectCommand = 1;
const nameType = 3;
const addressLengths: Readonly<Record<number, number>> = { 1: 4, 4: 16 };

/**
 * Reads the greeting and the request of SOCKS5 (RFC 1928): no authentication, CONNECT only.
 *
 * @throws Refusal
 */
export async function readSocksTarget(client: Duplex, timeoutMs: number): Promise<Target> {
  const signal = AbortSignal.timeout(timeoutMs);
  const take = (count: number): Promise<Buffer> => takeBytes(client, count, signal);
  const [, methodCount = 0] = await take(2);
  const methods = await take(methodCount);
  if (!methods.includes(noAuthentication)) {
    client.write(Buffer.from([socksVersion, noMethod]));
    throw new Refusal('unsupported', 'SOCKS5 is served without authentication only');
  }
  client.write(Buffer.from([socksVersion, noAuthentication]));
  const [version, command, reserved, type = 0] = await take(4);
  if (version !== socksVersion || reserved !== 0)
    throw new Refusal('malformed', 'the request of SOCKS5 cannot be read');
  if (command !== connectCommand) throw new Refusal('unsupported', 'of SOCKS5 only CONNECT is served');
  const host = type === nameType ? await take((await take(1))[0] ?? 0) : await take(addressLengths[type] ?? 0);
  const port = (await take(2)).readUInt16BE();
  if (port === 0) throw new Refusal('malformed', 'the request of SOCKS5 names port 0');
  return { ...parseHost(spell(type, host)), port };
}

/** Answers the request: yes, or no with the nearest of the few codes there are. */
export function answerSocks(client: Duplex, refusal?: Refusal): void {
  const code = refusal === undefined ? 0 : refusalTable[refusal.kind].socks;
  // Which address the proxy speaks from is nobody's business inside.
  client.write(Buffer.from([socksVersion, code, 0, 1, 0, 0, 0, 0, 0, 0]));
}

function spell(type: number, host: Buffer): string {
  if (type === nameType) return decodeName(host);
  if (host.length === 4) return host.join('.');
  if (host.length === 16) return `[${(host.toString('hex').match(/.{4}/g) ?? []).join(':')}]`;
  throw new Refusal('unsupported', 'SOCKS5 knows names, IPv4 and IPv6 only');
}

function decodeName(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal('malformed', 'the name in the request of SOCKS5 is not UTF-8');
  }
}

/** Exactly that many bytes; what follows goes back, since it is not ours to read. */
async function takeBytes(client: Duplex, count: number, signal: AbortSignal): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < count) {
    // All there is, not `count`: bytes that were left would make the stream readable again at once, for ever.
    const chunk = client.read() as Buffer | null;
    if (chunk !== null) bytes = Buffer.concat([bytes, chunk]);
    else if (client.readableEnded || client.destroyed) {
      throw new Refusal('malformed', 'the request of SOCKS5 ends too early');
    } else await somethingHappens(client, signal);
  }
  if (bytes.length > count) client.unshift(bytes.subarray(count));
  return bytes.subarray(0, count);
}

async function somethingHappens(client: Duplex, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const events = ['readable', 'end', 'close'].map((event) => once(client, event, { signal: either }));
  try {
    await Promise.race(events);
  } catch (error) {
    if (signal.aborted) throw new Refusal('slow', 'the request of SOCKS5 did not come in time');
    throw error;
  } finally {
    stop.abort();
    await Promise.allSettled(events);
  }
}
