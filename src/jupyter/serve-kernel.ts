import type { Readable, Writable } from 'node:stream';

import { channelNames, type Connection } from './connection-file.ts';
import { type Channel, ChannelRelay, type Dial } from './channel-relay.ts';
import { watchExecuteRequests } from './execute-requests.ts';
import { connectionInside, socketInside } from './inside.ts';
import { readParent, watchParent } from './parent-watch.ts';
import { visibleLog } from './visible-log.ts';

/** What starts a kernel: a program behind glass, as far as a kernel needs it. */
export interface KernelProgram<End> {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<End>;
  readonly dial: Dial;
  signal(name: 'SIGINT'): void;
  /** Lets its time on the processors count anew. */
  restartClocks(): Promise<void>;
  close(): Promise<void>;
}

export interface ServeOptions<End> {
  readonly connection: Connection;
  /** Called when the ports are ours: a kernel that nobody could reach is not started. */
  readonly start: () => Promise<KernelProgram<End>>;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Of the client: who its process is. */
  readonly env: NodeJS.ProcessEnv;
  /** Ends the kernel. */
  readonly signal: AbortSignal;
  /** Calls back whenever the client interrupts the kernel. */
  readonly onInterrupt: (interrupt: () => void) => Disposable;
}

/** Serves a client until its kernel has ended, by itself or because the client is gone; resolves to how. */
export async function serveKernel<End>(options: ServeOptions<End>): Promise<End> {
  const { connection, stdout, stderr, env, signal } = options;
  const started = Promise.withResolvers<KernelProgram<End>>();
  started.promise.catch(() => undefined); // whoever dials is told, and the caller is as well
  const dial: Dial = async (path) => (await started.promise).dial(path);
  const onAsked = onceAtATime(async () => (await started.promise).restartClocks());
  await using _relay = await ChannelRelay.listen(channelsOf(connection, onAsked), dial);
  const program = await options.start().catch((error: unknown) => {
    started.reject(error);
    throw error;
  });
  started.resolve(program);
  program.stdin.on('error', () => undefined); // it ended before it read; how, its end says
  program.stdin.end(connectionInside(connection));
  program.stdout.pipe(visibleLog()).pipe(stdout, { end: false });
  program.stderr.pipe(visibleLog()).pipe(stderr, { end: false });
  const end = (): void => void program.close();
  using _interrupts = options.onInterrupt(() => program.signal('SIGINT'));
  using _parent = watchParent({ parent: readParent(env), onGone: end });
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    return await program.ended;
  } finally {
    signal.removeEventListener('abort', end);
    await program.close();
  }
}

/** Cells are asked for by the shell; no other channel and no other word lets the clock count anew. */
function channelsOf(connection: Connection, onAsked: () => void): Channel[] {
  return channelNames.map((name) => {
    const channel = { listenAt: connection.listenAt[name], leadsTo: socketInside(name) };
    return name === 'shell' ? { ...channel, watch: () => watchExecuteRequests(connection, onAsked) } : channel;
  });
}

/** Does it now, or once more when it is done: never twice at once, and never not at all after the last call. */
function onceAtATime(work: () => Promise<void>): () => void {
  let state: 'idle' | 'busy' | 'again' = 'idle';
  const run = async (): Promise<void> => {
    do {
      state = 'busy';
      await work().catch(() => undefined); // it has ended: there is no clock any more
    } while ((state as string) === 'again');
    state = 'idle';
  };
  return () => {
    if (state === 'idle') void run();
    else state = 'again';
  };
}
