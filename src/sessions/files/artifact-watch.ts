import { type Artifact, readReply } from './replies.ts';
import type { FileChannel, FileOptions } from './session-files.ts';

export interface ArtifactLook {
  /** The first hundred, in the order of their paths. What is said of them comes from inside. */
  readonly artifacts: readonly Artifact[];
  /** How many there are besides. */
  readonly more: number;
  /** There is so much that not all of it was looked at. */
  readonly isPartial: boolean;
}

/** What was seen in a workspace that was made empty. */
const fromNothing = 'nothing';

/** Longer than a piece of a file takes on any disk that works: what runs inside may have stopped whoever should answer. */
const pieceMs = 30_000;

function withinTime(signal: AbortSignal | undefined): AbortSignal {
  const late = AbortSignal.timeout(pieceMs);
  return signal === undefined ? late : AbortSignal.any([signal, late]);
}

/** A look takes some milliseconds; whoever runs the sandbox must not be kept from the end of a run by what runs in it. */
const lookMs = 5000;

const harmless: ReadonlySet<string> = new Set(['stat', 'list', 'read', 'look']);

/** Tells what changed among the files between one look and the next. */
export class ArtifactWatch {
  /** What others than runs ask for by this is not taken for a run's. */
  readonly channel: FileChannel;
  readonly #asks: FileChannel;
  /** What was seen, in words that only the other side understands. */
  #state: string;
  #isStale: boolean;

  constructor(asks: FileChannel, { startsEmpty = false }: { readonly startsEmpty?: boolean | undefined } = {}) {
    this.#asks = asks;
    this.#state = startsEmpty ? fromNothing : '';
    this.#isStale = !startsEmpty;
    this.channel = {
      ask: (question) => {
        if (!harmless.has(question.what)) this.noteOthers();
        return asks.ask({ ...question, signal: withinTime(question.signal) });
      },
    };
  }

  /** Somebody else than the next run changes files. */
  noteOthers(): void {
    this.#isStale = true;
  }

  /** Before a run: what others left since the last look is not its work. */
  async prepare(): Promise<void> {
    if (this.#isStale) await this.lookIfPossible();
  }

  /** What is new, changed or gone since the look before; nothing, the first time. */
  async look({ signal }: FileOptions = {}): Promise<ArtifactLook> {
    this.#isStale = false;
    const about = { state: this.#state };
    const value = await this.#asks.ask({ to: 'files', what: 'look', about, signal });
    const { state, artifacts, more, isPartial } = readReply('look', value);
    this.#state = state;
    return { artifacts, more, isPartial };
  }

  /** As look(); where the sandbox has ended, has no room for one more process or does not answer, the run itself tells. */
  async lookIfPossible(): Promise<ArtifactLook> {
    try {
      return await this.look({ signal: AbortSignal.timeout(lookMs) });
    } catch {
      this.#isStale = true;
      return { artifacts: [], more: 0, isPartial: true };
    }
  }
}
