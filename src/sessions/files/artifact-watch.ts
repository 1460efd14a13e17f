import type { Artifact } from '../events.ts';
import { readReply } from './replies.ts';
import type { FileChannel, FileOptions } from './session-files.ts';

export interface ArtifactLook {
  /** The first hundred, in the order of their paths. What is said of them comes from inside. */
  readonly artifacts: readonly Artifact[];
  /** How many there are besides. */
  readonly more: number;
  /** There is so much that not all of it was looked at. */
  readonly isPartial: boolean;
}

/** Tells what changed among the files between one look and the next. */
export class ArtifactWatch {
  readonly #channel: FileChannel;
  /** What was seen, in words that only the other side understands. */
  #state = '';

  constructor(channel: FileChannel) {
    this.#channel = channel;
  }

  /** What is new, changed or gone since the look before; nothing, the first time. */
  async look({ signal }: FileOptions = {}): Promise<ArtifactLook> {
    const about = { state: this.#state };
    const value = await this.#channel.ask({ to: 'files', what: 'look', about, signal });
    const { state, artifacts, more, isPartial } = readReply('look', value);
    this.#state = state;
    return { artifacts, more, isPartial };
  }
}
