import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';

import { BelljarError } from '../../errors.ts';
import type { Answer } from './exchange.ts';
import type { IndexClient } from './index-client.ts';
import { passOver, readChunks } from './read-body.ts';
import { unavailable, whyUnavailable } from './unavailable.ts';
import { unkept } from './unkept.ts';

export interface DownloadOptions {
  readonly client: IndexClient;
  readonly url: URL;
  readonly filename: string;
  readonly sha256: string;
  /** What the page promises. */
  readonly sizeBytes: number | undefined;
  readonly maxBytes: number;
  /** Where it is written, and removed from where it cannot be kept. */
  readonly path: string;
  /** Fewer bytes in a second, over a minute and more, are too few. */
  readonly minBytesPerSecond: number;
  readonly onProgress: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** How often a broken connection may be taken up again without a byte having come. */
const maxBarrenTries = 2;
const maxTries = 12;
const patienceMs = 60_000;

/** Brings a file, checks it on the way, and leaves it whole at its path or not at all; resolves to its size. */
export async function download(options: DownloadOptions): Promise<number> {
  try {
    const file = await open(options.path, 'wx', 0o600);
    try {
      return await new Download(options, file).run();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(options.path, { force: true });
    throw unkept(error);
  }
}

class Download {
  readonly #options: DownloadOptions;
  readonly #file: FileHandle;
  #hash: Hash = createHash('sha256');
  #received = 0;
  #etag: string | undefined;
  readonly #startedAtMs = Date.now();

  constructor(options: DownloadOptions, file: FileHandle) {
    this.#options = options;
    this.#file = file;
  }

  async run(): Promise<number> {
    for (let [tries, barren] = [1, 0]; ; tries += 1) {
      const before = this.#received;
      try {
        await this.#receive(await this.#ask());
        break;
      } catch (error) {
        barren = this.#received > before ? 0 : barren + 1;
        if (whyUnavailable(error) !== 'network' || barren > maxBarrenTries || tries >= maxTries) throw error;
      }
    }
    this.#check();
    await this.#file.chmod(0o444);
    await this.#file.sync();
    return this.#received;
  }

  async #ask(): Promise<Answer> {
    const { client, url, signal } = this.#options;
    const from = this.#received;
    const range: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` };
    if (from > 0 && this.#etag !== undefined) range['if-range'] = this.#etag;
    const answer = await client.ask({
      url,
      headers: { 'accept-encoding': 'identity', ...range },
      isFile: true,
      signal,
    });
    if (answer.status === 206 && from > 0 && answer.headers['content-range']?.startsWith(`bytes ${from}-`) === true) {
      return answer;
    }
    if (answer.status === 200) {
      await this.#startAnew();
      this.#etag = strongEtag(answer);
      return answer;
    }
    await passOver(answer);
    const message = `it answers with status ${answer.status}`;
    throw unavailable({ index: client.name, url, why: 'status', message });
  }

  async #startAnew(): Promise<void> {
    if (this.#received === 0) return;
    await this.#file.truncate(0);
    this.#hash = createHash('sha256');
    this.#received = 0;
  }

  async #receive(answer: Answer): Promise<void> {
    const { onProgress, signal } = this.#options;
    const startedFrom = this.#received;
    for await (const chunk of readChunks(answer, signal)) {
      if (this.#received + chunk.length > this.#maxBytes) throw this.#tooLong();
      this.#hash.update(chunk);
      await this.#file.write(chunk, 0, chunk.length, this.#received);
      this.#received += chunk.length;
      onProgress(this.#received);
      this.#requirePace(this.#received, Date.now() - this.#startedAtMs);
    }
    const promised = Number(answer.headers['content-length'] ?? Number.NaN);
    if (this.#received - startedFrom < promised) throw this.#cutOff();
  }

  get #maxBytes(): number {
    return Math.min(this.#options.maxBytes, this.#options.sizeBytes ?? Number.POSITIVE_INFINITY);
  }

  #requirePace(bytes: number, ms: number): void {
    const { minBytesPerSecond, client, url } = this.#options;
    if (ms < patienceMs || bytes / (ms / 1000) >= minBytesPerSecond) return;
    throw unavailable({
      index: client.name,
      url,
      why: 'timeout',
      message: `only ${bytes} bytes came in ${Math.round(ms / 1000)} s`,
    });
  }

  #cutOff(): Error {
    const { client, url } = this.#options;
    return unavailable({
      index: client.name,
      url,
      why: 'network',
      message: 'the connection ended before the file did',
    });
  }

  #tooLong(): Error {
    const { sizeBytes, maxBytes } = this.#options;
    if (sizeBytes !== undefined && sizeBytes <= maxBytes)
      return this.#mismatch(`more than the ${sizeBytes} bytes that were promised`);
    const { client, url } = this.#options;
    return unavailable({
      index: client.name,
      url,
      why: 'too-large',
      message: `a file may have no more than ${maxBytes} bytes`,
    });
  }

  #check(): void {
    const { sha256, sizeBytes } = this.#options;
    const came = this.#hash.digest('hex');
    if (came !== sha256) throw this.#mismatch(`a file with sha256 ${came}, ${this.#received} bytes long`, came);
    if (sizeBytes !== undefined && sizeBytes !== this.#received) throw this.#mismatch(`${this.#received} bytes`, came);
  }

  #mismatch(what: string, came?: string): BelljarError {
    const { client, filename, sha256, sizeBytes } = this.#options;
    const promised = `sha256 ${sha256}${sizeBytes === undefined ? '' : `, ${sizeBytes} bytes`}`;
    return new BelljarError(
      'ARTIFACT_MISMATCH',
      `the package index ${client.name} promised ${filename} with ${promised}, and sent ${what}`,
      {
        details: {
          index: client.name,
          filename,
          promised: sha256,
          ...(came === undefined ? {} : { came }),
          sizeBytes: this.#received,
        },
      },
    );
  }
}

/** Only what changes with each byte can vouch for the first half when the second is fetched. */
function strongEtag({ headers: { etag } }: Answer): string | undefined {
  return etag?.startsWith('"') === true ? etag : undefined;
}
