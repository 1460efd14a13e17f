import { constants } from 'node:os';
import type { Duplex } from 'node:stream';

import { BelljarError } from '../errors.ts';
import { type Sandbox, sayTo } from '../sandbox/index.ts';
import { Channel } from './channel.ts';
import { type FrameKind, type WireFrame, WireViolation, packFrame, readWire } from './wire.ts';

export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}

/** How it ended, as process 1 tells it: untrusted, but only of interest to who started it. */
export type ToldEnd =
  | { readonly how: 'exited'; readonly code: number }
  | { readonly how: 'signalled'; readonly signal: number }
  | { readonly how: 'unstarted'; readonly errno: number };

const protocolVersion = '1';
const firstConnection = 3;

/** At once; the other side has as many descriptors as the policy lets a process have. */
const maxConnections = 128;
const maxPathBytes = 100;

/** How much a command may print, and who is told when it printed more. */
export interface OutputBound {
  readonly maxBytes: number;
  readonly onExceeded: () => void;
}

/** The one line to what serves a command inside: its streams, and those to sockets that its processes listen on. */
export class ProgramLine {
  readonly stdin: Channel;
  readonly stdout: Channel;
  readonly stderr: Channel;
  /** Resolves when the other side is there, to the version of its Python; undefined where it ends before. */
  readonly ready: Promise<string | undefined>;
  /** Resolves at the end of the line: to what was told, or to what was done against the rules, or to neither. */
  readonly ended: Promise<{ readonly told?: ToldEnd | undefined; readonly violation?: string | undefined }>;
  outputBytes = 0;
  readonly #control: Duplex;
  readonly #channels = new Map<number, Channel>();
  readonly #dialled = new Map<number, PromiseWithResolvers<Duplex>>();
  readonly #becameReady = Promise.withResolvers<string | undefined>();
  readonly #bound: OutputBound;
  #boundFromBytes = 0;
  #nextConnection = firstConnection;
  #told: ToldEnd | undefined;
  #isOver = false;

  constructor({ control }: Pick<Sandbox, 'control'>, bound: OutputBound) {
    this.#control = control;
    this.#bound = bound;
    this.stdin = this.#open(0, { readable: false, writable: true });
    this.stdout = this.#open(1, { readable: true, writable: false });
    this.stderr = this.#open(2, { readable: true, writable: false });
    this.ready = this.#becameReady.promise;
    this.ended = this.#serve();
  }

  start(command: Command): Promise<void> {
    const { argv, env, workingDirectory } = command;
    return sayTo(this.#control, packFrame('start', 0, Buffer.from(JSON.stringify({ argv, env, workingDirectory }))));
  }

  signal(name: NodeJS.Signals): void {
    this.#send('signal', constants.signals[name]);
  }

  /** Lets it print anew as much as it may. */
  restartOutput(): void {
    this.#boundFromBytes = this.outputBytes;
  }

  /** @throws FILE_NOT_FOUND, FILE_REFUSED where nobody takes it, USAGE, SESSION_CLOSED. */
  dial(path: string): Promise<Duplex> {
    const bytes = Buffer.from(path);
    if (!path.startsWith('/') || path.includes('\0') || bytes.length > maxPathBytes) {
      throw new BelljarError('USAGE', `“${path}” is not the path of a socket: it has to be absolute and short`);
    }
    if (this.#isOver) throw new BelljarError('SESSION_CLOSED', 'the program has ended');
    if (this.#channels.size + this.#dialled.size >= maxConnections + firstConnection) {
      throw new BelljarError('SESSIONS_EXHAUSTED', `there are ${maxConnections} connections to the program already`);
    }
    const number = this.#nextConnection++;
    const dialled = Promise.withResolvers<Duplex>();
    this.#dialled.set(number, dialled);
    this.#send('dial', number, bytes);
    return dialled.promise;
  }

  #open(number: number, ways: { readonly readable: boolean; readonly writable: boolean }): Channel {
    const channel = new Channel({
      ...ways,
      number,
      send: (kind, of, payload) => this.#send(kind, of, payload),
      onClosed: () => void this.#channels.delete(number),
    });
    this.#channels.set(number, channel);
    return channel;
  }

  #send(kind: FrameKind, channel: number, payload?: Uint8Array): void {
    if (!this.#control.destroyed && this.#control.writable) this.#control.write(packFrame(kind, channel, payload));
  }

  async #serve(): ProgramLine['ended'] {
    try {
      for await (const frame of readWire(this.#control)) this.#take(frame);
      return { told: this.#told };
    } catch (error) {
      if (!(error instanceof WireViolation)) throw error;
      this.#control.destroy();
      return { violation: error.message };
    } finally {
      this.#close();
    }
  }

  #take({ kind, channel, payload }: WireFrame): void {
    switch (kind) {
      case 'ready':
        this.#becameReady.resolve(readReady(payload));
        break;
      case 'ended':
        this.#told ??= readEnd(payload);
        this.#control.end(); // it waits for that: what it left unread would break the stream, and lose what is under way
        break;
      case 'dialed':
        this.#answer(channel);
        break;
      case 'close':
        this.#takeClose(channel, payload);
        break;
      case 'data':
        this.#channels.get(channel)?.receive(this.#isPrinted(channel) ? this.#cut(payload) : payload);
        break;
      case 'end':
        this.#channels.get(channel)?.receiveEnd();
        break;
      case 'credit':
        this.#channels.get(channel)?.receiveRoom(readCount(payload));
        break;
      case 'start':
      case 'signal':
      case 'dial':
        throw new WireViolation('the sandbox sent what only the host may');
    }
  }

  #isPrinted(channel: number): boolean {
    return channel === this.stdout.number || channel === this.stderr.number;
  }

  /** As much of it as may still be printed: it is a while until the end of what prints too much. */
  #cut(payload: Buffer): Buffer {
    const { maxBytes, onExceeded } = this.#bound;
    const left = Math.max(0, maxBytes - (this.outputBytes - this.#boundFromBytes));
    this.outputBytes += payload.length;
    if (payload.length > left) onExceeded();
    return payload.subarray(0, left);
  }

  #answer(number: number): void {
    const dialled = this.#dialled.get(number);
    if (dialled === undefined) throw new WireViolation('the sandbox answered what was not asked');
    this.#dialled.delete(number);
    dialled.resolve(this.#open(number, { readable: true, writable: true }));
  }

  #takeClose(number: number, payload: Buffer): void {
    const dialled = this.#dialled.get(number);
    this.#dialled.delete(number);
    if (dialled !== undefined) dialled.reject(explainRefusal(readNumber(payload)));
    else this.#channels.get(number)?.receiveClose();
  }

  #close(): void {
    this.#isOver = true;
    this.#becameReady.resolve(undefined);
    const over = new BelljarError('SESSION_CLOSED', 'the program has ended');
    for (const { reject } of this.#dialled.values()) reject(over);
    for (const channel of [...this.#channels.values()]) channel.receiveClose();
  }
}

/** @throws WireViolation */
function readReady(payload: Buffer): string {
  const [protocol, version] = payload.toString('latin1').split(' ');
  if (protocol === protocolVersion && version !== undefined && /^\d+\.\d+\.\d+$/.test(version)) return version;
  throw new WireViolation('the sandbox speaks another protocol');
}

/** @throws WireViolation */
function readEnd(payload: Buffer): ToldEnd {
  const [, how, number = ''] = /^(exited|signalled|unstarted) (\d{1,3})$/.exec(payload.toString('latin1')) ?? [];
  if (how === 'exited') return { how, code: Number(number) };
  if (how === 'signalled') return { how, signal: Number(number) };
  if (how === 'unstarted') return { how, errno: Number(number) };
  throw new WireViolation('the sandbox told an end that is none');
}

function readNumber(payload: Buffer): number {
  const text = payload.toString('latin1');
  return /^\d{1,3}$/.test(text) ? Number(text) : 0;
}

/** @throws WireViolation */
function readCount(payload: Buffer): number {
  if (payload.length !== 4) throw new WireViolation('the sandbox sent a number that is none');
  return payload.readUInt32BE();
}

function explainRefusal(errno: number): BelljarError {
  const { ENOENT, ENOTDIR } = constants.errno;
  const isMissing = errno === ENOENT || errno === ENOTDIR;
  const details = { errno };
  if (isMissing) return new BelljarError('FILE_NOT_FOUND', 'there is no socket of that name inside', { details });
  return new BelljarError('FILE_REFUSED', `nobody takes a connection at that socket (error ${errno})`, { details });
}
