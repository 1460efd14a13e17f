import { lstat, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

import { BelljarError } from '../errors.ts';
import type { ListenAddress } from './connection-file.ts';
import { lookAtPeers } from './foreign-peers.ts';

/** Opens a stream to a socket inside; rejects where nobody listens there yet. */
export type Dial = (path: string) => Promise<Duplex>;

export interface Channel {
  readonly listenAt: ListenAddress;
  /** The path of the socket inside that its connections lead to. */
  readonly leadsTo: string;
  /** Made for each connection; shown what its client says. */
  readonly watch?: () => (bytes: Buffer) => void;
}

/** Of all channels together: a client has one for each, and a program has room for few more than these. */
const usualMaxConnections = 120;

/** How long a connection waits for the kernel to listen. ZeroMQ gives up after 30 s, and begins anew. */
const patienceMs = 20_000;
const retryMs = { first: 5, longest: 50 };

/** For what is on its way when it is closed. */
const graceMs = 500;

/**
 * Carries the bytes of the client's connections to the kernel's sockets and back, whatever they are. It listens before the
 * kernel does: a client that finds nobody at a port waits longer than one that is let in and has to be patient.
 */
export class ChannelRelay implements AsyncDisposable {
  readonly #servers: Server[] = [];
  readonly #open = new Set<Duplex>();
  readonly #clients = new Set<Socket>();
  readonly #closing = new AbortController();
  readonly #dial: Dial;
  readonly #maxConnections: number;

  private constructor(dial: Dial, maxConnections: number) {
    this.#dial = dial;
    this.#maxConnections = maxConnections;
  }

  /** @throws ADDRESS_UNUSABLE where it cannot listen at one of them; then it listens at none. */
  static async listen(
    channels: readonly Channel[],
    dial: Dial,
    { maxConnections = usualMaxConnections }: { readonly maxConnections?: number } = {},
  ): Promise<ChannelRelay> {
    await using opened = new AsyncDisposableStack();
    const relay = opened.use(new ChannelRelay(dial, maxConnections));
    for (const channel of channels) await relay.#listen(channel);
    opened.move();
    return relay;
  }

  /** Takes no more connections, and ends all: at once, but for what the kernel said last and is on its way to the client. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    const late = setTimeout(() => this.#destroyAll(), graceMs);
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
    clearTimeout(late);
    this.#destroyAll();
  }

  #destroyAll(): void {
    for (const stream of this.#open) stream.destroy();
  }

  async #listen(channel: Channel): Promise<void> {
    const { listenAt } = channel;
    if ('path' in listenAt) await removeStaleSocket(listenAt.path);
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    server.on('connection', (outer) => void this.#take(outer, channel));
    await listen(server, listenAt);
    this.#servers.push(server);
  }

  async #take(outer: Socket, channel: Channel): Promise<void> {
    this.#keep(outer);
    this.#clients.add(outer);
    outer.once('close', () => this.#clients.delete(outer));
    if (this.#clients.size > this.#maxConnections) await this.#makeRoom(outer);
    if (!outer.destroyed) await this.#carry(outer, channel);
  }

  /** Any user of this machine can open connections, and say nothing: they give way to the client's, and not it to them. */
  async #makeRoom(newest: Socket): Promise<void> {
    const isForeign = await lookAtPeers();
    for (const each of [...this.#clients]) if (isForeign(each)) each.destroy();
    const left = [...this.#clients].filter(({ destroyed }) => !destroyed).length;
    if (left > this.#maxConnections) newest.destroy();
  }

  async #carry(outer: Socket, { leadsTo, watch }: Channel): Promise<void> {
    const inner = await this.#dialPatiently(leadsTo, outer);
    if (inner === undefined) {
      outer.destroy();
      return;
    }
    this.#keep(inner);
    outer.once('close', () => inner.destroy());
    inner.once('close', () => outer.destroySoon());
    outer.pipe(inner);
    inner.pipe(outer);
    if (watch !== undefined) outer.on('data', watch());
  }

  /** Undefined where nobody waits any more, or has waited long enough. */
  async #dialPatiently(path: string, outer: Socket): Promise<Duplex | undefined> {
    const endMs = performance.now() + patienceMs;
    for (let delayMs = retryMs.first; performance.now() < endMs; delayMs = Math.min(delayMs * 2, retryMs.longest)) {
      const inner = await this.#dial(path).catch(() => undefined); // it does not listen yet, or not any more
      if (inner !== undefined && !outer.destroyed) return inner;
      inner?.destroy();
      if (outer.destroyed || this.#closing.signal.aborted) return undefined;
      await wait(delayMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
    return undefined;
  }

  /** A connection that breaks is its client's to make anew. */
  #keep(stream: Duplex): void {
    this.#open.add(stream);
    stream.on('error', () => undefined);
    stream.once('close', () => this.#open.delete(stream));
  }
}

function listen(server: Server, at: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = 'path' in at ? at.path : `${at.host}:${at.port}`;
      reject(new BelljarError('ADDRESS_UNUSABLE', `cannot listen at ${where}: ${cause.code}`, { cause }));
    });
    server.listen(at, () => {
      server.removeAllListeners('error').on('error', () => undefined); // of one connection that could not be accepted
      resolve();
    });
  });
}

/** As ZeroMQ does: a kernel that was killed leaves its sockets behind, and the next one gets the same names. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() === true) await unlink(path);
}
