import { BelljarError } from '../../errors.ts';
import type { IndexClient } from './index-client.ts';
import { digestOf } from './metadata-store.ts';
import type { ProjectFile } from './project-page.ts';
import { acceptedCodings, passOver, readBody } from './read-body.ts';
import { unavailable } from './unavailable.ts';

export interface SidecarOptions {
  readonly client: IndexClient;
  readonly file: ProjectFile;
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** So many that were not there in a row, and none that was: the index has none. */
const enoughMisses = 5;

/** The METADATA that indexes keep beside wheels. */
export class Sidecars {
  readonly #misses = new Map<string, number>();

  /** Undefined where there is none. @throws ARTIFACT_MISMATCH where it is not the one that was promised. */
  async fetch(options: SidecarOptions): Promise<Buffer | undefined> {
    const { client, file, maxBytes, signal } = options;
    const isGuess = file.coreMetadata === 'unknown';
    if (file.coreMetadata === 'none' || (isGuess && (this.#misses.get(client.name) ?? 0) >= enoughMisses))
      return undefined;
    const url = new URL(file.url);
    url.pathname += '.metadata';
    const answer = await client.ask({ url, headers: { 'accept-encoding': acceptedCodings }, signal });
    if (answer.status !== 200) {
      await passOver(answer);
      this.#miss(options, url, answer.status);
      return undefined;
    }
    const content = await readBody(answer, { maxBytes, signal });
    const promised = typeof file.coreMetadata === 'object' ? file.coreMetadata.sha256 : undefined;
    if (promised !== undefined) requirePromised(options, promised, content);
    else if (!looksLikeMetadata(content)) {
      // some answer anything with a page
      this.#miss(options, url, 404);
      return undefined;
    }
    if (isGuess) this.#misses.set(client.name, Number.NEGATIVE_INFINITY);
    return content;
  }

  #miss({ client, file }: SidecarOptions, url: URL, status: number): void {
    const isGone = status >= 400 && status < 500 && status !== 401;
    if (!isGone)
      throw unavailable({ index: client.name, url, why: 'status', message: `it answers with status ${status}` });
    if (file.coreMetadata === 'unknown') this.#misses.set(client.name, (this.#misses.get(client.name) ?? 0) + 1);
  }
}

function requirePromised({ client, file }: SidecarOptions, promised: string, content: Buffer): void {
  const came = digestOf(content);
  if (came === promised) return;
  const what = `the metadata of ${file.filename}`;
  throw new BelljarError(
    'ARTIFACT_MISMATCH',
    `the package index ${client.name} promised ${what} with sha256 ${promised}, and sent sha256 ${came}`,
    {
      details: { index: client.name, filename: file.filename, promised, came },
    },
  );
}

function looksLikeMetadata(content: Buffer): boolean {
  return /^Metadata-Version:[^]*^Name:/im.test(content.toString('latin1', 0, 65_536));
}
