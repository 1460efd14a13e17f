import { maxHeadBytes } from './limits.ts';

/** What the beginning of a stream says where a request of HTTP may begin. */
export type HeadReading =
  | { readonly kind: 'incomplete'; readonly isRequest: boolean }
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed'; readonly why: string }
  /** Whom the request is for, as it says in its Host header and, where it is there, in its target. */
  | { readonly kind: 'request'; readonly authorities: readonly string[] };

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const requestLine = new RegExp(`^${token} (\\S+) HTTP/\\d\\.\\d$`);
const almostHttp = /[\t\r ]HTTP\/\d/i;
const methodToken = new RegExp(`^${token}$`);
/** A request line has three; what some servers take for one may have more. */
const mostWords = 5;
const maxLineBytes = 8192;

/**
 * Reads the head of an HTTP/1 request in a tunnel, to hold it to the host that the tunnel is for. Other protocols whose
 * first line begins like one are let go as soon as that line ends otherwise.
 */
export function readRequestHead(bytes: Buffer): HeadReading {
  // Servers skip empty lines before a request, and some skip more.
  const text = bytes.toString('latin1').replace(/^[\r\n\t ]+/, '');
  const lineEnd = text.indexOf('\n');
  const firstLine = (lineEnd === -1 ? text : text.slice(0, lineEnd)).replace(/\r$/, '');
  if (lineEnd === -1) {
    if (/[\t\r ]HTTP\/\d\.\d./is.test(firstLine)) return malformed('its first line does not end where it should');
    if (!mayBecomeRequest(firstLine)) return { kind: 'other' };
    return bytes.length > maxLineBytes ? malformed('the first line does not end') : incomplete(false);
  }
  const [, requestTarget] = requestLine.exec(firstLine) ?? [];
  if (requestTarget === undefined) {
    return almostHttp.test(firstLine) ? malformed('the first line is almost one of HTTP') : { kind: 'other' };
  }
  if (firstLine.startsWith('PRI ')) return malformed('HTTP/2 without TLS cannot be held to a host');
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return text.length > maxHeadBytes ? malformed('the head is too long') : incomplete(true);
  return readAuthorities(requestTarget, text.slice(lineEnd + 1, end.index).split(/\r?\n/));
}

/** Without a regular expression for the whole: many spaces can be taken apart in many ways. */
function mayBecomeRequest(line: string): boolean {
  if (line === '') return true;
  const words = line.split(/[\t\r ]/, maxLineBytes).filter((word) => word !== '');
  return words.length <= mostWords && methodToken.test(words[0] ?? '') && !/[^\t\r -~\x80-\xff]/.test(line);
}

function readAuthorities(requestTarget: string, lines: readonly string[]): HeadReading {
  const headers = lines.filter((line) => line !== '');
  if (headers.some((line) => !new RegExp(`^${token}:`).test(line))) return malformed('a header has no name');
  const hosts = headers.filter((line) => /^host:/i.test(line)).map((line) => line.slice('host:'.length).trim());
  if (hosts.length !== 1) return malformed(hosts.length === 0 ? 'it has no Host header' : 'it has two Host headers');
  if (requestTarget.startsWith('/') || requestTarget === '*') return { kind: 'request', authorities: hosts };
  const [, authority] = /^http:\/\/([^/?#]*)/i.exec(requestTarget) ?? [];
  if (authority === undefined) return malformed('its target is no path');
  return { kind: 'request', authorities: [...hosts, authority] };
}

function incomplete(isRequest: boolean): HeadReading {
  return { kind: 'incomplete', isRequest };
}

function malformed(why: string): HeadReading {
  return { kind: 'malformed', why: `what goes through the tunnel begins like HTTP, but ${why}` };
}
