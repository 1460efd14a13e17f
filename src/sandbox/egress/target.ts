import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

import { Refusal } from './refusal.ts';

/** Where somebody inside wants to go: parsed once, and from there on the only spelling there is. */
export interface Target {
  /** A name in ASCII and lower case without a dot at the end, or an address as its family writes it. */
  readonly host: string;
  readonly port: number;
  readonly isAddress: boolean;
}

/**
 * Reads `host:port`, an IPv6 address in brackets.
 *
 * @throws Refusal where it has no meaning or more than one.
 */
export function parseAuthority(text: string, defaultPort?: number): Target {
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::([^:]*))?$/.exec(text) ?? [];
  if (host === undefined) throw malformed(text, 'is not host:port');
  const number = port === undefined ? defaultPort : parsePort(port);
  if (number === undefined) throw malformed(text, 'names no port from 1 to 65535');
  return { ...parseHost(host), port: number };
}

function parsePort(text: string): number | undefined {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/**
 * Reads a name or an address in any spelling that the world takes for one: IDN, fullwidth, decimal, octal, short.
 *
 * @throws Refusal for all else: percent signs, user names, zones, control characters, empty labels.
 */
export function parseHost(text: string): Pick<Target, 'host' | 'isAddress'> {
  if (text.length > maxSpelling) throw malformed(text, 'is longer than any name');
  if (text.startsWith('[') && text.endsWith(']')) return parseIPv6(text.slice(1, -1));
  // The parser below would read escapes and drop line breaks, as browsers do; who writes them hides something.
  if (!/^[\p{L}\p{N}\p{M}.\u3002\uff0e\uff61-]+$/u.test(text))
    throw malformed(text, 'holds characters that no host name has');
  const ascii = domainToASCII(text);
  if (isIPv4(ascii)) return { host: ascii, isAddress: true };
  const host = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
  const labels = host.split('.');
  const isName = host.length <= 253 && labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  if (!isName || /^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) throw malformed(text, 'is not a host name');
  return { host, isAddress: false };
}

const maxSpelling = 1024;

function parseIPv6(text: string): Pick<Target, 'host' | 'isAddress'> {
  if (!isIPv6(text) || text.includes('%')) throw malformed(text, 'is not an IPv6 address');
  return { host: canonicalIPv6(text), isAddress: true };
}

/** As RFC 5952 writes it. */
export function canonicalIPv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

function malformed(text: string, why: string): Refusal {
  return new Refusal('malformed', `${quote(text)} ${why}`);
}

/** Text from inside as it can be shown and kept: short, ASCII, nothing that a terminal obeys. */
export function quote(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return `“${shown.replace(/[^\x20-\x7e…]/g, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)}”`;
}

export function formatTarget({ host, port }: Target): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
