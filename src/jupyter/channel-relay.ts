import { lstat, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

import { BelljarError } from '../errors.ts';
import type { ListenAddress } from './connection-file.ts';

/** Opens a stream to a socket inside; rejects where nobody listens there yet. */
export type Dial = (path: string) => Promise<Duplex>;

export interface Channel {
  readonly listenAt: ListenAddress;
  /** The path of the socket inside that its connections lead to. */
  readonly leadsTo: string;
  /** Called whenever its client says something. */
  readonly onSaid?: () => void;
}

/** More than any client has for one channel; a neighbour who opens them without end gets no further. */
const maxConnections = 64;

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
  readonly #closing = new AbortController();
  readonly #dial: Dial;

  private constructor(dial: Dial) {
    this.#dial = dial;
  }

  /** @throws ADDRESS_UNUSABLE where it cannot listen at one of them; then it listens at none. */
  static async listen(channels: readonly Channel[], dial: Dial): Promise<ChannelRelay> {
    await using opened = new AsyncDisposableStack();
    const relay = opened.use(new ChannelRelay(dial));
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
    server.maxConnections = maxConnections;
    server.on('connection', (outer) => void this.#carry(outer, channel));
    await listen(server, listenAt);
    this.#servers.push(server);
  }

  async #carry(outer: Socket, { leadsTo, onSaid }: Channel): Promise<void> {
    this.#keep(outer);
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
    if (onSaid !== undefined) outer.on('data', onSaid);
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
