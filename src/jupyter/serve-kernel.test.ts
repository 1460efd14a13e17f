import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { greeting, jupyterMessage } from '../../test/support/zmtp.ts';
import { BelljarError } from '../errors.ts';
import { channelNames, type Connection } from './connection-file.ts';
import { socketInside } from './inside.ts';
import { type KernelProgram, serveKernel, type ServeOptions } from './serve-kernel.ts';

interface Setting {
  readonly serving: Promise<string>;
  readonly program: TestProgram;
  readonly stop: AbortController;
  readonly interrupt: () => void;
  readonly outside: (channel: string) => string;
}

/** Stands for ipykernel: echoes on each channel, and ends when it is told. */
class TestProgram implements KernelProgram<string> {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly signals: string[] = [];
  readonly #over = Promise.withResolvers<string>();
  readonly #folder: string;
  readonly ended = this.#over.promise;
  restarts = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async listen(context: TestContext): Promise<this> {
    for (const name of channelNames) {
      const server = createServer((socket) => socket.pipe(socket)).listen(this.#inside(socketInside(name)));
      await once(server, 'listening');
      context.after(() => server.close());
    }
    return this;
  }

  async dial(path: string) {
    const socket = connect(this.#inside(path));
    await once(socket, 'connect');
    return socket;
  }

  signal(name: string): void {
    this.signals.push(name);
  }

  async restartClocks(): Promise<void> {
    this.restarts += 1;
    await new Promise(setImmediate);
  }

  end(how: string): void {
    this.#over.resolve(how);
  }

  async close(): Promise<void> {
    this.end('closed');
    await this.ended;
  }

  #inside(path: string): string {
    return join(this.#folder, path.replaceAll('/', '-'));
  }
}

async function serve(context: TestContext, change: Partial<ServeOptions<string>> = {}): Promise<Setting> {
  const folder = await temporaryFolder(context);
  const outside = (channel: string): string => join(folder, `outside-${channel}`);
  const listenAt = Object.fromEntries(channelNames.map((name) => [name, { path: outside(name) }]));
  const connection = {
    listenAt,
    key: 'the-key',
    signatureScheme: 'hmac-sha256',
    kernelName: '',
  } as unknown as Connection;
  const program = await new TestProgram(folder).listen(context);
  const stop = new AbortController();
  let interrupt = (): void => assert.fail('nobody listens for interrupts');
  const started = Promise.withResolvers<undefined>();
  const serving = serveKernel({
    ...{ connection, stdout: new PassThrough(), stderr: new PassThrough(), env: {}, signal: stop.signal },
    start: () => Promise.resolve(program),
    onInterrupt: (given) => {
      interrupt = given;
      started.resolve(undefined);
      return { [Symbol.dispose]: () => undefined };
    },
    ...change,
  });
  context.after(() => program.end('the end of the test'));
  await Promise.race([started.promise, serving.catch(() => undefined)]);
  return { serving, program, stop, interrupt: () => interrupt(), outside };
}

async function say(path: string, words: string | Buffer): Promise<string> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.end(words);
  return text(socket);
}

describe('serveKernel()', () => {
  it('gives the kernel its connection file, and carries every channel, until it has ended', async (context) => {
    const { serving, program, outside } = await serve(context);
    const given = JSON.parse(await text(program.stdin)) as Record<string, unknown>;
    assert.deepEqual([given['key'], given['transport']], ['the-key', 'ipc']);
    for (const name of channelNames) assert.equal(await say(outside(name), name), name);
    program.end('shut down');
    assert.equal(await serving, 'shut down');
    await assert.rejects(say(outside('hb'), 'ping'), { code: 'ENOENT' });
  });

  it('passes on what is printed, and interrupts, however many', async (context) => {
    const stderr = new PassThrough();
    const { serving, program, interrupt } = await serve(context, { stderr });
    program.stderr.end('a warning');
    assert.equal(String((await once(stderr, 'data'))[0]), 'a warning');
    interrupt();
    interrupt();
    assert.deepEqual(program.signals, ['SIGINT', 'SIGINT']);
    program.end('shut down');
    await serving;
  });

  it('lets the clocks count anew with each cell that the client asks for, and with nothing else', async (context) => {
    const { serving, program, outside } = await serve(context);
    await say(outside('hb'), 'ping');
    const request = Buffer.concat([greeting(), jupyterMessage('execute_request', 'the-key')]);
    await say(outside('stdin'), request);
    await say(outside('shell'), 'a stranger');
    await say(outside('shell'), Buffer.concat([greeting(), jupyterMessage('comm_msg', 'the-key')]));
    const restarts = [program.restarts];
    await say(outside('shell'), request);
    restarts.push(program.restarts);
    assert.deepEqual(restarts, [0, 1]);
    program.end('shut down');
    await serving;
  });

  it('ends the kernel when it is told to stop, also before there is one', async (context) => {
    const { serving, stop } = await serve(context);
    stop.abort();
    assert.equal(await serving, 'closed');
    const late = await serve(context, { signal: AbortSignal.abort() });
    assert.equal(await late.serving, 'closed');
  });

  it('ends the kernel when its client is gone', async (context) => {
    const { serving } = await serve(context, { env: { JPY_PARENT_PID: '999999999' } });
    assert.equal(await serving, 'closed');
  });

  it('leaves nothing behind where the kernel cannot be started', async (context) => {
    const refusal = new BelljarError('POLICY_DENIED', 'no');
    const { serving, outside } = await serve(context, { start: () => Promise.reject(refusal) });
    await assert.rejects(serving, refusal);
    await assert.rejects(say(outside('shell'), ''), { code: 'ENOENT' });
  });
});
