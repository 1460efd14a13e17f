import { z } from 'zod';

import { optionsReader, signalOption } from '../options.ts';
import type { RunNews, SessionEvent } from './events.ts';

/** What an event costs beside what it carries. */
const eventBytes = 256;

export interface ReadOptions {
  /** The number of the last event that was seen; 0 for all. */
  readonly after?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws USAGE where there are others among them. */
export const readReadOptions = optionsReader<ReadOptions>('events()', {
  after: z.int().nonnegative().optional(),
  signal: signalOption,
});

/**
 * What a session told, numbered, kept within a bound: whoever reads slowly costs no more than that, and stops nobody. What
 * has been dropped is said by a `gap`.
 */
export class EventLog {
  readonly #maxBytes: number;
  readonly #events: { readonly event: SessionEvent; readonly bytes: number }[] = [];
  /** How many at the front were dropped and not yet cut off: cutting off one by one would move all the rest each time. */
  #dropped = 0;
  #bytes = 0;
  #lastSeq = 0;
  #isClosed = false;
  #waiting: (() => void)[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  append(run: string | null, news: RunNews): SessionEvent {
    this.#lastSeq += 1;
    const event: SessionEvent = { seq: this.#lastSeq, run, ...news };
    const bytes = eventBytes + sizeOf(news);
    this.#events.push({ event, bytes });
    this.#bytes += bytes;
    this.#dropOldest();
    this.#wake();
    return event;
  }

  /** No more will come: readers end when they have read all. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** All events after one, those that are still to come too. */
  async *read({ after = 0, signal }: ReadOptions = {}): AsyncGenerator<SessionEvent> {
    for (let next = after + 1; ;) {
      const oldest = this.#lastSeq - (this.#events.length - this.#dropped) + 1;
      if (next < oldest) {
        yield { type: 'gap', missed: oldest - next, seq: oldest - 1, run: null };
        next = oldest;
      } else if (next <= this.#lastSeq) {
        const kept = this.#events[this.#dropped + next - oldest];
        next += 1;
        if (kept !== undefined) yield kept.event;
      } else if (this.#isClosed || signal?.aborted === true) {
        return;
      } else {
        await this.#more(signal);
      }
    }
  }

  #dropOldest(): void {
    while (this.#bytes > this.#maxBytes && this.#events.length - this.#dropped > 1) {
      this.#bytes -= this.#events[this.#dropped]?.bytes ?? 0;
      this.#dropped += 1;
    }
    if (this.#dropped * 2 < this.#events.length) return;
    this.#events.splice(0, this.#dropped);
    this.#dropped = 0;
  }

  /** Leaves nothing behind on a signal that may live for long. */
  async #more(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => resolve(undefined);
    this.#waiting.push(wake);
    signal?.addEventListener('abort', wake, { once: true });
    await promise;
    signal?.removeEventListener('abort', wake);
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** What the strings in it take; good enough for a bound. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 16;
  if (Array.isArray(value)) for (const each of value) size += sizeOf(each);
  else for (const key in value) size += key.length + sizeOf((value as Readonly<Record<string, unknown>>)[key]);
  return size;
}
