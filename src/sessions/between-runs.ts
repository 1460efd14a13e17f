import { toNews } from './cell-run.ts';
import type { EventLog } from './event-log.ts';
import { FrameViolation } from './frames.ts';
import { type BetweenFrame, decodeStream } from './run.ts';

/** The runner tells a sixteenth of that: base64, its frames, and what is under way when a run ends. */
const maxCharacters = 1024 * 1024;

/** What threads and processes say that a run left behind; so much between two runs, and no more. */
export class BetweenRuns {
  readonly #log: EventLog;
  #characters = 0;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** A run begins: what comes after it is counted anew. */
  runBegan(): void {
    this.#characters = 0;
  }

  /** @throws FrameViolation where it is more than an honest runner tells. */
  tell(frame: BetweenFrame, characters: number): void {
    this.#characters += characters;
    if (this.#characters > maxCharacters) throw new FrameViolation('too much was told between two runs');
    const news = toNews(frame.type === 'stream' ? decodeStream(frame) : frame);
    if (news !== undefined && news.type !== 'input_request') this.#log.append(null, news);
  }
}
