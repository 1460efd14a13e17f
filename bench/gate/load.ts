/**
 * Asks for one address as fast as it is answered, over connections that stay open, and reads the answers without looking
 * at them: what a client costs is to be little. Argument: a Task as JSON. Prints a LoadReport.
 */
import { connect, type Socket } from 'node:net';

export interface Task {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  /** Ends after so long, or so many answers, whichever comes first. */
  readonly ms: number;
  readonly answers: number;
}

export interface LoadReport {
  readonly answers: number;
  readonly bytes: number;
  readonly ms: number;
  readonly latenciesMs: readonly number[];
}

const lastChunk = Buffer.from('0\r\n\r\n');

/** One answer after the other; a server that closes the connection in between is asked over another one. */
class Line {
  readonly #task: Task;
  readonly #question: string;
  readonly #onAnswer: (ms: number, bytes: number) => boolean;
  readonly #end = Promise.withResolvers<undefined>();
  #socket: Socket | undefined;
  #head = Buffer.alloc(0);
  #leftBytes = 0;
  #isInBody = false;
  #isEnough = false;
  #askedAt = 0;
  #bytes = 0;
  #lost = 0;

  constructor(task: Task, onAnswer: (ms: number, bytes: number) => boolean) {
    const headers = { host: `127.0.0.1:${task.port}`, ...task.headers };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#question = `GET ${task.path} HTTP/1.1\r\n${lines.join('')}\r\n`;
    this.#task = task;
    this.#onAnswer = onAnswer;
  }

  /** Resolves when it is told that it was enough. */
  run(): Promise<undefined> {
    this.#connect();
    return this.#end.promise;
  }

  #connect(): void {
    const socket = connect(this.#task.port, '127.0.0.1');
    this.#socket = socket;
    this.#head = Buffer.alloc(0);
    this.#isInBody = false;
    socket.on('data', (chunk: Buffer) => this.#readSafely(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed());
    this.#ask();
  }

  #closed(): void {
    if (this.#isEnough) this.#end.resolve(undefined);
    else if (++this.#lost > 10_000) this.#end.reject(new Error('it closes every connection'));
    else this.#connect();
  }

  #readSafely(chunk: Buffer): void {
    try {
      this.#read(chunk);
    } catch (error) {
      this.#end.reject(error);
      this.#isEnough = true;
      this.#socket?.destroy();
    }
  }

  #ask(): void {
    this.#askedAt = performance.now();
    this.#bytes = 0;
    this.#socket?.write(this.#question);
  }

  #read(chunk: Buffer): void {
    if (this.#isInBody) {
      this.#take(chunk);
      return;
    }
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = this.#head.subarray(0, end).toString('latin1');
    const body = this.#head.subarray(end + 4);
    this.#head = Buffer.alloc(0);
    if (head.startsWith('HTTP/1.1 100')) {
      this.#read(body);
      return;
    }
    if (!/^HTTP\/1\.[01] 200/.test(head)) throw new Error(head.split('\r\n')[0]);
    const [, length] = /^content-length: *(\d+)/im.exec(head) ?? [];
    // Of an answer in chunks only the end is looked for.
    this.#leftBytes = length === undefined ? Number.POSITIVE_INFINITY : Number(length);
    this.#isInBody = true;
    this.#take(body);
  }

  #take(body: Buffer): void {
    this.#leftBytes -= body.length;
    this.#bytes += body.length;
    const isOver =
      this.#leftBytes === Number.POSITIVE_INFINITY ? body.subarray(-5).equals(lastChunk) : this.#leftBytes <= 0;
    if (!isOver) return;
    this.#isInBody = false;
    if (this.#onAnswer(performance.now() - this.#askedAt, this.#bytes)) this.#ask();
    else {
      this.#isEnough = true;
      this.#socket?.destroy();
    }
  }
}

const task = JSON.parse(process.argv[2] ?? '{}') as Task;
const latenciesMs: number[] = [];
let bytes = 0;
const begun = performance.now();
const onAnswer = (ms: number, size: number): boolean => {
  latenciesMs.push(ms);
  bytes += size;
  return latenciesMs.length + task.connections <= task.answers && performance.now() - begun < task.ms;
};
await Promise.all(Array.from({ length: task.connections }, () => new Line(task, onAnswer).run()));
const report: LoadReport = { answers: latenciesMs.length, bytes, ms: performance.now() - begun, latenciesMs };
console.log(JSON.stringify(report));
