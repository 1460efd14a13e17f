import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { type EgressOptions, EgressProxy, type EgressRules, type PassageReport } from '../../src/sandbox/index.ts';
import { type Certificate, makeCertificate } from './certificate.ts';

/** Names as a name server would tell them, for the length of a test. */
export type Names = Record<string, readonly string[] | (() => readonly string[])>;

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A proxy behind a real unix socket, and real servers on loopback that it may dial. */
export class EgressWorld implements AsyncDisposable {
  readonly reports: PassageReport[] = [];
  readonly names: Names = {};
  readonly resolved: string[] = [];
  rules: EgressRules = [];
  readonly exempt: string[] = [];
  readonly proxy: EgressProxy;
  readonly #told = new EventEmitter();
  readonly #folder = mkdtempSync(join(tmpdir(), 'belljar-egress-test-'));
  readonly #door: Server;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(options: Partial<EgressOptions> = {}) {
    this.proxy = new EgressProxy({ ...this.optionsOf(), ...options });
    this.#door = createServer({ allowHalfOpen: true }, (socket) => this.proxy.accept(socket));
  }

  static async open(options: Partial<EgressOptions> = {}): Promise<EgressWorld> {
    const world = new EgressWorld(options);
    world.#door.listen(world.socketPath);
    await once(world.#door, 'listening');
    return world;
  }

  optionsOf(): EgressOptions {
    return {
      rules: () => this.rules,
      onReport: (report) => {
        this.reports.push(report);
        this.#told.emit('report', report);
      },
      resolve: async (host) => this.#resolve(host),
      exemptAddressesInTests: this.exempt,
    };
  }

  get socketPath(): string {
    return join(this.#folder, 'door');
  }

  /** Opens names to 127.0.0.1 on these ports. */
  allow(host: string, ...ports: number[]): void {
    this.rules = [...this.rules, { host, ports }];
    if (!host.startsWith('*')) this.names[host] ??= ['127.0.0.1'];
  }

  async serveHttp(handler: Handler): Promise<number> {
    return this.serve(createHttpServer((request, response) => void handler(request, response)));
  }

  async serveHttps(handler: Handler, certificate: Certificate): Promise<number> {
    return this.serve(createHttpsServer(certificate, (request, response) => void handler(request, response)));
  }

  async serveTcp(handler: (socket: Socket) => void): Promise<number> {
    return this.serve(createServer({ allowHalfOpen: true }, handler));
  }

  async serve(server: Server, port = 0, address = '127.0.0.1'): Promise<number> {
    this.#servers.push(server);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    });
    server.listen(port, address);
    await once(server, 'listening');
    const { port: taken } = server.address() as AddressInfo;
    this.exempt.push(`127.0.0.1:${taken}`);
    return taken;
  }

  async connect(): Promise<Socket> {
    const socket = connect({ path: this.socketPath, allowHalfOpen: true });
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  /** Sends bytes, and reads until the proxy closes. */
  async exchange(bytes: string | Buffer, { end = false } = {}): Promise<string> {
    const socket = await this.connect();
    if (end) socket.end(bytes);
    else socket.write(bytes);
    const answer = await buffer(socket).catch(() => Buffer.alloc(0));
    socket.destroy();
    return answer.toString('latin1');
  }

  /** Asks for a tunnel; resolves to it and to the answer's head. */
  async tunnel(authority: string): Promise<{ socket: Socket; head: string }> {
    const socket = await this.connect();
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    const head = await readHead(socket);
    return { socket, head };
  }

  /** The report after those that were there. */
  async report(index: number): Promise<PassageReport> {
    while (this.reports.length <= index) await once(this.#told, 'report');
    return this.reports[index]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.proxy.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([this.#door, ...this.#servers].map((server) => closeServer(server)));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #resolve(host: string): readonly string[] {
    this.resolved.push(host);
    const found = this.names[host];
    if (found === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    return typeof found === 'function' ? found() : found;
  }
}

let known: Certificate | undefined;

/** One for all tests of a file: it takes a while to make. */
export function testCertificate(): Certificate {
  known ??= makeCertificate(['api.test', 'other.test', '*.wild.test', 'localhost']);
  return known;
}

/** Up to the empty line; what follows stays in the stream. */
export async function readHead(socket: Socket): Promise<string> {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk = socket.read() as Buffer | null;
    if (chunk !== null) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end !== -1) {
        if (head.length > end + 4) socket.unshift(head.subarray(end + 4));
        return head.subarray(0, end + 4).toString('latin1');
      }
    } else if (socket.readableEnded || socket.destroyed) return head.toString('latin1');
    else await new Promise((resolve) => ['readable', 'end', 'close'].map((event) => socket.once(event, resolve)));
  }
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}
