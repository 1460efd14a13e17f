import type { Readable } from 'node:stream';

const maxBytes = 4 * 1024 * 1024;

/** What came out of an attempt, bounded, and the marks in it by which the program tells how far it is. */
export class Transcript {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #tail = '';
  readonly #waiting = new Map<string, () => void>();
  readonly #listeners: ((text: string) => void)[] = [];
  #isReady = false;
  #over: string | undefined;

  constructor(stream: Readable) {
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** How the program says that it went. */
  get over(): string | undefined {
    return this.#over;
  }

  get bytes(): number {
    return this.#bytes;
  }

  content(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  holds(text: string): boolean {
    return this.content().includes(text);
  }

  /** What a program of the host's says of itself, as `#{…}` on a line: facts that an attack needs to know. */
  get facts(): unknown {
    const line = /^#(\{.*\})$/m.exec(this.content().toString('utf8'))?.[1];
    return line === undefined ? undefined : (JSON.parse(line) as unknown);
  }

  async heard(word: 'ready' | 'over'): Promise<void> {
    if (word === 'ready' ? this.#isReady : this.#over !== undefined) return;
    await new Promise<void>((resolve) => this.#waiting.set(word, resolve));
  }

  /** Tells of all that comes from here on. */
  onBytes(tell: (text: string) => void): void {
    this.#listeners.push(tell);
  }

  #take(chunk: Buffer): void {
    for (const tell of this.#listeners) tell(chunk.toString('latin1'));
    this.#bytes += chunk.length;
    if (this.#bytes <= maxBytes) this.#chunks.push(chunk);
    const lines = (this.#tail + chunk.toString('utf8')).split('\n');
    this.#tail = (lines.pop() ?? '').slice(-4096);
    for (const line of lines) this.#hear(line);
  }

  #hear(line: string): void {
    const [, word, rest = ''] = /^@(ready|over) ?(.*)$/.exec(line) ?? [];
    if (word === 'ready') this.#isReady = true;
    else if (word === 'over') this.#over ??= rest.trim();
    else return;
    this.#waiting.get(word)?.();
  }
}
