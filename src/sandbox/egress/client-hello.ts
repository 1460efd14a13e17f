import { maxHeadBytes } from './limits.ts';

/** What the beginning of a stream says where TLS should begin. */
export type HelloReading =
  /** Not enough yet to tell; nothing is worth looking at before that many bytes are there. */
  | { readonly kind: 'incomplete'; readonly atLeast: number }
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed'; readonly why: string }
  | { readonly kind: 'hello'; readonly serverName: string | undefined };

const handshakeRecord = 22;
const clientHello = 1;
const serverNameExtension = 0;
const hostNameType = 0;

/** Each costs another look at all of them. */
const maxRecords = 32;

/** Reads the ClientHello of TLS 1.0 to 1.3, over as many records as it was cut into. */
export function readClientHello(bytes: Buffer): HelloReading {
  if (bytes.length === 0) return { kind: 'incomplete', atLeast: 1 };
  if (bytes[0] !== handshakeRecord || (bytes.length > 1 && bytes[1] !== 3)) return { kind: 'other' };
  const joined = joinRecords(bytes);
  if (!Buffer.isBuffer(joined)) return joined;
  if (joined[0] !== clientHello) return malformed('TLS does not begin with a ClientHello');
  try {
    return { kind: 'hello', serverName: findServerName(new Cursor(joined).skip(4)) };
  } catch (error) {
    return malformed(error instanceof HelloError ? error.message : 'the ClientHello cannot be read');
  }
}

/** The whole handshake message, without the headers of the records that carry it. */
function joinRecords(bytes: Buffer): Buffer | HelloReading {
  const parts: Buffer[] = [];
  let size = 0;
  let at = 0;
  while (parts.length < maxRecords) {
    if (bytes.length < at + 5) return incomplete(at + 5);
    if (bytes[at] !== handshakeRecord || bytes[at + 1] !== 3) return malformed('the ClientHello is interrupted');
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > 16_384) return malformed('a record of TLS has no possible length');
    if (bytes.length < at + 5 + length) return incomplete(at + 5 + length);
    parts.push(bytes.subarray(at + 5, at + 5 + length));
    size += length;
    at += 5 + length;
    if (size < 4) continue;
    const message = Buffer.concat(parts);
    const end = 4 + message.readUIntBE(1, 3);
    if (end > maxHeadBytes) return malformed('the ClientHello is too long');
    if (size > end) return malformed('something follows the ClientHello in its own record');
    if (size === end) return message;
  }
  return malformed('the ClientHello is cut into too many records');
}

function incomplete(atLeast: number): HelloReading {
  return atLeast > 2 * maxHeadBytes ? malformed('the ClientHello is too long') : { kind: 'incomplete', atLeast };
}

/** Version, random, session, cipher suites and compressions come first; then the extensions, if any. */
function findServerName(hello: Cursor): string | undefined {
  hello.skip(2 + 32);
  hello.skip(hello.number(1));
  hello.skip(hello.number(2));
  hello.skip(hello.number(1));
  if (hello.isAtEnd()) return undefined;
  const extensions = hello.take(hello.number(2));
  if (!hello.isAtEnd()) throw new HelloError('something follows the extensions of the ClientHello');
  let name: string | undefined;
  while (!extensions.isAtEnd()) {
    const type = extensions.number(2);
    const content = extensions.take(extensions.number(2));
    if (type !== serverNameExtension) continue;
    if (name !== undefined) throw new HelloError('the ClientHello names its server twice');
    name = readServerName(content);
  }
  return name;
}

function readServerName(extension: Cursor): string {
  const list = extension.take(extension.number(2));
  const type = list.number(1);
  const name = list.bytes(list.number(2));
  if (type !== hostNameType || !list.isAtEnd() || !extension.isAtEnd() || name.length === 0) {
    throw new HelloError('the ClientHello does not name one server');
  }
  return name.toString('latin1');
}

function malformed(why: string): HelloReading {
  return { kind: 'malformed', why };
}

class HelloError extends Error {}

/** Reads forward, and never beyond the end. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  skip(count: number): this {
    this.bytes(count);
    return this;
  }

  number(size: 1 | 2): number {
    return this.bytes(size).readUIntBE(0, size);
  }

  take(count: number): Cursor {
    return new Cursor(this.bytes(count));
  }

  bytes(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new HelloError('the ClientHello ends too early');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
